import { type Bytes, bytes } from '../../units.ts';
import type { Settings, SettingsTarget, SettingValue } from '../contract.ts';
import type { Fleet } from './fleet.ts';
import { ROLES } from './names.ts';
import { pick } from './random.ts';

/** The saved settings of VMs. Only what differs from the fleet as it was made is kept. */
export interface Sheets {
  /** Of the manifest's settings fields: what is saved, or what runs. */
  read(row: number, target: SettingsTarget): Settings;
  /** What the VM has after its next start. */
  size(row: number): { readonly cpus: number; readonly memory: Bytes };
  save(row: number, changes: Settings): void;
}

export function createSheets(fleet: Fleet): Sheets {
  const saved = new Map<number, Record<string, SettingValue>>();

  function made(row: number): Settings {
    const vm = fleet.vm(row);
    if (!vm) return {};
    const role = pick(ROLES, fleet.columns.role[row] ?? 0);
    return {
      memory: vm.memory,
      vcpus: vm.cpus,
      autostart: vm.autostart ?? false,
      description: vm.plan === undefined ? '' : `${vm.plan}, ${role.name}`,
    };
  }

  return {
    read(row, target) {
      const vm = fleet.vm(row);
      const sheet = { ...made(row), ...saved.get(row) };
      return target === 'running' && vm ? { ...sheet, memory: vm.memory, vcpus: vm.cpus } : sheet;
    },
    size(row) {
      const { memory, vcpus } = { ...made(row), ...saved.get(row) };
      return { cpus: Number(vcpus), memory: bytes(Number(memory)) };
    },
    save(row, changes) {
      // The whole sheet: what runs may change from now on without what is saved.
      saved.set(row, { ...made(row), ...saved.get(row), ...changes });
    },
  };
}
