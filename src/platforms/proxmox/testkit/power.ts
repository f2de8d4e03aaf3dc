/** What the verbs below /status do to a pretended guest, with the sentences of PVE::API2::Qemu. */
import { applyPending } from './configure.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

const BOOT_MS = 300;
const SHUTDOWN_MS = 500;
const QUICK_MS = 80;

/** Answers the UPID. Throws a refusal for what the server would not even begin. */
export function switchPower(
  world: World,
  guest: WorldGuest,
  verb: string,
  user: string,
  form: Readonly<Record<string, unknown>>,
): string {
  const { vmid, kind } = guest;
  const { lock } = guest.config;
  const running = guest.status === 'running';
  const word = kind === 'qemu' ? 'VM' : 'CT';
  if (verb === 'start' && running) throw refusal(500, `${word} ${vmid} already running`);
  if (verb !== 'start' && verb !== 'stop' && verb !== 'shutdown' && !running && lock !== 'suspended') {
    throw refusal(500, `${word} ${vmid} not running`);
  }
  if (verb === 'shutdown' && guest.runState === 'paused') throw refusal(500, 'VM is paused - cannot shutdown');

  const act = verb === 'suspend' && form['todisk'] === undefined ? 'pause' : verb;
  const type = `${kind === 'qemu' ? 'qm' : 'vz'}${act}`;
  return world.beginTask(guest.node, type, String(vmid), user, (end) => {
    const failure = world.takeFailure(type);
    const [afterMs, happen] = effect(world, guest, act);
    world.clock.after(afterMs, () => {
      // The configuration is locked by the worker, not by the API: the task is begun, and then says so.
      if (failure === undefined && lock !== undefined && lock !== 'suspended')
        return end(`${word} is locked (${lock})`);
      if (failure !== undefined) return end(failure);
      happen();
      end('OK');
    });
  }).upid;
}

function effect(world: World, guest: WorldGuest, verb: string): readonly [number, () => void] {
  const run = () => {
    guest.status = 'running';
    guest.runState = 'running';
    guest.startedAt = world.clock.now();
    delete guest.config['lock'];
  };
  const off = () => {
    applyPending(world, guest);
    guest.status = 'stopped';
    guest.runState = 'stopped';
  };
  switch (verb) {
    case 'start':
      return [BOOT_MS, run];
    case 'stop':
      return [QUICK_MS, off];
    case 'shutdown':
      return [SHUTDOWN_MS, off];
    case 'reboot':
      return [SHUTDOWN_MS, run];
    case 'reset':
      return [QUICK_MS, run];
    case 'pause':
      return [QUICK_MS, () => Object.assign(guest, { runState: 'paused' })];
    case 'suspend':
      return [
        SHUTDOWN_MS,
        () => {
          off();
          guest.config['lock'] = 'suspended';
        },
      ];
    case 'resume':
      return [
        QUICK_MS,
        () => (guest.config['lock'] === 'suspended' ? run() : Object.assign(guest, { runState: 'running' })),
      ];
    default:
      throw refusal(501, `Method 'POST /nodes/${guest.node}/qemu/${guest.vmid}/status/${verb}' not implemented`);
  }
}
