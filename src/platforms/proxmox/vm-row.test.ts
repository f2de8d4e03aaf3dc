import { describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { OperationName } from '../contract.ts';
import { readCurrent, readResources } from './guests.ts';
import { type Knowledge, rowOf, type Sheet, sameRow } from './vm-row.ts';

const PLACE = { endpoint: endpointName('pve'), cluster: 'lab' };
const LISTED = { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running', maxcpu: 2, maxmem: gib(1) };
const SHEET: Sheet = {
  name: 'web2',
  identity: 'ctime=1',
  autostart: true,
  plan: 'shop',
  profile: 'small',
  image: 'debian13',
  serial: true,
  agent: false,
};

function known(listed: object = {}, more: Partial<Knowledge> = {}): Knowledge {
  const [guest] = readResources([{ ...LISTED, ...listed }]).guests.values();
  if (!guest) throw new Error('no guest');
  const nothing = { current: undefined, runState: undefined, sheet: undefined, bootedAt: undefined };
  return { guest, ips: [], trouble: undefined, ...nothing, ...more };
}
const row = (listed?: object, more?: Partial<Knowledge>) => rowOf(PLACE, known(listed, more));
const POWER = ['vm.start', 'vm.stop', 'vm.restart', 'vm.pause', 'vm.resume'] as const;

describe('the row of a guest', () => {
  it('is made of the list alone, until more is known', () => {
    expect(row({ tags: 'prod' })).toEqual({
      id: 'pve/qemu/100',
      name: 'web1',
      uuid: 'lab/100',
      node: 'pve/pve1',
      pool: undefined,
      state: 'running',
      rawState: 'running',
      cpus: 2,
      memory: gib(1),
      ips: [],
      autostart: undefined,
      plan: undefined,
      profile: undefined,
      image: undefined,
      tags: ['prod'],
      disabled: {},
    });
  });

  it('has what its configuration says, and since when it runs', () => {
    const trouble = { message: 'Backup failed', since: 1 };
    expect(row({}, { sheet: SHEET, bootedAt: 5, ips: ['10.0.0.5'], trouble })).toMatchObject({
      name: 'web2',
      identity: 'ctime=1',
      autostart: true,
      plan: 'shop',
      profile: 'small',
      image: 'debian13',
      bootedAt: 5,
      ips: ['10.0.0.5'],
      trouble,
    });
    expect(row({}, { sheet: { ...SHEET, name: undefined, identity: '' } })).toMatchObject({ name: 'web1' });
    expect(row({}, { sheet: { ...SHEET, identity: '' } })).not.toHaveProperty('identity');
  });

  it('is as the guest itself says, where that was asked', () => {
    const current = readCurrent({ status: 'stopped', name: 'web3', cpus: 4, maxmem: gib(2), tags: 'new' });
    const stopped = row({ lock: 'backup', tags: 'old' }, { current, ips: ['10.0.0.5'] });
    expect(stopped).toMatchObject({ name: 'web3', state: 'stopped', rawState: 'stopped', cpus: 4, memory: gib(2) });
    expect(stopped).toMatchObject({ tags: ['new'], ips: [], disabled: {} });
    expect(row({}, { current: readCurrent({ status: 'running' }) })).toMatchObject({
      name: 'web1',
      cpus: 2,
      memory: gib(1),
    });
    expect(row({}, { runState: 'paused', ips: ['10.0.0.5'] })).toMatchObject({ state: 'paused', ips: [] });
  });
});

describe('what can not be done with a guest', () => {
  const all = (names: readonly OperationName[], why: string) => Object.fromEntries(names.map((name) => [name, why]));

  it.each<[string, object, Partial<Knowledge>, object]>([
    ['a virtual machine', {}, { sheet: SHEET }, {}],
    ['one that has not been read yet', {}, {}, {}],
    [
      'a container',
      { type: 'lxc' },
      { sheet: { ...SHEET, serial: false } },
      all(['vm.pause', 'vm.resume'], 'a container can not be paused'),
    ],
    [
      'one without a serial port',
      {},
      { sheet: { ...SHEET, serial: false } },
      { 'console.serial': 'it has no serial port (on its node: qm set 100 --serial0 socket)' },
    ],
    ['a template', { template: 1 }, {}, all([...POWER, 'console.serial'], 'it is a template')],
    [
      'one that is backed up',
      { lock: 'backup' },
      {},
      all([...POWER, 'vm.delete', 'vm.configure'], 'it is locked (backup) until its task is done'),
    ],
    ['one that is suspended to disk', { status: 'stopped', lock: 'suspended' }, {}, {}],
  ])('%s', (_what, listed, more, disabled) => expect(row(listed, more).disabled).toEqual(disabled));
});

it.each<[string, object, Partial<Knowledge>]>([
  ['name', { name: 'web9' }, {}],
  ['state', { status: 'stopped' }, {}],
  ['word for its state', { lock: 'suspended' }, {}],
  ['node', { node: 'pve2' }, {}],
  ['CPUs', { maxcpu: 3 }, {}],
  ['memory', { maxmem: gib(3) }, {}],
  ['tags', { tags: 'a;b' }, {}],
  ['refusals', { template: 1 }, {}],
  ['start', {}, { bootedAt: 7 }],
  ['addresses', {}, { ips: ['10.0.0.6'] }],
  ['trouble', {}, { trouble: { message: 'Backup failed', since: 1 } }],
  ['identity', {}, { sheet: { ...SHEET, identity: 'ctime=2' } }],
  ['autostart', {}, { sheet: { ...SHEET, autostart: false } }],
  ['plan', {}, { sheet: { ...SHEET, plan: 'x' } }],
  ['profile', {}, { sheet: { ...SHEET, profile: 'x' } }],
  ['image', {}, { sheet: { ...SHEET, image: 'x' } }],
])('another %s makes another row', (_what, listed, more) => {
  const base = { sheet: { ...SHEET, name: undefined } };
  const other = more.sheet ? { sheet: { ...more.sheet, name: undefined } } : base;
  expect(sameRow(row({}, base), row({}, base))).toBe(true);
  expect(sameRow(row({}, base), row(listed, { ...more, ...other }))).toBe(false);
});
