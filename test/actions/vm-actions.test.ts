import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Args } from '../../src/actions/action.ts';
import { vmActions, vmMakers } from '../../src/actions/vm.ts';
import { endpointName } from '../../src/ids.ts';
import { type Connection, type Settings, VM_STATES } from '../../src/platforms/contract.ts';
import { aVm } from '../state/objects.ts';

const action = (id: string) => {
  const found = vmActions.find((one) => one.id === id);
  if (!found) throw new Error(`there is no action ${id}`);
  return found;
};

it.each([
  ['vm.start', 'stopped crashed suspended paused error unknown'],
  ['vm.stop', 'running paused crashed unknown error starting stopping'],
  ['vm.kill', 'running paused crashed unknown error starting stopping'],
  ['vm.restart', 'running'],
  ['vm.pause', 'running'],
  ['vm.resume', 'paused suspended'],
  ['vm.suspend', 'running paused'],
  ['vm.delete', 'stopped crashed suspended error'],
])('%s is offered for a VM that is %s, and for no other', (id, states) => {
  const offered = VM_STATES.filter((state) => action(id).fits(aVm('web1', { state })) === true);
  expect(offered.toSorted()).toEqual(states.split(' ').toSorted());
});

describe('what a deletion hands to its platform', () => {
  it.each<[string, Args, object]>([
    ['nothing', {}, { keepDisks: false, snapshots: false, deleteUnknown: [] }],
    ['its snapshots', { snapshots: true }, { keepDisks: false, snapshots: true, deleteUnknown: [] }],
    ['its disks kept', { 'keep-disks': true }, { keepDisks: true, snapshots: false, deleteUnknown: [] }],
    [
      'a path of which nothing is known',
      { 'delete-unknown': ['/srv/a'] },
      { keepDisks: false, snapshots: false, deleteUnknown: ['/srv/a'] },
    ],
  ])('is what was asked, and nothing else: %s', async (_what, args, options) => {
    const sent: unknown[] = [];
    const connection = {
      vm: {
        delete: async (...given: readonly unknown[]) => {
          sent.push(given.slice(0, 2));
          return { warnings: [] };
        },
      },
    } as unknown as Connection;
    const vm = aVm('web1', { state: 'stopped' });
    await action('vm.delete').send(connection, vm, args, new AbortController().signal, () => undefined);
    expect(sent).toEqual([[vm.id, options]]);
  });
});

describe('a VM that is made', () => {
  const sentBy = async (spec: Settings) => {
    const sent: unknown[] = [];
    const connection = {
      vm: {
        create: async (_of: unknown, given: Settings) => {
          sent.push(given['keys']);
          return { warnings: [], id: 'a/b' };
        },
      },
    } as unknown as Connection;
    const [create] = vmMakers;
    const endpoint = { id: endpointName('a'), name: 'a' };
    await create?.send(connection, endpoint as never, spec, new AbortController().signal, () => undefined);
    return sent[0];
  };

  it('F-334 of an image is told the own key of the user where it is told nothing else', async () => {
    const home = await mkdtemp(join(tmpdir(), 'drover-key-'));
    vi.stubEnv('HOME', home);
    try {
      await mkdir(join(home, '.ssh'));
      const key = `ssh-ed25519 ${'B'.repeat(60)}`;
      await writeFile(join(home, '.ssh/id_ed25519.pub'), key);
      const spec: Settings = { name: 'x', image: 'debian', keys: '', 'user-data': '', 'cloud-init': true };
      expect(await sentBy(spec)).toBe(key);
      const others: readonly Settings[] = [{ image: '' }, { 'cloud-init': false }, { 'user-data': '#!/bin/sh' }];
      for (const other of others) expect(await sentBy({ ...spec, ...other })).toBe('');
      expect(await sentBy({ ...spec, keys: 'mine' })).toBe('mine');
      expect(await sentBy({ name: 'x', image: 'debian' })).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
      await rm(home, { recursive: true });
    }
  });
});
