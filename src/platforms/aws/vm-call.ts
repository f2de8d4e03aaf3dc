/** One operation on one instance: looks at it, calls, and lets the watch look again. */
import type { Instance } from '@aws-sdk/client-ec2';
import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { Accepted, Warning } from '../contract.ts';
import type { Api } from './api.ts';
import type { Changes, Reads } from './calls.ts';
import type { Catalog } from './catalog.ts';
import { type Machine, readMachine } from './machine.ts';
import type { InputOf, OutputOf } from './sdk/typed.ts';

export interface VmCalls {
  readonly api: Api;
  readonly catalog: Catalog;
  /** The watch looks at this instance, or at this volume, again. */
  readonly touched: (id: string) => void;
}

export interface VmCall {
  readonly machine: Machine;
  /** All that EC2 tells of it. */
  readonly instance: Instance;
  /** For sentences. */
  readonly name: string;
  read<Name extends Reads['ec2']>(name: Name, input: InputOf<'ec2', Name>): Promise<OutputOf<'ec2', Name>>;
  /** Sent once. */
  change<Name extends Changes['ec2']>(name: Name, input: InputOf<'ec2', Name>): Promise<OutputOf<'ec2', Name>>;
}

const INSTANCE_ID = /^i-[0-9a-f]{8,17}$/;

/** Rejects with vm.not-found for an instance that is not there, or was terminated. */
export async function onInstance<T>(
  { api, touched }: VmCalls,
  id: VmId,
  signal: AbortSignal,
  work: (call: VmCall) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const native = nativeOf(id);
  const missing = () => new FleetError('vm.not-found', `${id} is not in this region any more`);
  if (!INSTANCE_ID.test(native)) throw missing();
  const { Reservations = [] } = await api.read('DescribeInstances', { InstanceIds: [native] }, { subject: id, signal });
  const instance = Reservations.flatMap(({ Instances = [] }) => Instances).find((one) => one.InstanceId === native);
  const machine = instance && readMachine(instance);
  if (!instance || !machine || machine.gone) throw missing();
  const about = { subject: machine.name, signal };
  return work({
    machine,
    instance,
    name: machine.name,
    read: (name, input) => api.read(name, input, about),
    async change(name, input) {
      try {
        return await api.change(name, input, about);
      } finally {
        touched(native);
      }
    },
  });
}

export const done = (...warnings: readonly Warning[]): Accepted => ({ warnings });

export const conflict = (name: string, why: string, fix: string): FleetError =>
  new FleetError('op.conflict', `${name} ${why}`, { fix });
