import { plainLine } from '../transport/http/wire.ts';
import type { EndedTask } from './tasks.ts';

/** Verbs of tasks on VMs and hosts, as people say them; done, and what failed. */
const WORDS: Readonly<Record<string, readonly [done: string, noun: string]>> = {
  powerOn: ['Powered on', 'Powering on'],
  powerOff: ['Powered off', 'Powering off'],
  shutdownGuest: ['Shut down by its guest', 'Shutting down'],
  reset: ['Reset', 'Resetting'],
  rebootGuest: ['Rebooted by its guest', 'Rebooting'],
  suspend: ['Suspended', 'Suspending'],
  standbyGuest: ['Sent to standby by its guest', 'Standby'],
  reconfigure: ['Settings changed', 'Changing settings'],
  reconfigVm: ['Settings changed', 'Changing settings'],
  relocate: ['Moved', 'Moving'],
  migrate: ['Moved to another host', 'Moving to another host'],
  clone: ['Cloned', 'Cloning'],
  cloneVm: ['Cloned', 'Cloning'],
  destroy: ['Deleted', 'Deleting'],
  createSnapshot: ['Snapshot taken', 'Taking a snapshot'],
  removeSnapshot: ['Snapshot removed', 'Removing a snapshot'],
  revertToSnapshot: ['Reverted to a snapshot', 'Reverting to a snapshot'],
  rename: ['Renamed', 'Renaming'],
  enterMaintenanceMode: ['Entered maintenance', 'Entering maintenance'],
  exitMaintenanceMode: ['Left maintenance', 'Leaving maintenance'],
};

/** What a task is doing, or why it failed. */
export function taskStatus({ verb, failure }: EndedTask): string {
  if (failure) return failure.message === '' ? failure.fault : failure.message;
  return WORDS[verb]?.[1] ?? `Task ${plainLine(verb, 60)}`;
}

/** The sentence of an event; a verb that is not in the table is told in the server's own word. */
export function taskText({ verb, failure }: EndedTask): string {
  const said = plainLine(verb, 60);
  const [done, noun] = WORDS[verb] ?? [`Task ${said} done`, `Task ${said}`];
  if (!failure) return done;
  return `${noun} failed: ${failure.message === '' ? failure.fault : failure.message}`;
}
