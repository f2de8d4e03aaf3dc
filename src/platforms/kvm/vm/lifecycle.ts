import { FleetError } from '../../../errors.ts';
import type { Accepted, VmOps } from '../../contract.ts';
import { switchBoot } from '../boot/next-boot.ts';
import { type Domain, type Procedure, procedures } from '../rpc/protocol.ts';
import { isSaved } from './guest.ts';
import { CHANGE_MS, DONE, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { DOMAIN } from './states.ts';

/** libvirt answers when the last page is written: some hundred GiB take minutes. */
const SAVE_MS = 600_000;

/** What the power switch does. Where a guest is there already, nothing is sent, and that is a success. */
export function createLifecycle(
  calls: GuestCalls,
): Pick<VmOps, 'start' | 'stop' | 'restart' | 'pause' | 'resume' | 'suspend'> {
  return {
    start: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const state = await stateOf(call);
        if (state === DOMAIN.paused) await plain(call, 'resume', procedures.resume);
        else if (state === DOMAIN.suspended) await flagged(call, 'wake up', procedures.wakeUp);
        else if (call.domain.id === -1) {
          if (!(await isSaved(call.client, call.domain, signal))) return startAnew(call);
          await wakeSaved(call);
        } else if (state === DOMAIN.crashed) throw crashed(call);
        return DONE;
      }),
    stop: (id, how, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.domain.id === -1) return DONE;
        if (how === 'graceful') {
          refuseDeaf(call, await stateOf(call));
          await flagged(call, 'shut down', procedures.shutdown);
        } else await flagged(call, 'force off', procedures.destroy);
        return DONE;
      }),
    restart: (id, how, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.domain.id === -1) return startAnew(call);
        if (how === 'graceful') {
          refuseDeaf(call, await stateOf(call));
          await flagged(call, 'reboot', procedures.reboot);
        } else await flagged(call, 'reset', procedures.reset);
        return DONE;
      }),
    pause: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.domain.id === -1) throw notRunning(call);
        if ((await stateOf(call)) !== DOMAIN.paused) await plain(call, 'pause', procedures.suspend);
        return DONE;
      }),
    resume: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.domain.id === -1) {
          if (!(await isSaved(call.client, call.domain, signal))) throw notRunning(call);
          await wakeSaved(call);
          return DONE;
        }
        const state = await stateOf(call);
        if (state === DOMAIN.suspended) await flagged(call, 'wake up', procedures.wakeUp);
        else if (state === DOMAIN.paused) await plain(call, 'resume', procedures.resume);
        return DONE;
      }),
    suspend: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.domain.id === -1) {
          if (await isSaved(call.client, call.domain, signal)) return DONE;
          throw notRunning(call);
        }
        await flagged(call, 'suspend', procedures.managedSave, SAVE_MS);
        return DONE;
      }),
  };
}

async function startAnew(call: GuestCall): Promise<Accepted> {
  await flagged(call, 'start', procedures.create);
  return { warnings: await switchBoot(call) };
}

/** libvirt restores a guest as it was saved, also paused; a user who wakes it wants it to run. */
async function wakeSaved(call: GuestCall): Promise<void> {
  await flagged(call, 'wake up', procedures.create);
  // Something was done by now: without an answer it is unknown how it ended.
  const state = await call.change('wake up', () => stateOf(call));
  if (state === DOMAIN.paused) await plain(call, 'resume', procedures.resume);
}

/** Why a guest hears nothing now, whatever it is asked, and what to do first. */
const DEAF: ReadonlyMap<number, readonly [why: string, fix: string]> = new Map([
  [DOMAIN.paused, ['is paused and can not be asked', 'resume it first, or force it']],
  [DOMAIN.suspended, ['is asleep and can not be asked', 'resume it first, or force it']],
  [DOMAIN.crashed, ['has crashed and can not be asked', 'force it off']],
]);

function refuseDeaf({ domain }: GuestCall, state: number): void {
  const [why, fix] = DEAF.get(state) ?? [];
  if (why !== undefined && fix !== undefined) throw new FleetError('op.conflict', `${domain.name} ${why}`, { fix });
}

const notRunning = ({ domain }: GuestCall): FleetError =>
  new FleetError('op.conflict', `${domain.name} does not run`, { fix: 'start it first' });

/** Kept as it crashed, so that the user can look for the reason: it still holds its memory and its id. */
const crashed = ({ domain }: GuestCall): FleetError =>
  new FleetError('op.conflict', `${domain.name} has crashed and is kept as it fell`, { fix: 'force it off first' });

async function stateOf({ client, domain, signal }: GuestCall): Promise<number> {
  const { state } = await client.call(procedures.domainState, { domain, flags: 0 }, { signal });
  return state;
}

const plain = (
  { client, domain, signal, change }: GuestCall,
  verb: string,
  procedure: Procedure<{ readonly domain: Domain }, void>,
) => change(verb, () => client.call(procedure, { domain }, { signal, deadlineMs: CHANGE_MS }));

const flagged = <R>(
  { client, domain, signal, change }: GuestCall,
  verb: string,
  procedure: Procedure<{ readonly domain: Domain; readonly flags: number }, R>,
  deadlineMs = CHANGE_MS,
) => change(verb, () => client.call(procedure, { domain, flags: 0 }, { signal, deadlineMs }));
