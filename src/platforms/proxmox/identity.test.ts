import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { endpointName, vmId } from '../../ids.ts';
import type { Change, Connection } from '../contract.ts';
import { quickClock } from '../testkit-clock.ts';
import { connect } from './connection.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from './testkit/server.ts';
import type { WorldGuest } from './testkit/world.ts';

const clock = quickClock(20);
const PVE = endpointName('pve');
const WEB1 = vmId(PVE, 'qemu/100');
const { signal } = new AbortController();

let server: FakeProxmox;
let connection: Connection;
let watching: Watching | undefined;

beforeEach(async () => {
  server = await startFakeProxmox(clock);
  add('web1', '1700000000');
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const endpoint = { name: PVE, platform: 'proxmox', values };
  connection = await connect(endpoint, { signal, clock, wire: () => {}, ask: {} });
});
afterEach(async () => {
  await watching?.stop();
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

function add(name: string, ctime: string): WorldGuest {
  const config = { name, meta: `creation-qemu=9.2.0,ctime=${ctime}`, smbios1: `uuid=${name}` };
  return server.world.addGuest('qemu', 'pve1', config, 100);
}
/** As Proxmox VE does it: the lowest free VMID is given out again. */
function replaceBy(name: string): void {
  server.world.guests.delete(100);
  add(name, '1800000000');
}
async function watch(): Promise<Watching> {
  watching = watchConnection(connection, 5_000);
  const { feeds, until } = watching;
  await until('all of the first list', () => feeds.find(({ kind }) => kind === 'complete'));
  return watching;
}
/** What was said of this guest, in its order. */
const changesOf = ({ feeds }: Watching, since: number): readonly string[] =>
  feeds
    .slice(since)
    .flatMap((feed) => (feed.kind === 'changes' ? feed.changes : []))
    .flatMap((change: Change) => {
      if (change.kind === 'vm-remove') return [`remove ${change.id}`];
      return change.kind === 'vm-upsert' ? [`${change.vm.name} ${change.vm.identity}`] : [];
    });

describe('a VMID that is given out again', () => {
  it('is another guest for the caller that compares before a change, with one request', async () => {
    const confirmed = await connection.vm.identity?.(WEB1, signal);
    expect(confirmed).toEqual({ name: 'web1', identity: 'ctime=1700000000,uuid=web1' });
    replaceBy('db1');
    const before = server.requests.length;
    expect(await connection.vm.identity?.(WEB1, signal)).toEqual({
      name: 'db1',
      identity: 'ctime=1800000000,uuid=db1',
    });
    expect(server.requests.slice(before)).toEqual(['GET /nodes/pve1/qemu/100/config']);
    server.world.guests.delete(100);
    await expect(connection.vm.identity?.(WEB1, signal)).rejects.toMatchObject({ code: 'vm.not-found' });
  });

  it('is a row that goes and another one that comes, never one that changes its name', async () => {
    const seen = await watch();
    expect(seen.vms.get(WEB1)).toMatchObject({ name: 'web1', identity: 'ctime=1700000000,uuid=web1' });
    const since = seen.feeds.length;
    replaceBy('db1');
    await seen.until('the new guest', () => (seen.vms.get(WEB1)?.name === 'db1' ? true : undefined));
    const changes = changesOf(seen, since);
    expect(changes.slice(-2)).toEqual([`remove ${WEB1}`, 'db1 ctime=1800000000,uuid=db1']);
    expect(changes.slice(0, -2).filter((change) => !change.startsWith('web1 '))).toEqual([]);
  });

  it('is told from a guest that was renamed', async () => {
    const seen = await watch();
    const since = seen.feeds.length;
    Object.assign(server.world.guests.get(100)?.config ?? {}, { name: 'web9' });
    await seen.until('the new name', () => (seen.vms.get(WEB1)?.name === 'web9' ? true : undefined));
    expect(changesOf(seen, since)).toEqual(['web9 ctime=1700000000,uuid=web1']);
  });
});

it('a change that the server answers with something else than a task may have been done or not', async () => {
  server.answerInstead = (method) => (method === 'POST' ? { data: null } : undefined);
  await expect(connection.vm.start(WEB1, signal)).rejects.toMatchObject({
    code: 'outcome.unknown',
    message: expect.stringContaining('web1: the answer names no task'),
  });
  const describe = () => connection.vm.configure?.(WEB1, 'config', { description: 'x' }, {}, signal);
  for (const answer of [{ message: 'ok' }, { data: 'done' }]) {
    server.answerInstead = (method) => (method === 'PUT' ? answer : undefined);
    await expect(describe()).rejects.toMatchObject({ code: 'outcome.unknown' });
  }
});
