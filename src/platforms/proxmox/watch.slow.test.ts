import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName, nodeId, type VmId, vmId } from '../../ids.ts';
import type { Connection, Vm } from '../contract.ts';
import { quickClock } from '../testkit-clock.ts';
import { connect } from './connection.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from './testkit/server.ts';
import type { WorldGuest } from './testkit/world.ts';

/** A minute of the cluster takes three seconds. */
const clock = quickClock(20);
const PVE = endpointName('pve');
const { signal } = new AbortController();

let server: FakeProxmox;
let connection: Connection;
const watches: Watching[] = [];

beforeEach(async () => {
  server = await startFakeProxmox(clock);
});
afterEach(async () => {
  for (const watching of watches.splice(0)) await watching.stop();
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

const idOf = ({ kind, vmid }: WorldGuest): VmId => vmId(PVE, `${kind}/${vmid}`);
const add = (config: Readonly<Record<string, string>> = {}, kind: 'qemu' | 'lxc' = 'qemu', node = 'pve1') =>
  server.world.addGuest(kind, node, { ...config, ...(kind === 'qemu' ? { name: 'web1' } : { hostname: 'ct1' }) });
const run = (guest: WorldGuest): WorldGuest =>
  Object.assign(guest, { status: 'running', runState: 'running', startedAt: clock.now() });

async function open(by: Clock = clock): Promise<Connection> {
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const endpoint = { name: PVE, platform: 'proxmox', values };
  connection = await connect(endpoint, { signal, clock: by, wire: () => {}, ask: {} });
  return connection;
}
async function watch(): Promise<Watching> {
  const watching = watchConnection(await open(), 5_000);
  watches.push(watching);
  await watching.until('all of the first list', () => watching.feeds.find(({ kind }) => kind === 'complete'));
  return watching;
}
const rowOf = (watching: Watching, guest: WorldGuest): Vm => {
  const vm = watching.vms.get(idOf(guest));
  if (!vm) throw new Error(`${guest.vmid} has no row`);
  return vm;
};
const statesSince = (watching: Watching, since: number): readonly string[] =>
  watching.feeds
    .slice(since)
    .flatMap((feed) => (feed.kind === 'changes' ? feed.changes : []))
    .flatMap((change) => (change.kind === 'vm-upsert' ? change.vm.state : []));

describe('a cluster', () => {
  it('F-496 is one pool with its nodes, and has an identity that other clusters of its name lack', async () => {
    const guest = add();
    const watching = await watch();
    const [first] = watching.feeds;
    if (first?.kind !== 'inventory') throw new Error('no inventory');
    const { pools, nodes } = first.inventory;
    expect(pools).toMatchObject([{ id: 'pve/cluster/lab', name: 'lab' }]);
    expect(nodes).toMatchObject([
      { id: 'pve/pve1', name: 'pve1', pool: 'pve/cluster/lab', state: 'up', address: '192.0.2.1', cpus: 8 },
      { id: 'pve/pve2', name: 'pve2', address: '192.0.2.2' },
    ]);
    expect(rowOf(watching, guest).uuid).toMatch(/^[0-9a-f]{32}\/100$/);
  });

  it('with a node that is down shows its guests as unknown, and the others as they are', async () => {
    const [here, there] = [run(add()), run(add({}, 'qemu', 'pve2'))];
    const watching = await watch();
    server.world.nodes.set('pve2', { online: false });
    await watching.untilState(idOf(there), 'unknown');
    expect(rowOf(watching, here).state).toBe('running');
    const down = watching.feeds.some(
      (feed) =>
        feed.kind === 'changes' &&
        feed.changes.some(
          (change) =>
            change.kind === 'node-upsert' && change.node.id === nodeId(PVE, 'pve2') && change.node.state === 'down',
        ),
    );
    expect(down).toBe(true);
    expect(await refusal(connection.vm.start(idOf(there), signal))).toMatchObject({
      code: 'host.unreachable',
      retry: true,
    });
  });
});

describe('a row', () => {
  it('changes at once, though the list of the cluster is late', async () => {
    const guest = add();
    server.lagMs = 10_000;
    const watching = await watch();
    await connection.vm.start(idOf(guest), signal);
    const began = clock.ticks();
    await watching.untilState(idOf(guest), 'running');
    expect(clock.ticks() - began).toBeLessThan(8_000);
  });

  it('does not fall back when the late list comes', async () => {
    const guest = add();
    server.lagMs = 14_000;
    const watching = await watch();
    await connection.vm.start(idOf(guest), signal);
    await watching.untilState(idOf(guest), 'running');
    const since = watching.feeds.length;
    const later = clock.ticks() + 20_000;
    await watching.until('twenty seconds', () => (clock.ticks() > later ? true : undefined));
    expect(statesSince(watching, since)).not.toContain('stopped');
  });

  it('shows settings that were changed', async () => {
    const guest = add();
    const watching = await watch();
    expect(rowOf(watching, guest).autostart).toBe(false);
    await connection.vm.configure?.(idOf(guest), 'config', { autostart: true }, { autostart: false }, signal);
    await watching.until('autostart', () => rowOf(watching, guest).autostart || undefined);
  });

  it('stays paused, though the list of the cluster says that it runs', async () => {
    const guest = run(add());
    const watching = await watch();
    await connection.vm.pause?.(idOf(guest), signal);
    await watching.untilState(idOf(guest), 'paused');
    const since = watching.feeds.length;
    const later = clock.ticks() + 40_000;
    await watching.until('forty seconds', () => (clock.ticks() > later ? true : undefined));
    expect(statesSince(watching, since)).not.toContain('running');
  });

  it('shows what another client has paused before the watch began', async () => {
    const guest = Object.assign(run(add()), { runState: 'paused' });
    const watching = await watch();
    expect(rowOf(watching, guest)).toMatchObject({ state: 'paused', rawState: 'paused' });
  });

  it('has plan, profile and autostart once all is read', async () => {
    const guest = add({ onboot: '1', description: 'plan=shop,profile=small,image=debian13', tags: 'prod;web' });
    expect(rowOf(await watch(), guest)).toMatchObject({
      autostart: true,
      plan: 'shop',
      profile: 'small',
      image: 'debian13',
      tags: ['prod', 'web'],
    });
  });

  it('has addresses when it is on the screen', async () => {
    const seen = Object.assign(run(add({ agent: '1' })), { ips: ['10.0.0.5'] });
    const unseen = Object.assign(run(add({ agent: '1' })), { ips: ['10.0.0.6'] });
    await open();
    const feeds: Vm[] = [];
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const watching = connection.watch({
      signal: controller.signal,
      interest: () => [idOf(seen)],
      everyMs: () => 5_000,
      sink(feed) {
        if (feed.kind !== 'changes') return;
        for (const change of feed.changes) if (change.kind === 'vm-upsert') feeds.push(change.vm);
        if (feeds.some(({ ips }) => ips.length > 0)) resolve();
      },
    });
    await promise;
    controller.abort();
    await watching;
    expect(feeds.find(({ ips }) => ips.length > 0)).toMatchObject({ id: idOf(seen), ips: ['10.0.0.5'] });
    expect(server.requests.join()).not.toContain(`/qemu/${unseen.vmid}/agent`);
  });

  it('follows its guest to another node, and so do operations', async () => {
    const guest = add();
    const watching = await watch();
    guest.node = 'pve2';
    await connection.vm.start(idOf(guest), signal);
    await watching.untilState(idOf(guest), 'running');
    await watching.until('its new node', () =>
      rowOf(watching, guest).node === nodeId(PVE, 'pve2') ? true : undefined,
    );
  });

  it.each<[string, Partial<Record<string, string>>, 'qemu' | 'lxc', readonly string[]]>([
    [
      'a template',
      { template: '1' },
      'qemu',
      ['vm.start', 'vm.stop', 'vm.restart', 'vm.pause', 'vm.resume', 'console.serial'],
    ],
    ['a container', {}, 'lxc', ['vm.pause', 'vm.resume']],
    ['a guest without a serial port', {}, 'qemu', ['console.serial']],
    [
      'a guest that is backed up',
      { lock: 'backup', serial0: 'socket' },
      'qemu',
      ['vm.start', 'vm.delete', 'vm.configure'],
    ],
  ])('says what can not be done with %s', async (_what, config, kind, refused) => {
    const guest = add(config as Record<string, string>, kind);
    const { disabled } = rowOf(await watch(), guest);
    for (const name of refused) expect(disabled).toHaveProperty([name], expect.stringMatching(/^it |^a container/));
  });
});

describe('a task that fails', () => {
  // A caller waits for the end for two seconds: twenty times faster it would miss it where the machine is busy.
  it('at once is the answer to the caller', async () => {
    const guest = add();
    server.world.failNext('qmstart', "start failed: can't allocate memory");
    await open(systemClock);
    const error = await refusal(connection.vm.start(idOf(guest), signal));
    expect(error).toMatchObject({ code: 'op.failed', retry: false });
    expect(error.message).toBe("web1: start failed: can't allocate memory");
    expect(server.requests.filter((request) => request.endsWith('/status/start'))).toHaveLength(1);
  });

  it('because the guest is locked is a conflict', async () => {
    const guest = add({ lock: 'backup' });
    await open(systemClock);
    expect(await refusal(connection.vm.start(idOf(guest), signal))).toMatchObject({
      code: 'op.conflict',
      message: 'web1: VM is locked (backup)',
    });
  });

  it('later stays on the row and is told, until the next one ends well', async () => {
    const guest = add();
    const watching = await watch();
    const { beginTask } = server.world;
    let end = (_exit: string) => {};
    const begin = () => beginTask('pve1', 'vzdump', String(guest.vmid), 'root@pam', (finish) => (end = finish));
    begin();
    await watching.until('its row', () => (rowOf(watching, guest).trouble === undefined ? true : undefined));
    end('no space left on device');
    await watching.until('the trouble', () => rowOf(watching, guest).trouble);
    expect(rowOf(watching, guest).trouble?.message).toBe('Backup failed: no space left on device (root@pam)');
    expect(watching.events.at(-1)).toMatchObject({
      subject: idOf(guest),
      text: expect.stringMatching(/^Backup failed/),
    });
    begin();
    end('OK');
    await watching.until('no trouble', () => (rowOf(watching, guest).trouble === undefined ? true : undefined));
    expect(watching.events.at(-1)?.text).toBe('Backup done (root@pam)');
  });

  it('before the watch began is told to a caller that waits for it, and is no event', async () => {
    const guest = add();
    const fail = (end: (exit: string) => void) => end('no space left on device');
    const { upid } = server.world.beginTask('pve1', 'qmsuspend', String(guest.vmid), 'root@pam', fail);
    const watching = await watch();
    const told = await watching.until('its end', () => watching.tasks.find((one) => one.task === upid));
    expect(told).toMatchObject({ subject: idOf(guest), state: 'failed', text: expect.stringContaining('no space') });
    expect(watching.events).toEqual([]);
    expect(rowOf(watching, guest).trouble).toBeUndefined();
  });
});

describe('an operation', () => {
  it('that is done already is accepted with a warning, and sends nothing', async () => {
    const [on, off] = [run(add()), add()];
    await open();
    expect((await connection.vm.start(idOf(on), signal)).warnings).toHaveLength(1);
    expect((await connection.vm.stop(idOf(off), 'force', signal)).warnings).toHaveLength(1);
    expect(server.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('wakes a guest that is suspended to disk', async () => {
    const guest = add({ lock: 'suspended' });
    const watching = await watch();
    expect(rowOf(watching, guest).state).toBe('suspended');
    await connection.vm.start(idOf(guest), signal);
    await watching.untilState(idOf(guest), 'running');
  });

  it('on a container that it does not have says so', async () => {
    const guest = run(add({}, 'lxc'));
    await open();
    expect((await refusal(connection.vm.restart?.(idOf(guest), 'force', signal) ?? Promise.resolve())).code).toBe(
      'op.unsupported',
    );
    expect((await refusal(connection.vm.pause?.(idOf(guest), signal) ?? Promise.resolve())).code).toBe(
      'op.unsupported',
    );
  });

  it('refuses vCPUs that can not be shared out over the sockets', async () => {
    const guest = add({ sockets: '2', cores: '2' });
    await open();
    const error = await refusal(
      connection.vm.configure?.(idOf(guest), 'config', { vcpus: 5 }, {}, signal) ?? Promise.resolve(),
    );
    expect(error).toMatchObject({ code: 'op.refused', fix: 'take a multiple of 2' });
  });

  it('says that a running guest gets its memory at the next start', async () => {
    const guest = run(add());
    await open();
    const done = await connection.vm.configure?.(idOf(guest), 'config', { memory: 1024 ** 3 }, {}, signal);
    expect(done?.warnings).toMatchObject([{ feature: 'memory' }]);
    expect([guest.config['memory'], guest.pending['memory']]).toEqual(['512', '1024']);
  });

  it('deletes nothing that has snapshots, unless they may go too', async () => {
    const guest = add({ scsi0: 'local-lvm:vm-VMID-disk-0,size=8G' });
    guest.snapshots.push({ name: 'before-upgrade', parent: undefined, at: clock.now() });
    await open();
    const remove = (snapshots: boolean) => connection.vm.delete?.(idOf(guest), { keepDisks: false, snapshots }, signal);
    expect(await refusal(remove(false) ?? Promise.resolve())).toMatchObject({
      code: 'op.conflict',
      message: 'web1 has snapshots: before-upgrade',
    });
    await remove(true);
    await expect.poll(() => server.world.guests.has(guest.vmid)).toBe(false);
  });
});

describe('a console', () => {
  it('tells its size, and is not possible for API tokens of older servers', async () => {
    const guest = run(add({ serial0: 'socket' }));
    await open();
    const attachment = await connection.console?.serial?.(idOf(guest), { force: false }, signal);
    if (attachment?.kind !== 'stream') throw new Error('no stream');
    attachment.resize?.({ columns: 132, rows: 43 });
    await expect.poll(() => server.terminals.size).toEqual({ columns: 132, rows: 43 });
    const later = clock.ticks() + 31_000;
    await expect.poll(() => clock.ticks() > later, { timeout: 5_000 }).toBe(true);
    expect(server.terminals.pings).toBeGreaterThan(0);
    attachment.stream.destroy();

    server.refuseTokenTerminals = true;
    const refused = connection.console?.serial?.(idOf(guest), { force: true }, signal);
    expect(await refusal(refused ?? Promise.resolve())).toMatchObject({
      code: 'op.unsupported',
      fix: expect.stringMatching(/API tokens/),
    });
  });

  it('needs a serial port', async () => {
    const guest = run(add());
    await open();
    expect(
      await refusal(connection.console?.serial?.(idOf(guest), { force: false }, signal) ?? Promise.resolve()),
    ).toMatchObject({
      code: 'op.unsupported',
      fix: expect.stringContaining('qm set 100 --serial0 socket'),
    });
  });
});
