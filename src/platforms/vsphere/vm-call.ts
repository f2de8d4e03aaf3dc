/** One operation on one VM: looks at it, calls, follows the task, and makes sentences of what goes wrong. */
import { FleetError } from '../../errors.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { Accepted, Warning } from '../contract.ts';
import { child, type XmlElement } from '../transport/xml.ts';
import { plainName } from './names.ts';
import { normalizeError } from './normalize-error.ts';
import { refOf, retrieveOne } from './properties.ts';
import { IS_TEMPLATE } from './rows.ts';
import type { Session } from './session.ts';
import type { MoRef, Xml } from './soap/envelope.ts';
import type { Tasks } from './tasks.ts';

export interface VmCalls {
  readonly session: Session;
  readonly tasks: Tasks;
}

export interface VmCall {
  readonly session: Session;
  readonly ref: MoRef;
  readonly name: string;
  /** `poweredOn`, `poweredOff`, `suspended`. */
  readonly power: string;
  readonly signal: AbortSignal;
  /** What was asked for beside name and power. */
  readonly values: ReadonlyMap<string, XmlElement>;
  /** A method that changes something and is done when it answers. */
  change(method: string, args?: Xml): Promise<XmlElement>;
  /** A method that answers with a task, which is followed for a while: what fails at once rejects. */
  task(method: string, args?: Xml, how?: TaskOptions): Promise<Accepted>;
}

interface TaskOptions {
  readonly followMs?: number;
  /** What belongs to the VM and has methods of its own: a snapshot. */
  readonly target?: MoRef;
}

/** Placing a VM on a host takes a cluster this long, and then it may say no. */
const FOLLOW_MS = 5_000;
const CHANGE_MS = 60_000;

const POWER = 'runtime.powerState';
const TEMPLATE = 'config.template';

const vmRef = (id: VmId): MoRef => ({ type: 'VirtualMachine', value: nativeOf(id) });

export async function onVm<T>(
  { session, tasks }: VmCalls,
  id: VmId,
  paths: readonly string[],
  signal: AbortSignal,
  work: (call: VmCall) => Promise<T>,
): Promise<T> {
  const ref = vmRef(id);
  let name: string = id;
  const change = (method: string, args?: Xml, target = ref) =>
    session.call({
      target,
      method,
      kind: 'mutates',
      signal,
      deadlineMs: CHANGE_MS,
      ...(args === undefined ? {} : { args }),
    });
  try {
    const values = await retrieveOne(session, ref, ['name', POWER, TEMPLATE, ...paths], signal);
    name = plainName(values.get('name')?.text ?? name);
    const power = values.get(POWER)?.text;
    if (power === undefined) {
      throw new FleetError('auth.forbidden', `${name}: whether it runs may not be seen`, {
        fix: 'ask for the right System.Read on it',
      });
    }
    return await work({
      session,
      ref,
      name,
      power,
      signal,
      values,
      change: (method, args) => change(method, args),
      async task(method, args, { followMs = FOLLOW_MS, target = ref } = {}) {
        const task = refOf(child(await change(method, args, target), 'returnval'));
        if (task.type !== 'Task' || task.value === '') throw unclear(name);
        await tasks.follow(task, followMs, signal);
        return { task: task.value, warnings: [] };
      },
    });
  } catch (error) {
    throw normalizeError(error, name);
  }
}

const unclear = (name: string): FleetError =>
  new FleetError('outcome.unknown', `${name}: the answer names no task; it may have been done or not`, {
    fix: 'look at its state before you repeat it',
  });

export const done = (...warnings: readonly Warning[]): Accepted => ({ warnings });

export const conflict = (name: string, why: string, fix: string): FleetError =>
  new FleetError('op.conflict', `${name} ${why}`, { fix });

/** A template has no power: nothing is sent for it. */
export function refuseTemplate({ name, values }: VmCall): void {
  if (values.get(TEMPLATE)?.text === 'true') throw new FleetError('op.refused', `${name}: ${IS_TEMPLATE}`);
}
