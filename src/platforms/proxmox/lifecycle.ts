import { FleetError } from '../../errors.ts';
import type { Accepted, OperationName, VmOps } from '../contract.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { stateOf } from './states.ts';

/** What the power switch does. Where a guest is there already, nothing is sent, and that is a success. */
export function createLifecycle(
  calls: GuestCalls,
  /** Since 8.2 a stop can end a shutdown that is under way; before that it has to wait for it. */
  stopsShutdowns: boolean,
): Required<Pick<VmOps, 'start' | 'stop' | 'restart' | 'pause' | 'resume' | 'suspend'>> {
  return {
    start: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const state = stateNow(call);
        if (state === 'running') return already(call, 'vm.start', 'running');
        return state === 'paused' ? power(call, 'resume') : power(call, 'start');
      }),
    stop: (id, how, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.current.status !== 'running') return already(call, 'vm.stop', 'off');
        if (how === 'force') return power(call, 'stop', stopsShutdowns ? { 'overrule-shutdown': '1' } : {});
        if (stateNow(call) === 'paused') {
          throw conflict(call, 'is paused and its guest hears nothing', 'resume it first, or stop it by force');
        }
        return power(call, 'shutdown');
      }),
    restart: (id, how, signal) =>
      onGuest(calls, id, signal, async (call) => {
        if (call.current.status !== 'running') throw conflict(call, 'does not run', 'start it');
        if (how === 'graceful') return power(call, 'reboot');
        if (call.guest.kind === 'qemu') return power(call, 'reset');
        throw new FleetError('op.unsupported', `${call.name} is a container: it has no reset`, {
          fix: 'restart it without force',
        });
      }),
    pause: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        refuseContainer(call);
        if (call.current.status !== 'running') throw conflict(call, 'does not run', 'start it first');
        return stateNow(call) === 'paused' ? already(call, 'vm.pause', 'paused') : power(call, 'suspend');
      }),
    resume: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        refuseContainer(call);
        const state = stateNow(call);
        if (state === 'stopped') throw conflict(call, 'does not run', 'start it');
        if (state === 'suspended') return power(call, 'start');
        return state === 'running' ? already(call, 'vm.resume', 'running') : power(call, 'resume');
      }),
    suspend: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        refuseContainer(call);
        if (stateNow(call) === 'suspended') return already(call, 'vm.suspend', 'suspended');
        if (call.current.status !== 'running') throw conflict(call, 'does not run', 'start it first');
        return power(call, 'suspend', { todisk: '1' });
      }),
  };
}

const power = (call: GuestCall, verb: string, form: Readonly<Record<string, string>> = {}): Promise<Accepted> =>
  call.task('post', `/status/${verb}`, form);

const stateNow = ({ current }: GuestCall) => stateOf(current).state;

const already = ({ name }: GuestCall, feature: OperationName, word: string): Accepted => ({
  warnings: [{ feature, detail: `${name} was ${word} already` }],
});

const conflict = ({ name }: GuestCall, why: string, fix: string): FleetError =>
  new FleetError('op.conflict', `${name} ${why}`, { fix });

function refuseContainer({ guest, name }: GuestCall): void {
  if (guest.kind === 'lxc')
    throw new FleetError('op.unsupported', `${name} is a container: it can be neither paused nor suspended`);
}
