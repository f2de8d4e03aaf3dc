/** What pools and networks have in common: they are defined, and active or not. */
import { FleetError } from '../../../errors.ts';
import type { Accepted } from '../../contract.ts';
import { DONE } from '../vm/guest-call.ts';
import type { HostCall } from './host-call.ts';

/** One of them, by the procedures of its kind. */
export interface Switched {
  isActive(): Promise<boolean>;
  /** It has a saved definition. */
  isPersistent(): Promise<boolean>;
  start(): Promise<void>;
  stop(): Promise<void>;
  undefine(): Promise<void>;
}

/** Where it is there already nothing is sent, and that is a success. */
export async function switchOn({ change }: HostCall, one: Switched): Promise<Accepted> {
  if (!(await one.isActive())) await change('start', () => one.start());
  return DONE;
}

/** `check` throws what speaks against it. */
export async function switchOff(
  { change }: HostCall,
  { name }: { readonly name: string },
  one: Switched,
  check: () => Promise<void> = async () => undefined,
): Promise<Accepted> {
  if (!(await one.isActive())) return DONE;
  if (!(await one.isPersistent())) {
    const fix = 'delete it, or give it a definition with virsh edit';
    throw new FleetError('op.refused', `${name} has no saved definition: it would be gone when it stops`, { fix });
  }
  await check();
  await change('stop', () => one.stop());
  return DONE;
}

/** Stops it and takes its definition away. `first` is done before, as part of the same change. */
export async function remove(
  { change }: HostCall,
  one: Switched,
  first: () => Promise<void> = async () => undefined,
): Promise<Accepted> {
  const isPersistent = await one.isPersistent();
  await change('delete', async () => {
    await first();
    if (await one.isActive()) await one.stop();
    if (isPersistent) await one.undefine();
  });
  return DONE;
}
