/** The power switch, as nova has it (nova/compute/api.py says from which states what is possible). */
import type { Accepted, VmOps } from '../../contract.ts';
import { already, conflict, onServer, type ServerCall, type ServerCalls } from '../server-call.ts';

type Power = Required<Pick<VmOps, 'start' | 'stop' | 'restart' | 'pause' | 'resume' | 'suspend'>>;

/** Nova's own `shutdown_timeout` of 60 s, which an image may change, and what the rest of it takes. */
const SHUTDOWN_MS = 90_000;
/** Its image is brought to a host. */
const UNSHELVE_MS = 600_000;
const NO_POWER_CUT =
  'Nova cuts no power at once: the guest is asked, and cut off when it has not ended after 60 s (or what its image says)';

export function createLifecycle(calls: ServerCalls): Power {
  return {
    start: (id, signal) => onServer(calls, id, signal, start),
    stop: (id, how, signal) =>
      onServer(calls, id, signal, async (call) => {
        const { state, server } = call;
        if (state === 'stopped') return already(call, 'vm.stop', 'off');
        if (state === 'paused') throw conflict(call, 'is paused, and Nova stops no paused server', 'resume it first');
        if (state === 'suspended') throw conflict(call, 'is suspended', 'resume it first, or leave it as it is');
        if (server.vmState === 'rescued') throw inRescue(call);
        const accepted = { ...(await call.act('Stop', { 'os-stop': null })), takesUpToMs: SHUTDOWN_MS };
        if (how === 'graceful') return accepted;
        return { ...accepted, warnings: [...accepted.warnings, { feature: 'vm.stop', detail: NO_POWER_CUT }] };
      }),
    restart: (id, how, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (how === 'force' && (call.state === 'error' || call.state === 'crashed')) return reboot(call, 'HARD');
        if (call.state !== 'running') throw conflict(call, 'does not run', 'start it');
        return reboot(call, how === 'force' ? 'HARD' : 'SOFT');
      }),
    pause: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.state === 'paused') return already(call, 'vm.pause', 'paused');
        if (call.state !== 'running') throw conflict(call, 'does not run', 'start it first');
        return call.act('Pause', { pause: null });
      }),
    resume: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.state === 'running') return already(call, 'vm.resume', 'running');
        return (await wake(call)) ?? Promise.reject(conflict(call, 'is neither paused nor suspended', 'start it'));
      }),
    suspend: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.state === 'suspended') return already(call, 'vm.suspend', 'suspended');
        if (call.state === 'paused')
          throw conflict(call, 'is paused, and Nova suspends no paused server', 'resume it first');
        if (call.state !== 'running') throw conflict(call, 'does not run', 'start it first');
        return call.act('Suspend', { suspend: null });
      }),
  };
}

async function start(call: ServerCall): Promise<Accepted> {
  const { state, server } = call;
  if (server.vmState === 'rescued') throw inRescue(call);
  if (state === 'running') return already(call, 'vm.start', 'running');
  // To Nova it is active still: os-start would be refused.
  if (state === 'crashed') return reboot(call, 'HARD');
  const woken = await wake(call);
  if (woken) return woken;
  if (server.vmState === 'shelved' || server.vmState === 'shelved_offloaded') {
    return { ...(await call.act('Unshelve', { unshelve: null })), takesUpToMs: UNSHELVE_MS };
  }
  return call.act('Start', { 'os-start': null });
}

/** Undefined for one that does not sleep. */
function wake(call: ServerCall): Promise<Accepted> | undefined {
  if (call.state === 'paused') return call.act('Resume', { unpause: null });
  if (call.state === 'suspended') return call.act('Resume', { resume: null });
  return undefined;
}

const reboot = (call: ServerCall, type: 'SOFT' | 'HARD') => call.act('Restart', { reboot: { type } });

const inRescue = (call: ServerCall) =>
  conflict(call, 'is in rescue mode', 'end that first (openstack server unrescue)');
