import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName, nodeId } from '../../../ids.ts';
import { mib } from '../../../units.ts';
import type { Change } from '../../contract.ts';
import { uuidText } from '../link/uuid.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { createRoster } from './roster.ts';

const NO_METADATA = 80;
const RUNNING = 1;
const PAUSED = 3;
const OFF = 5;
const bytes = Buffer.alloc(16, 7);
const web1 = uuidText(bytes);
const domain: Domain = { name: 'web1', uuid: bytes, id: 5 };
const info = { state: RUNNING, maxMemoryKib: 262_144, memoryKib: 131_072, cpus: 1, cpuTimeNs: 0 };
const late = () => new FleetError('op.timeout', 'libvirt did not answer within 30 s', { retry: true });

const ending: AbortController[] = [];
afterEach(() => {
  for (const controller of ending.splice(0)) controller.abort();
});

/** One running guest, read for the first time. */
async function setUp(readInfo: (args: { readonly domain: Domain }) => typeof info | Promise<typeof info> = () => info) {
  let now = { domain, state: RUNNING };
  const { client, answer } = createScriptedClient();
  const clock = createTestClock();
  const emitted: Change[] = [];
  const controller = new AbortController();
  ending.push(controller);
  answer(procedures.domainInfo, readInfo);
  answer(procedures.domainByUuid, ({ uuid }) => ({ ...now.domain, uuid }));
  answer(procedures.domainState, () => ({ state: now.state, reason: 0 }));
  answer(procedures.hasManagedSave, () => false);
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(NO_METADATA);
  });
  answer(procedures.domainAddresses, () => []);
  answer(procedures.domainXml, () => '<domain/>');
  answer(procedures.domainIsPersistent, () => true);
  const endpoint = endpointName('a');
  const roster = await createRoster(new Map([[web1, { domain, state: RUNNING, reason: 0, saved: false }]]), {
    poll: client,
    place: { endpoint, node: nodeId(endpoint, 'n') },
    clock,
    signal: controller.signal,
    seen: () => [],
    emit: (changes) => emitted.push(...changes),
    onIdle: () => undefined,
    onComplete: () => undefined,
  });
  const worked = roster.work();
  worked.catch(() => undefined);
  await clock.pass(1);
  /** Its domain id and state, from now on; an event or a tick has pointed at it. */
  const become = async (id: number, state: number) => {
    now = { domain: { ...domain, id }, state };
    roster.touch(web1);
    await clock.pass(1);
  };
  return { roster, worked, clock, emitted, become, vm: () => roster.guests.get(web1)?.vm };
}

describe('the roster', () => {
  it('forgets that a running guest could not be read once it can', async () => {
    let fails = true;
    const { roster, clock, vm } = await setUp(() => {
      if (fails) throw late();
      return info;
    });
    expect(vm()).toMatchObject({ cpus: 0, trouble: { message: 'libvirt did not answer within 30 s' } });
    fails = false;
    roster.touch(web1);
    await clock.pass(1);
    expect(vm()).toMatchObject({ cpus: 1, memory: mib(128) });
    expect(vm()).not.toHaveProperty('trouble');
  });

  it('keeps saying that a guest hangs while it can be read all the same, until it answers', async () => {
    const { roster, clock, vm } = await setUp();
    roster.setTrouble(web1, 'not responding');
    roster.touch(web1);
    await clock.pass(1);
    expect(vm()?.trouble?.message).toBe('not responding');
    roster.setTrouble(web1, undefined);
    expect(vm()).not.toHaveProperty('trouble');
  });

  it('says still that a guest cannot be read when its monitor answers', async () => {
    const { roster, vm } = await setUp(() => {
      throw late();
    });
    roster.setTrouble(web1, 'not responding');
    roster.setTrouble(web1, undefined);
    expect(vm()?.trouble?.message).toContain('did not answer');
  });

  it('F-072 shows new memory of a running guest at the tick that saw it, without reading anything else', async () => {
    const { roster, emitted, vm } = await setUp();
    emitted.length = 0;
    roster.resize(web1, 196_608, 1);
    expect(vm()?.memory).toBe(mib(192));
    expect(emitted).toHaveLength(1);
    roster.resize(web1, 196_608, 1);
    expect(emitted).toHaveLength(1);
  });

  it('tells no older state after a newer one while another guest of the same batch is slow to answer', async () => {
    const slow = Promise.withResolvers<typeof info>();
    const bytes2 = Buffer.alloc(16, 8);
    const { roster, clock, emitted, become, vm } = await setUp(({ domain: { uuid } }) =>
      uuid.equals(bytes2) ? slow.promise : info,
    );
    emitted.length = 0;
    roster.touch(uuidText(bytes2));
    await become(6, PAUSED);
    expect(emitted).toEqual([]);
    await become(6, RUNNING);
    roster.observe(web1, { domain: { ...domain, id: 6 }, state: RUNNING, reason: 1, saved: false });
    expect(emitted).toMatchObject([{ vm: { state: 'running' } }]);
    slow.resolve(info);
    for (let turn = 0; turn < 3; turn++) await clock.pass(1);
    const told = emitted.filter((change) => change.kind === 'vm-upsert' && change.vm.id === vm()?.id);
    expect(told.map((change) => change.kind === 'vm-upsert' && change.vm.state)).toEqual(['running']);
  });

  it('tells of the others after a second while one guest gives no answer, and of that one when it does', async () => {
    const slow = Promise.withResolvers<typeof info>();
    const stuck = Buffer.alloc(16, 8);
    const { roster, clock, emitted, become, vm } = await setUp(({ domain: { uuid } }) =>
      uuid.equals(stuck) ? slow.promise : info,
    );
    emitted.length = 0;
    const ids = () => emitted.flatMap((change) => (change.kind === 'vm-upsert' ? [change.vm.uuid] : []));
    roster.touch(uuidText(stuck));
    await become(6, PAUSED);
    expect(ids()).toEqual([]);
    await clock.pass(1_000);
    expect(ids()).toEqual([web1]);
    await become(-1, OFF);
    expect(vm()?.state).toBe('stopped');
    expect(ids()).toEqual([web1, web1]);
    slow.resolve(info);
    await clock.pass(1);
    expect(ids()).toEqual([web1, web1, uuidText(stuck)]);
  });

  it('ends with what the link says of a guest that is late', async () => {
    const slow = Promise.withResolvers<typeof info>();
    let isStuck = false;
    const { roster, clock, worked } = await setUp(() => (isStuck ? slow.promise : info));
    isStuck = true;
    roster.touch(web1);
    await clock.pass(2_000);
    slow.reject(new FleetError('host.unreachable', 'the link is gone'));
    await expect(worked).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('tells what a tick has seen of a guest while its own reading was on the way, and reads it again', async () => {
    const slow = Promise.withResolvers<typeof info>();
    let first = false;
    const { roster, clock, emitted, become, vm } = await setUp(() => (first ? slow.promise : info));
    emitted.length = 0;
    first = true;
    await become(6, PAUSED);
    first = false;
    const running = { domain: { ...domain, id: 6 }, state: RUNNING, reason: 0, saved: false };
    roster.observe(web1, running);
    await become(6, RUNNING);
    slow.resolve(info);
    for (let turn = 0; turn < 3; turn++) await clock.pass(1);
    expect(emitted.filter((change) => change.kind === 'vm-upsert' && change.vm.state === 'paused')).toEqual([]);
    expect(vm()?.state).toBe('running');
  });

  it('says since when a guest is on whose start was seen, also while it is paused, until it stops', async () => {
    const { roster, clock, become, vm } = await setUp();
    expect(vm()).not.toHaveProperty('bootedAt');
    await become(-1, OFF);
    const bootedAt = clock.now();
    roster.booted(web1, 6);
    await become(6, RUNNING);
    expect(vm()).toMatchObject({ state: 'running', bootedAt });
    await clock.pass(60_000);
    await become(6, PAUSED);
    expect(vm()).toMatchObject({ state: 'paused', bootedAt });
    await become(6, RUNNING);
    expect(vm()).toMatchObject({ state: 'running', bootedAt });
    await become(-1, OFF);
    expect(vm()).not.toHaveProperty('bootedAt');
  });

  it('says it also when the reply that shows it running came before the event', async () => {
    const { roster, clock, become, vm } = await setUp();
    await become(6, RUNNING);
    expect(vm()).not.toHaveProperty('bootedAt');
    const bootedAt = clock.now();
    roster.booted(web1, 6);
    await become(6, RUNNING);
    expect(vm()).toMatchObject({ bootedAt });
  });

  it('says nothing of a later start that no event has reported', async () => {
    const { roster, become, vm } = await setUp();
    roster.booted(web1, 6);
    await become(6, RUNNING);
    await become(7, RUNNING);
    expect(vm()).toMatchObject({ state: 'running' });
    expect(vm()).not.toHaveProperty('bootedAt');
  });
});
