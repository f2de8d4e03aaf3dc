/** Memory in files of one's choice, and what a VM is as text. */
import { FleetError } from '../../errors.ts';
import { volumeId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Accepted, Definition, ExportSpec, Made, RestoreSpec, Settings, Vm } from '../contract.ts';
import type { Power } from './power.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';
import { configure, readSettings } from './settings.ts';
import { folderOf } from './volume-ops.ts';

const WRITE_MS = 600;

export function createSavedFiles(server: FakeServer, power: Power) {
  const { agenda, collections, drives, endpoint, fleet } = server;

  function save(vm: Vm, row: number, path: string): Accepted {
    if (vm.state !== 'running' && vm.state !== 'paused')
      throw new FleetError('op.conflict', `${vm.name} is ${vm.state}: it has nothing in memory`);
    if (!path.startsWith('/')) throw new FleetError('op.refused', `${path} is no absolute path of a file`);
    if (server.saved.has(path))
      throw new FleetError('op.conflict', `${path} is there already`, { fix: 'choose another file' });
    server.saved.set(path, vm.id);
    power.stop(vm, row, 'force');
    return accepted();
  }

  function restore({ path, paused }: RestoreSpec): Made {
    const id = server.saved.get(path);
    const row = id === undefined ? -1 : fleet.rowOf(id);
    const vm = fleet.vm(row);
    if (id === undefined || !vm)
      throw new FleetError('op.refused', `${path} is no file with the memory of a VM of ${endpoint}`);
    if (vm.state !== 'stopped') throw new FleetError('op.conflict', `${vm.name} is ${vm.state} already`);
    server.enter(row, paused ? 'paused' : 'running');
    server.news.event(id, `Restored from ${path}`);
    return { ...accepted(), id };
  }

  function exportVm(vm: Vm, row: number, { name, storage: wanted }: ExportSpec) {
    if (vm.state !== 'stopped')
      throw new FleetError('op.conflict', `${vm.name} is ${vm.state}`, { fix: 'stop it first' });
    const storage = wanted === '' ? 'vms' : wanted;
    const path = `${folderOf(collections, endpoint, storage)}/${name}`;
    const id = volumeId(endpoint, path);
    if (collections.volume.all().some((one) => one.id === id))
      throw new FleetError('op.conflict', `${storage} has a volume ${name} already`, { fix: 'choose another name' });
    const size = drives.disks(row).find(({ type }) => type === 'disk')?.size;
    agenda.plan(WRITE_MS, () => {
      collections.volume.put({ id, name, storage, type: 'file', format: 'qcow2', size, used: size, path, users: [] });
    });
    return { ...accepted(), id };
  }

  return { save, restore, export: exportVm };
}

/** Settings that a definition of the simulated fleet has, a line each. */
const KEYS = ['memory', 'vcpus', 'autostart', 'description'] as const;

/** `key = value` on each line. */
export function definitionOf(server: FakeServer, vm: Vm, row: number): Definition {
  const settings = readSettings(server, vm, row, 'config');
  return { text: KEYS.map((key) => `${key} = ${settings[key] ?? ''}\n`).join(''), language: 'conf' };
}

export function define(server: FakeServer, vm: Vm, row: number, text: string, basedOn: string): Accepted {
  if (definitionOf(server, vm, row).text !== basedOn)
    throw new FleetError('op.conflict', `the definition of ${vm.name} is another one by now`, { fix: 'open it again' });
  const now = readSettings(server, vm, row, 'config');
  const wanted = readDefinition(vm, text);
  const changed = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== (now[key] ?? '')));
  if (Object.keys(changed).length === 0) return accepted();
  const before = Object.fromEntries(Object.keys(changed).map((key) => [key, now[key] ?? '']));
  return configure(server, vm, row, 'config', changed, before);
}

function readDefinition({ name }: Vm, text: string): Settings {
  const refuse = (why: string) => new FleetError('op.refused', `${name}: ${why}`);
  const found: Record<string, string | number | boolean> = {};
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s?(.*)$/.exec(line) ?? [];
    if (!KEYS.some((one) => one === key)) throw refuse(`line ${at + 1} is not KEY = VALUE with a key that it has`);
    if (key === 'autostart' && value !== 'true' && value !== 'false') throw refuse('autostart must be true or false');
    if ((key === 'memory' || key === 'vcpus') && !/^\d+$/.test(value)) throw refuse(`${key} must be a number`);
    found[key] =
      key === 'autostart' ? value === 'true' : key === 'memory' || key === 'vcpus' ? bytes(Number(value)) : value;
  }
  return found;
}
