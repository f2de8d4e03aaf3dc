import { expect, it } from 'vitest';
import { editVm } from '../../src/actions/edit.ts';
import { bind } from '../../src/actions/target.ts';
import { endpointOf } from '../../src/ids.ts';
import type { Connection, Settings } from '../../src/platforms/contract.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import { gib } from '../../src/units.ts';
import { disks } from '../screens/light-fields.ts';
import { type OpenServices, openServices } from '../state/open-services.ts';

/** The sentence or the error with which a change of the saved memory to 3 GiB ends. */
async function setMemory({ services, clock, vm }: OpenServices) {
  const { id, name } = vm(({ state, disabled }) => state === 'stopped' && disabled === undefined);
  const { signal } = new AbortController();
  let ended: unknown;
  editVm(services, bind('vm', id, services), 'config', { memory: gib(3) }, undefined, signal).then(
    (text) => {
      ended = text;
    },
    (error: unknown) => {
      ended = error;
    },
  );
  for (let passed = 0; passed < 600 && ended === undefined; passed++) await clock.pass(100);
  return { ended, name };
}

it('says what the host shows after a change', async () => {
  const { ended, name } = await setMemory(await openServices());
  expect(ended).toBe(`${name} has memory saved`);
});

it('looks again when the link died behind a change, and says that it was made', async () => {
  const open = await openServices();
  open.server.faults.lose('vm.configure');
  const { ended, name } = await setMemory(open);
  expect(ended).toBe(`${name} has memory saved (the link was lost on the way)`);
});

it('says that it is not known when the endpoint does not come back', async () => {
  const open = await openServices();
  open.server.faults.lose('vm.configure');
  open.server.faults.refuseLogins(true);
  const { ended } = await setMemory(open);
  expect(ended).toMatchObject({ code: 'outcome.unknown', message: expect.stringContaining('has not come back') });
});

it('waits for rows as they were wanted, with what the platform adds to them', async () => {
  const open = await openServices();
  const { id, name } = open.vm(({ state, disabled }) => state === 'stopped' && disabled === undefined);
  const there = [{ device: 'vda', size: gib(1), serial: 'S1' }];
  const sent: Settings[] = [];
  const connection = {
    ...open.services.sessions.connection(endpointOf(id)),
    vm: {
      settings: async () => ({
        disk: sent.length === 0 ? there : [...there, { device: 'vdb', size: gib(2), bus: 'virtio' }],
      }),
      configure: async (_id: unknown, _target: unknown, changes: Settings) => {
        sent.push(changes);
        return { warnings: [] };
      },
    },
  } as unknown as Connection;
  const services = {
    ...open.services,
    manifests: [{ ...manifest, settings: [{ ...disks, in: { 'edit-config': 'write' as const } }] }],
    sessions: { ...open.services.sessions, connection: () => connection },
  };
  const disk = [{ device: 'vda', size: gib(1) }, { size: gib(2) }];
  const { signal } = new AbortController();
  let ended: unknown;
  void editVm(services, bind('vm', id, services), 'config', { disk }, undefined, signal).then(
    (text) => {
      ended = text;
    },
    (error: unknown) => {
      ended = error;
    },
  );
  for (let passed = 0; passed < 300 && ended === undefined; passed++) await open.clock.pass(100);
  expect([ended, sent]).toEqual([`${name} has 2 disks saved`, [{ disk }]]);
});

it.each([
  [{ name: 'new1' }, 'is called new1 now'],
  [{ name: 'new1', memory: gib(3) }, 'is called new1 now and has memory saved'],
])('a VM that is renamed is said to be, by %j', async (changes, words) => {
  const open = await openServices();
  const { id, name } = open.vm(({ state, disabled }) => state === 'stopped' && disabled === undefined);
  let saved: Settings = { name, memory: gib(2) };
  const connection = {
    ...open.services.sessions.connection(endpointOf(id)),
    vm: {
      settings: async () => saved,
      configure: async (_id: unknown, _target: unknown, wanted: Settings) => {
        saved = { ...saved, ...wanted };
        return { warnings: [] };
      },
    },
  } as unknown as Connection;
  const services = { ...open.services, sessions: { ...open.services.sessions, connection: () => connection } };
  const { signal } = new AbortController();
  const ended = editVm(services, bind('vm', id, services), 'config', changes, undefined, signal);
  for (let passed = 0; passed < 20; passed++) await open.clock.pass(100);
  expect(await ended).toBe(`${name} ${words}`);
});
