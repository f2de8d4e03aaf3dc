import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName, nodeId } from '../../../ids.ts';
import type { Change } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { settle } from '../testkit/played-daemon.ts';
import { uuidOf } from '../testkit/played-host.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import type { ListedGuest } from './list-guests.ts';
import { createRoster } from './roster.ts';

const ending: AbortController[] = [];
afterEach(() => {
  for (const controller of ending.splice(0)) controller.abort();
});

const listed = (number: number, change: Partial<ListedGuest> = {}): ListedGuest => ({
  domain: { name: `web${number}`, uuid: Buffer.alloc(16, number), id: number },
  state: 1,
  reason: 0,
  saved: false,
  ...change,
});
const off = (number: number) => listed(number, { domain: { ...listed(number).domain, id: -1 }, state: 5 });

async function setUp(count: number, { seen = [] as readonly string[] } = {}) {
  const { client, answer, came } = createScriptedClient();
  const controller = new AbortController();
  ending.push(controller);
  const there = new Map(Array.from({ length: count }, (_, i) => [i + 1, listed(i + 1)]));
  const read: number[] = [];
  const first = (uuid: Buffer) => uuid[0] ?? 0;
  const of = (uuid: Buffer) => {
    const guest = there.get(first(uuid));
    if (!guest) throw libvirtNo(42);
    return guest;
  };
  answer(procedures.domainInfo, ({ domain }) => {
    read.push(first(domain.uuid));
    return { state: 1, maxMemoryKib: 0, memoryKib: 1024, cpus: 1, cpuTimeNs: 0 };
  });
  answer(procedures.domainByUuid, ({ uuid }) => of(uuid).domain);
  answer(procedures.domainState, ({ domain }) => of(domain.uuid));
  answer(procedures.hasManagedSave, ({ domain }) => of(domain.uuid).saved);
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(80);
  });
  answer(procedures.domainAddresses, () => []);
  answer(procedures.domainXml, () => '<domain/>');
  answer(procedures.domainIsPersistent, () => true);
  const emitted: (readonly Change[])[] = [];
  const idle: string[] = [];
  let completed = 0;
  const roster = await createRoster(new Map([...there].map(([number, guest]) => [uuidOf(number), guest])), {
    poll: client,
    place: { endpoint: endpointName('a'), node: nodeId(endpointName('a'), 'n') },
    clock: createTestClock(),
    signal: controller.signal,
    seen: () => seen,
    emit: (changes) => void emitted.push(changes),
    onIdle: (uuid) => void idle.push(uuid),
    onComplete: () => void completed++,
  });
  const work = () => {
    const working = roster.work();
    working.catch(() => undefined);
    return { working };
  };
  const kinds = () => emitted.flat().map((change) => change.kind);
  return { roster, work, answer, came, there, read, emitted, kinds, idle, completed: () => completed, controller };
}

describe('the guests of a host', () => {
  it('are read 64 at a time, those that are looked at first, each once, and then it is complete', async () => {
    const { roster, work, emitted, read, completed } = await setUp(70, {
      seen: [uuidOf(70), uuidOf(69), uuidOf(200)],
    });
    expect(roster.running()).toHaveLength(70);
    work();
    await settle();
    await settle();
    expect(emitted.map((changes) => changes.length)).toEqual([64, 6]);
    expect(read.slice(0, 3)).toEqual([70, 69, 1]);
    expect(read).toHaveLength(70);
    expect(completed()).toBe(1);
    roster.touch(uuidOf(1));
    await settle();
    expect(completed()).toBe(1);
  });

  it('are read once when something has happened to one before its turn', async () => {
    const { roster, work, came } = await setUp(1);
    roster.touch(uuidOf(1));
    work();
    await settle();
    expect(came.filter((name) => name === 'DOMAIN_GET_INFO')).toHaveLength(1);
    expect(came).toContain('DOMAIN_LOOKUP_BY_UUID');
  });

  it('are forgotten when they are gone, with all that was known of them', async () => {
    const { roster, work, there, kinds, idle, emitted } = await setUp(1);
    work();
    await settle();
    roster.setTrouble(uuidOf(1), 'hangs');
    roster.booted(uuidOf(1), 1);
    there.clear();
    roster.touch(uuidOf(1));
    await settle();
    expect(kinds().at(-1)).toBe('vm-remove');
    expect([roster.guests.size, roster.running(), idle]).toEqual([0, [], [uuidOf(1)]]);
    // It comes again, as another run by the same number.
    there.set(1, listed(1));
    roster.touch(uuidOf(1));
    await settle();
    const last = emitted.flat().at(-1);
    expect(roster.guests.size).toBe(1);
    expect(last).not.toHaveProperty('vm.trouble');
    expect(roster.guests.get(uuidOf(1))?.vm).not.toHaveProperty('trouble');
    expect(roster.guests.get(uuidOf(1))?.vm).not.toHaveProperty('bootedAt');
  });

  it('that could not be read and went away are readable when they come again', async () => {
    const { roster, work, there, answer } = await setUp(1);
    const { roster: plain } = { roster };
    answer(procedures.domainInfo, () => {
      throw libvirtNo(9, 'no idea');
    });
    work();
    await settle();
    expect(plain.guests.get(uuidOf(1))?.vm.trouble?.message).toBe('no idea');
    there.clear();
    roster.touch(uuidOf(1));
    answer(procedures.domainInfo, () => {
      throw libvirtNo(42);
    });
    await settle();
    expect(roster.guests.size).toBe(0);
  });

  it('that the roster does not know and can not read are not shown', async () => {
    const { roster, work, there, answer, emitted } = await setUp(0);
    work();
    there.set(7, listed(7));
    answer(procedures.domainInfo, () => {
      throw libvirtNo(9, 'no idea');
    });
    roster.touch(uuidOf(7));
    roster.touch('no uuid');
    await settle();
    expect([emitted, roster.guests.size]).toEqual([[], 0]);
  });

  it('do not hang any more once they are off', async () => {
    const { roster, work, there } = await setUp(1);
    work();
    await settle();
    roster.setTrouble(uuidOf(1), 'hangs');
    there.set(1, off(1));
    roster.touch(uuidOf(1));
    await settle();
    expect(roster.guests.get(uuidOf(1))?.vm).toMatchObject({ state: 'stopped' });
    expect(roster.guests.get(uuidOf(1))?.vm).not.toHaveProperty('trouble');
  });

  it('are shown at once as a tick has seen them, and read then', async () => {
    const { roster, work, emitted, read } = await setUp(1);
    work();
    await settle();
    emitted.length = 0;
    read.length = 0;
    roster.observe(uuidOf(1), listed(1));
    await settle();
    expect([emitted, read]).toEqual([[], []]);
    roster.observe(uuidOf(1), listed(1, { state: 3, reason: 1 }));
    expect(emitted).toMatchObject([[{ kind: 'vm-upsert', vm: { state: 'paused', cpus: 1 } }]]);
    await settle();
    expect(read).toEqual([1]);
    for (const change of [{ reason: 5 }, { domain: { ...listed(1).domain, id: 9 } }] as const) {
      read.length = 0;
      roster.observe(uuidOf(1), listed(1, change));
      await settle();
      expect(read).toEqual([1]);
    }
    read.length = 0;
    roster.observe(uuidOf(8), listed(8));
    await settle();
    expect(read).toEqual([8]);
  });

  it('say once that one hangs, and change their size only where it is read', async () => {
    const { roster, work, emitted } = await setUp(1);
    roster.resize(uuidOf(1), 4_096, 2);
    expect(emitted).toEqual([]);
    work();
    await settle();
    emitted.length = 0;
    for (let twice = 0; twice < 2; twice++) roster.setTrouble(uuidOf(1), 'hangs');
    expect(emitted).toHaveLength(1);
    for (let twice = 0; twice < 2; twice++) roster.resize(uuidOf(1), 1_024, 2);
    expect(emitted).toHaveLength(2);
    roster.resize(uuidOf(1), 4_096, 2);
    expect(emitted).toHaveLength(3);
    roster.setTrouble(uuidOf(1), undefined);
    expect(emitted).toHaveLength(4);
    expect(emitted.at(-1)?.[0]).not.toHaveProperty('vm.trouble');
    roster.setTrouble(uuidOf(1), undefined);
    roster.setTrouble(uuidOf(9), 'hangs');
    roster.resize(uuidOf(9), 1, 1);
    expect(emitted).toHaveLength(4);
  });

  it('keep the list of those that run as it is while it is the same', async () => {
    const { roster, work, there } = await setUp(2);
    work();
    await settle();
    const before = roster.running();
    roster.touch(uuidOf(1));
    await settle();
    expect(roster.running()).toBe(before);
    there.set(1, off(1));
    roster.touch(uuidOf(1));
    await settle();
    expect(roster.running()).toEqual([uuidOf(2)]);
    there.set(1, listed(1));
    roster.touch(uuidOf(1));
    await settle();
    expect(roster.running()).toEqual([uuidOf(1), uuidOf(2)]);
  });

  it('say nothing when nothing is updates', async () => {
    const { roster, work, emitted } = await setUp(1);
    work();
    await settle();
    emitted.length = 0;
    roster.touch(uuidOf(1));
    await settle();
    expect(emitted).toEqual([]);
  });

  it('are read until that is ended, or the link is lost', async () => {
    const idle = await setUp(1);
    const { working } = idle.work();
    await settle();
    idle.controller.abort(new Error('enough'));
    await expect(working).rejects.toThrow('enough');
    idle.read.length = 0;
    idle.roster.touch(uuidOf(1));
    await settle();
    expect(idle.read).toEqual([]);
    await expect(idle.work().working).rejects.toThrow('enough');
    const lost = await setUp(1);
    lost.answer(procedures.domainInfo, () => {
      throw new FleetError('host.unreachable', 'the link is down');
    });
    await expect(lost.work().working).rejects.toThrow('the link is down');
  });
});
