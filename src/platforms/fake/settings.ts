import { FleetError } from '../../errors.ts';
import { bytes, spellBytes } from '../../units.ts';
import {
  type Accepted,
  type ChangePlan,
  keysThatDiffer,
  type Settings,
  type SettingsField,
  type SettingsTarget,
  type SettingValue,
  type Vm,
  type Warning,
} from '../contract.ts';
import { manifest } from './manifest.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function readSettings(server: FakeServer, vm: Vm, row: number, target: SettingsTarget): Settings {
  if (target === 'running') requireRunning(vm);
  return server.sheets.read(row, target);
}

/** Throws what is wrong with a change, and says what should be known of it. */
export function planConfigure(
  server: FakeServer,
  vm: Vm,
  row: number,
  target: SettingsTarget,
  changes: Settings,
  basedOn: Settings,
): ChangePlan {
  const present = readSettings(server, vm, row, target);
  for (const [key, value] of Object.entries(changes)) check(vm, writable(key, target), value);
  const [stale] = keysThatDiffer(manifest.settings, basedOn, present);
  if (stale !== undefined) throw changedMeanwhile(vm, stale, basedOn[stale], present[stale]);
  return { warnings: target === 'running' ? advise(server, vm, changes) : [] };
}

/** Saves, and with the target `running` changes the guest too. Nothing is changed when anything is refused. */
export function configure(
  server: FakeServer,
  vm: Vm,
  row: number,
  target: SettingsTarget,
  changes: Settings,
  basedOn: Settings,
): Accepted {
  const { warnings } = planConfigure(server, vm, row, target, changes, basedOn);

  if (server.faults.takeFailure('vm.configure')) {
    const [first = 'nothing'] = Object.keys(changes);
    server.sheets.save(row, changes[first] === undefined ? {} : { [first]: changes[first] });
    throw new FleetError('op.failed', `${vm.name}: only ${first} was saved, then the node failed`);
  }
  server.sheets.save(row, changes);
  const active = vm.state === 'running' || vm.state === 'paused';
  server.change(row, {
    ...(target === 'running' || !active ? sizeIn(changes) : {}),
    ...(typeof changes['autostart'] === 'boolean' && { autostart: changes['autostart'] }),
    ...(active && { pending: target === 'config' ? pendingOf(vm, server.sheets.size(row)) : [] }),
  });
  server.news.event(vm.id, `Settings changed: ${Object.keys(changes).join(', ')}`);
  return { ...accepted(), warnings };
}

/** What the next start changes of one that runs. */
const pendingOf = (vm: Vm, { cpus, memory }: Pick<Vm, 'cpus' | 'memory'>): readonly string[] => [
  ...(memory === vm.memory ? [] : [`Memory ${spellBytes(memory)}`]),
  ...(cpus === vm.cpus ? [] : [`vCPUs ${cpus}`]),
];

function requireRunning(vm: Vm): void {
  if (vm.state === 'running' || vm.state === 'paused') return;
  throw new FleetError('op.conflict', `${vm.name} is ${vm.state}: nothing of it runs that could be changed`, {
    fix: 'change the saved settings instead',
  });
}

function writable(key: string, target: SettingsTarget): SettingsField {
  const field = manifest.settings.find((one) => one.key === key);
  if (field?.in[target === 'running' ? 'edit-running' : 'edit-config'] === 'write') return field;
  throw new FleetError('usage', `${key} is no setting that can be changed here`);
}

function check(vm: Vm, field: SettingsField, value: SettingValue): void {
  if (field.kind !== 'bytes' && field.kind !== 'count') return;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = field;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new FleetError(
    'op.refused',
    `${vm.name}: ${field.key} must be between ${spell(field.key, min)} and ${spell(field.key, max)}`,
  );
}

function changedMeanwhile(vm: Vm, key: string, before: SettingValue = '-', now: SettingValue = '-'): FleetError {
  return new FleetError(
    'op.conflict',
    `${vm.name}: ${key} is ${spell(key, now)} by now, no longer ${spell(key, before)}`,
    { fix: 'open the settings again' },
  );
}

/** What only the node knows. */
function advise(server: FakeServer, vm: Vm, changes: Settings): readonly Warning[] {
  const node = server.fleet.nodes().find(({ id }) => id === vm.node);
  const { memory, vcpus } = changes;
  if (node && typeof memory === 'number' && memory > node.memory) {
    throw new FleetError('op.failed', `${node.name} has only ${spellBytes(node.memory)} of memory`);
  }
  if (typeof vcpus !== 'number' || vcpus >= vm.cpus) return [];
  return [{ feature: 'vcpus', detail: 'the guest must let go of the CPUs itself' }];
}

function sizeIn({ memory, vcpus }: Settings): Partial<Vm> {
  return {
    ...(typeof memory === 'number' && { memory: bytes(memory) }),
    ...(typeof vcpus === 'number' && { cpus: vcpus }),
  };
}

const spell = (key: string, value: SettingValue): string =>
  key === 'memory' && typeof value === 'number' ? spellBytes(bytes(value)) : String(value);
