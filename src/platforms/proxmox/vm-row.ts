/** From what is known of a guest to its row. */
import { type EndpointName, nodeId, vmId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { OperationName, Trouble, Vm } from '../contract.ts';
import { knownOf } from '../lib/known.ts';
import type { Current, Guest } from './guests.ts';
import { stateOf } from './states.ts';

export interface Place {
  readonly endpoint: EndpointName;
  /** The cluster's own identity, the same whichever endpoint leads to it. */
  readonly cluster: string;
}

/** What the list of the cluster does not tell: read guest by guest, for those that are looked at first. */
export interface Sheet {
  /** Name and identity of one reading: a row never has the name of one guest and the identity of another. */
  readonly name: string | undefined;
  readonly identity: string;
  readonly autostart: boolean;
  readonly plan: string | undefined;
  readonly profile: string | undefined;
  readonly image: string | undefined;
  readonly owner?: string | undefined;
  /** Its word for the kind of system: `l26`, `win11`. */
  readonly os?: string | undefined;
  /** Undefined where one of its disks doesn't say. */
  readonly storage?: Bytes | undefined;
  /** Undefined where one of its disks is in a storage that is not listed, too. */
  readonly sharedStorage?: Bytes | undefined;
  readonly diskCount?: number;
  readonly nicCount?: number;
  readonly serial: boolean;
  readonly agent: boolean;
}

export interface Knowledge {
  readonly guest: Guest;
  /** Newer than the list, as long as it is kept. */
  readonly current: Current | undefined;
  /** QEMU's run state: the list has none. */
  readonly runState: string | undefined;
  readonly sheet: Sheet | undefined;
  readonly ips: readonly string[];
  /** Epoch, ms. */
  readonly bootedAt: number | undefined;
  readonly trouble: Trouble | undefined;
}

export function rowOf({ endpoint, cluster }: Place, known: Knowledge): Vm {
  const { guest, current, sheet, bootedAt, trouble } = known;
  const status = current?.status ?? guest.status;
  const lock = current ? current.lock : guest.lock;
  const { state, rawState } = stateOf({ status, lock, runState: known.runState });
  return {
    id: vmId(endpoint, guest.key),
    name: sheet?.name ?? current?.name ?? guest.name,
    uuid: `${cluster}/${guest.vmid}`,
    ...(sheet && sheet.identity !== '' && { identity: sheet.identity }),
    node: nodeId(endpoint, guest.node),
    pool: undefined,
    state,
    rawState,
    cpus: current?.cpus ?? guest.cpus,
    memory: current?.memory ?? guest.memory,
    ips: state === 'running' ? known.ips : [],
    autostart: sheet?.autostart,
    plan: sheet?.plan,
    profile: sheet?.profile,
    image: sheet?.image,
    tags: current ? current.tags : guest.tags,
    disabled: refusals(guest, lock, sheet),
    ...knownOf({
      os: sheet?.os,
      owner: sheet?.owner,
      storage: sheet?.storage,
      sharedStorage: sheet?.sharedStorage,
      diskCount: sheet?.diskCount,
      nicCount: sheet?.nicCount,
      bootedAt,
      trouble,
    }),
  };
}

const POWER: readonly OperationName[] = ['vm.start', 'vm.stop', 'vm.restart', 'vm.pause', 'vm.resume'];
const CHANGES: readonly OperationName[] = [...POWER, 'vm.delete', 'vm.configure'];

/** Locks under which the server itself refuses; one that is suspended to disk is woken up by a start. */
const holds = (lock: string | undefined): lock is string => lock !== undefined && lock !== 'suspended';

function refusals(guest: Guest, lock: string | undefined, sheet: Sheet | undefined): NonNullable<Vm['disabled']> {
  const all = (names: readonly OperationName[], why: string) => Object.fromEntries(names.map((name) => [name, why]));
  return {
    ...(guest.kind === 'lxc' ? all(['vm.pause', 'vm.resume'], 'a container can not be paused') : {}),
    ...(guest.kind === 'qemu' && sheet && !sheet.serial
      ? { 'console.serial': `it has no serial port (on its node: qm set ${guest.vmid} --serial0 socket)` }
      : {}),
    ...(guest.template ? all([...POWER, 'console.serial'], 'it is a template') : {}),
    ...(holds(lock) ? all(CHANGES, `it is locked (${lock}) until its task is done`) : {}),
  };
}

export function sameRow(a: Vm, b: Vm): boolean {
  if (a.name !== b.name || a.state !== b.state || a.rawState !== b.rawState || a.node !== b.node) return false;
  if (a.identity !== b.identity || a.bootedAt !== b.bootedAt) return false;
  if (a.cpus !== b.cpus || a.memory !== b.memory || a.autostart !== b.autostart || a.trouble !== b.trouble)
    return false;
  if (a.plan !== b.plan || a.profile !== b.profile || a.image !== b.image || a.owner !== b.owner) return false;
  if (a.os !== b.os || a.storage !== b.storage || a.sharedStorage !== b.sharedStorage) return false;
  if (a.diskCount !== b.diskCount || a.nicCount !== b.nicCount) return false;
  return JSON.stringify([a.ips, a.tags, a.disabled]) === JSON.stringify([b.ips, b.tags, b.disabled]);
}
