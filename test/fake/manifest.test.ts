import { describe, expect, it } from 'vitest';
import { operations } from '../../src/platforms/contract.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import { fakeOptions } from '../../src/platforms/fake/options.ts';
import { complaint, endpointFieldsOf, fieldsOf, filled, missing, redacted } from '../../src/state/fields.ts';
import { gib, mib } from '../../src/units.ts';
import { fakeEndpoint } from './visit.ts';

const field = (key: string) => {
  const found = [...manifest.endpoint, ...manifest.settings].find((one) => one.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
};

describe('an endpoint of the simulated fleet', () => {
  it('is a demo of 200 quiet VMs unless it says something else', () => {
    expect(manifest).toMatchObject({ id: 'fake', title: 'Simulated fleet', tier: 'demo', everyMs: 1_000 });
    expect(missing(manifest.endpoint, {})).toEqual([]);
    expect(filled(manifest.endpoint, {}, '/home/me')).toEqual({
      vms: 200,
      seed: 1,
      running: 85,
      'odd-names': false,
      'events-every': 20,
      'disks-go': false,
      'reuses-ids': false,
      'unknown-disks': false,
      'host-key': 'known',
      latency: 0,
      'slow-node': 0,
      'hanging-node': 0,
      'drop-every': 0,
      'drop-for': 5,
      'most-vms': 0,
    });
  });

  it('is asked for its size first, which can not be changed later', () => {
    const fields = endpointFieldsOf(manifest.endpoint, 'edit');
    expect(fields.filter(({ advanced }) => advanced !== true).map(({ key }) => key)).toEqual(['vms', 'seed']);
    expect(fields.filter(({ writable }) => !writable).map(({ key }) => key)).toEqual([
      'vms',
      'seed',
      'running',
      'odd-names',
    ]);
    expect(fields.map(({ label }) => label).join(', ')).toBe(
      'VMs, Seed, Running, Odd names, Events every, Without, Disks go, Reuses ids, Most VMs, Unknown disks, Password, ' +
        'Host key, Latency, Slow node, Hanging node, Drop every, Drop for, Fails, Loses',
    );
    expect(redacted(manifest.endpoint, { password: 'x', vms: 1 })).toEqual({ password: '********', vms: 1 });
  });

  it.each([
    ['vms', 0, 200_000],
    ['seed', 0, 2 ** 31],
    ['running', 0, 100],
    ['events-every', 0, 86_400],
    ['latency', 0, 600_000],
    ['slow-node', 0, Number.MAX_SAFE_INTEGER],
    ['hanging-node', 0, Number.MAX_SAFE_INTEGER],
    ['drop-every', 0, 86_400],
    ['drop-for', 0, 86_400],
    ['vcpus', 1, 64],
    ['memory', mib(64), gib(1024)],
  ])('takes for %s what is from %i to %i', (key, min, max) => {
    const wrong = [min - 1, min, max, max + 1].map((value) => complaint(field(key), value) !== undefined);
    expect(wrong).toEqual([true, false, false, true]);
  });

  it.each<[string, string | boolean, boolean]>([
    ['odd-names', true, true],
    ['odd-names', 'perhaps', false],
    ['without', 'vm.pause, console.serial', true],
    ['without', 'vm.pause; x', false],
    ['host-key', 'unknown', true],
    ['host-key', 'changed', true],
    ['host-key', 'lost', false],
    ['fails', 'vm.start', true],
    ['fails', 'vm.fly', false],
    ['loses', 'vm.stop', true],
    ['loses', 'vm.fly', false],
    ['password', '17', true],
  ])('takes for %s %s: %s', (key, value, taken) => expect(complaint(field(key), value) === undefined).toBe(taken));

  it('knows every operation as one that may fail', () => {
    for (const name of Object.keys(operations)) expect(complaint(field('fails'), name)).toBeUndefined();
    expect(field('without')).toMatchObject({ examples: ['vm.pause', 'vm.pause, console.serial'] });
    expect(complaint(field('without'), 'VM')).toContain('operations look like vm.pause, vm.restart');
  });
});

describe('the settings of a simulated VM', () => {
  it('are asked for when a VM is made, with what else it is made of', () => {
    const fields = fieldsOf(manifest.settings, 'provision');
    expect(fields.every(({ writable }) => writable)).toBe(true);
    expect(fields.map(({ label }) => label)).toEqual([
      'Name',
      'Image',
      'Memory',
      'vCPUs',
      'Disks',
      'NICs',
      'Autostart',
      'Description',
      'Plan',
      'Profile',
      'Start',
    ]);
  });

  it.each(['edit-config', 'edit-running', 'edit-image'] as const)('can all be written in %s', (mode) => {
    const fields = fieldsOf(manifest.settings, mode);
    expect(fields.map(({ label, writable }) => [label, writable])).toEqual([
      ['Memory', true],
      ['vCPUs', true],
      ['Autostart', true],
      ['Description', true],
    ]);
  });

  it('are kinds of values, of which the size is needed, and take effect at once', () => {
    const settings = manifest.settings.filter((one) => one.in['edit-config'] === 'write');
    expect(settings.map(({ key, kind, required, takesEffect }) => [key, kind, required, takesEffect])).toEqual([
      ['memory', 'bytes', true, 'now'],
      ['vcpus', 'count', true, 'now'],
      ['autostart', 'flag', undefined, 'now'],
      ['description', 'text', undefined, 'now'],
    ]);
  });
});

describe('the values of an endpoint', () => {
  it.each<[Record<string, number | string | boolean>, object]>([
    [
      { vms: 7, seed: 8, running: 9 },
      { vms: 7, seed: 8, running: 9 },
    ],
    [{ 'odd-names': true }, { oddNames: true }],
    [{ 'events-every': 3 }, { eventsEveryMs: 3_000 }],
    [{ without: ' vm.pause,vm.restart  vm.stop,' }, { without: ['vm.pause', 'vm.restart', 'vm.stop'] }],
    [{ 'disks-go': true }, { keepDisksRefused: true, reusesIds: false }],
    [{ 'reuses-ids': true }, { reusesIds: true, unknownDisks: false }],
    [{ 'unknown-disks': true }, { unknownDisks: true, keepDisksRefused: false }],
    [{ password: 'x' }, { password: 'x' }],
    [{ 'host-key': 'changed' }, { hostKey: 'changed' }],
    [{ latency: 5 }, { latencyMs: 5 }],
    [{ 'slow-node': 2 }, { slowNode: 2, hangingNode: 0 }],
    [{ 'hanging-node': 2 }, { slowNode: 0, hangingNode: 2 }],
    [{ 'drop-every': 2 }, { dropEveryMs: 2_000, dropForMs: 5_000 }],
    [{ 'drop-for': 2 }, { dropEveryMs: 0, dropForMs: 2_000 }],
    [{ fails: 'vm.start' }, { fails: 'vm.start', loses: undefined }],
    [{ loses: 'vm.start' }, { fails: undefined, loses: 'vm.start' }],
    [{}, { password: '', without: [], hostKey: 'known', fails: undefined, loses: undefined, oddNames: false }],
  ])('%j', (values, options) => expect(fakeOptions(fakeEndpoint(values))).toMatchObject(options));

  it.each<[Record<string, number | string>, string]>([
    [{ vms: -1 }, 'endpoint demo: vms must be a whole number'],
    [{ seed: 1.5 }, 'endpoint demo: seed must be a whole number'],
    [{ latency: 'x' }, 'endpoint demo: latency must be a whole number'],
    [{ fails: 'x' }, 'endpoint demo: fails must be the name of an operation, such as vm.pause'],
    [{ loses: 'toString' }, 'endpoint demo: loses must be the name of an operation, such as vm.pause'],
    [{ without: 'vm.pause, x' }, 'endpoint demo: without must be a list of operations, such as vm.pause, vm.restart'],
  ])('%j are none', (values, message) => {
    expect(() => fakeOptions(fakeEndpoint(values))).toThrow(
      expect.objectContaining({ code: 'config.invalid', message }),
    );
  });
});
