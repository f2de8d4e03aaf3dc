import { FleetError } from '../../../errors.ts';
import { mib } from '../../../units.ts';
import type { Settings, SettingsTarget, VmOps } from '../../contract.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { manifest } from '../manifest.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { conflict, done, onVm, type VmCall, type VmCalls } from '../vm-call.ts';

const PATHS = [
  'config.annotation',
  'config.changeVersion',
  'config.cpuHotAddEnabled',
  'config.hardware.memoryMB',
  'config.hardware.numCPU',
  'config.memoryHotAddEnabled',
];
/** What was changed should be there when the user looks. */
const FOLLOW_MS = 20_000;
const MIB = 1024 ** 2;
/** vSphere takes no other steps. */
const MEMORY_STEP_MIB = 4;

/**
 * Settings by the keys of the manifest. vSphere keeps one configuration: what a running VM can't take at once, it doesn't
 * take for later either.
 */
export function createSettings(calls: VmCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, target, signal) => onVm(calls, id, PATHS, signal, async (call) => read(call, target)),
    configure: (id, target, changes, basedOn, signal) =>
      onVm(calls, id, PATHS, signal, async (call) => {
        const now = read(call, target);
        refuseStale(manifest.settings, call.name, basedOn, now);
        if (Object.keys(changes).length === 0) return done();
        const spec = CHANGES.flatMap(([key, spell]) => {
          const value = changes[key];
          return value === undefined ? [] : [spell(value, call)];
        });
        if (call.power === 'poweredOn') refuseCold(call, changes, now);
        // With the version that was read: a change in between is refused by the server.
        const version = call.values.get('config.changeVersion')?.text ?? '';
        const head = version === '' ? [] : [xml`<changeVersion>${version}</changeVersion>`];
        return call.task('ReconfigVM_Task', xml`<spec>${[...head, ...spec]}</spec>`, { followMs: FOLLOW_MS });
      }),
  };
}

function read({ name, power, values }: VmCall, target: SettingsTarget): Settings {
  if (target === 'running' && power !== 'poweredOn') {
    throw conflict(name, 'does not run', 'change the saved settings instead');
  }
  const memory = values.get('config.hardware.memoryMB')?.text;
  if (memory === undefined) {
    throw new FleetError('auth.forbidden', `${name}: its configuration may not be seen`, {
      fix: 'ask for the right System.Read on it',
    });
  }
  return {
    memory: mib(Number(memory)),
    vcpus: Number(values.get('config.hardware.numCPU')?.text),
    'memory-hot-add': values.get('config.memoryHotAddEnabled')?.text === 'true',
    'cpu-hot-add': values.get('config.cpuHotAddEnabled')?.text === 'true',
    description: values.get('config.annotation')?.text ?? '',
  };
}

/** What a running VM can't take: anything but more, and that only where it was allowed before it was started. */
function refuseCold({ name }: VmCall, changes: Settings, now: Settings): void {
  for (const [key, allowed, what] of [
    ['memory', 'memory-hot-add', 'memory'],
    ['vcpus', 'cpu-hot-add', 'vCPUs'],
  ] as const) {
    const value = changes[key];
    if (changes[allowed] !== undefined && changes[allowed] !== now[allowed]) {
      throw conflict(name, `runs, and hot add of ${what} can only be switched while it is off`, 'stop it first');
    }
    if (value === undefined || value === now[key]) continue;
    if (Number(value) < Number(now[key])) throw conflict(name, `runs, and gives no ${what} back`, 'stop it first');
    if (now[allowed] !== true) throw conflict(name, `runs, and hot add of ${what} is off`, 'stop it first');
  }
}

type Spell = (value: Settings[string], call: VmCall) => Xml;

/** In the order of the WSDL (VirtualMachineConfigSpec). */
const CHANGES: readonly (readonly [string, Spell])[] = [
  ['description', (value) => xml`<annotation>${String(value)}</annotation>`],
  ['vcpus', (value) => xml`<numCPUs>${String(value)}</numCPUs>`],
  [
    'memory',
    (value, { name }) => {
      const size = Number(value) / MIB;
      if (size % MEMORY_STEP_MIB === 0) return xml`<memoryMB>${size}</memoryMB>`;
      throw new FleetError('op.refused', `${name}: memory comes in steps of ${MEMORY_STEP_MIB} MiB`);
    },
  ],
  ['memory-hot-add', (value) => xml`<memoryHotAddEnabled>${String(value)}</memoryHotAddEnabled>`],
  ['cpu-hot-add', (value) => xml`<cpuHotAddEnabled>${String(value)}</cpuHotAddEnabled>`],
];
