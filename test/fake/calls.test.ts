import { describe, expect, it } from 'vitest';
import { nodeId } from '../../src/ids.ts';
import type { DeleteOptions, Settings, WireLine } from '../../src/platforms/contract.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import { createTestClock } from '../clock.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { contextOn, type FakeVisit, fakeEndpoint, listen, visitFake } from './visit.ts';

describe('a call', () => {
  /** A connection that tells its wire log. */
  async function wired(values: Settings = {}) {
    const visit = await visitFake(values);
    const wire: WireLine[] = [];
    const connection = await platform.connect(visit.endpoint, {
      ...contextOn(visit.clock),
      wire: (line) => void wire.push(line),
    });
    return { ...visit, connection, wire };
  }

  it('is in the wire log with how long it took, and why it failed', async () => {
    const { connection, clock, vm, wire, server, node } = await wired();
    const at = clock.now();
    server.faults.slow(250);
    const answered = connection.vm.info(vm(1), patient());
    await clock.pass(250);
    await answered;
    server.faults.slow(0);
    const line = { endpoint: 'demo', channel: 'control' };
    expect(wire).toEqual([{ ...line, at, text: 'vm.info vm-1', tookMs: 250, bytes: 12 }]);
    await connection.node?.info?.(node('fra-01'), patient());
    await refusal(connection.vm.info(vm(99), patient()));
    expect(wire.slice(1)).toEqual([
      { ...line, at: at + 250, text: 'node.info fra-01', tookMs: 0, bytes: 16 },
      { ...line, at: at + 250, text: 'vm.info vm-99', tookMs: 0, bytes: 13, failed: 'VM demo/vm-99 not found' },
    ]);
  });

  it('takes as long as the server, the node, or both', async () => {
    const { connection, clock, find, server, node, vm } = await visitFake({ 'slow-node': 1 });
    server.faults.slow(100);
    const elsewhere = find((one) => one.node === node('fra-02'));
    const took = async (work: () => Promise<unknown>) => {
      const began = clock.ticks();
      let ended = Number.NaN;
      void work().then(() => {
        ended = clock.ticks() - began;
      });
      await clock.pass(10_000);
      return ended;
    };
    expect(await took(() => connection.vm.info(vm(1), patient()))).toBe(3_100);
    expect(await took(() => connection.vm.info(elsewhere.id, patient()))).toBe(100);
    server.faults.slow(500, node('fra-02'));
    expect(await took(() => connection.vm.info(elsewhere.id, patient()))).toBe(600);
    expect(await took(() => connection.node?.info?.(node('fra-02'), patient()) ?? Promise.reject())).toBe(600);
    server.faults.slow(0);
    expect(await took(() => connection.vm.info(elsewhere.id, patient()))).toBe(500);
  });

  it('says what is not there, and what went meanwhile', async () => {
    const { connection, server, clock, vm } = await visitFake();
    const nowhere = nodeId('demo' as never, 'fra-99');
    expect(await refusal(connection.node?.info?.(nowhere, patient()) ?? Promise.resolve())).toMatchObject({
      code: 'node.not-found',
      message: 'node demo/fra-99 not found',
    });
    server.faults.slow(100);
    const late = refusal(connection.vm.info(vm(2), patient()));
    await clock.pass(50);
    server.remove(1);
    await clock.pass(50);
    expect(await late).toMatchObject({ code: 'vm.not-found', message: 'VM demo/vm-2 not found' });
  });

  it('fails half-way as often as was ordered, and only what reads may be tried again', async () => {
    const { connection, server, vm, find } = await visitFake();
    const { name } = find(({ id }) => id === vm(2));
    server.faults.fail('vm.info', 2);
    for (let i = 0; i < 2; i++) {
      expect(await refusal(connection.vm.info(vm(2), patient()))).toMatchObject({
        code: 'op.failed',
        message: `${name}: the answer broke off half-way`,
        retry: true,
      });
    }
    await connection.vm.info(vm(2), patient());
    const always = await visitFake({ fails: 'vm.planDelete' });
    for (let i = 0; i < 3; i++) {
      const losses = always.connection.vm.planDelete?.(vm(2), patient()) ?? Promise.resolve();
      expect((await refusal(losses)).code).toBe('op.failed');
    }
  });

  it('that changes something may lose its answer with the link', async () => {
    const { connection, clock, vm, find, server, endpoint } = await visitFake({ loses: 'vm.pause', 'drop-for': 7 });
    server.enter(1, 'running');
    const { name } = find(({ id }) => id === vm(2));
    expect(await refusal(connection.vm.pause?.(vm(2), patient()) ?? Promise.resolve())).toMatchObject({
      code: 'outcome.unknown',
      message: `the link died before ${name} had answered`,
      retry: false,
    });
    expect(find(({ id }) => id === vm(2)).state).toBe('paused');
    // What was connected stays dead; after its time the link can be made again.
    await clock.pass(6_999);
    expect((await refusal(platform.connect(endpoint, contextOn(clock)))).code).toBe('host.unreachable');
    await clock.pass(1);
    expect((await refusal(connection.vm.info(vm(2), patient()))).code).toBe('host.unreachable');
    const again = await platform.connect(endpoint, contextOn(clock));
    expect((await again.vm.info(vm(2), patient())).state).toBe('paused');
  });

  it('loses its answer as often as was ordered', async () => {
    const { connection, clock, vm, server, endpoint } = await visitFake({ 'drop-for': 1 });
    server.enter(1, 'running');
    server.faults.lose('vm.pause');
    expect((await refusal(connection.vm.pause?.(vm(2), patient()) ?? Promise.resolve())).code).toBe('outcome.unknown');
    await clock.pass(1_000);
    const again = await platform.connect(endpoint, contextOn(clock));
    expect((await again.vm.pause?.(vm(2), patient()))?.warnings).toHaveLength(1);
    server.enter(1, 'running');
    expect(await again.vm.pause?.(vm(2), patient())).toEqual({ warnings: [] });
  });

  it('ends with the reason of who gives up, and with the connection', async () => {
    const { connection, vm, server, clock } = await visitFake();
    const given = AbortSignal.abort(new Error('enough'));
    await expect(connection.vm.info(vm(2), given)).rejects.toThrow('enough');
    server.faults.slow(100);
    const controller = new AbortController();
    const stop = refusal(connection.vm.stop(vm(1), 'force', controller.signal)).catch((error: unknown) => error);
    controller.abort(new Error('enough'));
    await expect(stop).resolves.toMatchObject({ message: 'enough' });
    const [read, changed] = [
      refusal(connection.vm.info(vm(2), patient())),
      refusal(connection.vm.stop(vm(2), 'force', patient())),
    ];
    await clock.pass(50);
    await connection.close();
    expect(await read).toMatchObject({ code: 'host.unreachable', message: 'the connection to demo was closed' });
    expect(await changed).toMatchObject({ code: 'outcome.unknown' });
    expect((await refusal(connection.vm.info(vm(2), patient()))).message).toBe('the connection to demo was closed');
  });

  it('that an endpoint lacks has its sentence', async () => {
    const { connection } = await visitFake({ without: 'node.shell vm.stop' });
    expect(connection.node?.shell).toBeUndefined();
    expect(Object.keys(connection.node ?? {})).not.toContain('shell');
    expect(connection.vm.stop).toBeUndefined();
    expect(Object.keys(connection.vm)).toContain('start');
    expect(connection.vm.identity).toBeUndefined();
    expect(connection.whyNot).toEqual({
      'vm.identity': 'the id of a VM is never used again here',
      'node.shell': 'this fleet was made without node.shell',
      'vm.stop': 'this fleet was made without vm.stop',
    });
    const reusing = await visitFake({ 'reuses-ids': true });
    const { name, uuid } = reusing.find(({ id }) => id === reusing.vm(2));
    expect(await reusing.connection.vm.identity?.(reusing.vm(2), patient())).toEqual({ name, identity: uuid });
    reusing.server.change(1, { identity: 'x' });
    expect(await reusing.connection.vm.identity?.(reusing.vm(2), patient())).toEqual({ name, identity: 'x' });
    expect(reusing.connection.whyNot).toEqual({});
  });
});

describe('a test of an endpoint', () => {
  const test = (values: Settings, clock = createTestClock(), ask = {}) =>
    platform.test(fakeEndpoint(values), contextOn(clock, ask));
  const passed = (...checks: readonly string[]) => checks.map((check) => ({ check, ok: true, detail: 'simulated' }));

  it('looks whether the host answers, its key is trusted and the login works', async () => {
    expect(await test({})).toEqual(passed('the host answers', 'the host key is trusted', 'the login works'));
    expect(await test({ password: 'any' })).toHaveLength(3);
  });

  it('ends with the first that fails', async () => {
    expect(await test({ password: 'wrong' })).toEqual([
      ...passed('the host answers', 'the host key is trusted'),
      {
        check: 'the login works',
        ok: false,
        code: 'auth.rejected',
        detail: 'demo refused this login',
        fix: 'give it another password: drover endpoint edit demo',
      },
    ]);
    expect(await test({ 'host-key': 'changed' })).toEqual([
      ...passed('the host answers'),
      {
        check: 'the host key is trusted',
        ok: false,
        code: 'trust.changed-host',
        detail: 'the key of demo is another one than before',
        fix: 'find out why before you connect again',
      },
    ]);
    expect((await test({ 'host-key': 'unknown' })).at(-1)).toMatchObject({
      code: 'trust.unknown-host',
      detail: 'the key of demo is not trusted yet',
      fix: 'drover endpoint trust demo',
    });
    const visit = await visitFake();
    visit.server.faults.cutLink();
    expect(await test({}, visit.clock)).toMatchObject([{ check: 'the host answers', code: 'host.unreachable' }]);
    visit.server.faults.restoreLink();
    expect(await test({}, visit.clock)).toHaveLength(3);
  });

  it('shows the key that is asked about, and takes a no', async () => {
    const asked: unknown[] = [];
    const trust = async (about: unknown) => {
      asked.push(about);
      return false;
    };
    expect((await test({ 'host-key': 'unknown' }, createTestClock(), { trust })).at(-1)?.ok).toBe(false);
    expect(asked).toEqual([
      { host: 'demo', port: 22, type: 'ssh-ed25519', fingerprint: expect.stringMatching(/^SHA256:\w{43}$/) },
    ]);
  });

  it('waits for a host as long as for every answer', async () => {
    const clock = createTestClock();
    let ended = false;
    void test({ latency: 200 }, clock).then(() => {
      ended = true;
    });
    await clock.pass(199);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(ended).toBe(true);
  });
});

describe('deleting', () => {
  const WHOLE: DeleteOptions = { keepDisks: false, snapshots: true };
  const remove = ({ connection }: FakeVisit, id: string, options: DeleteOptions = WHOLE) =>
    connection.vm.delete?.(id as never, options, patient()) ?? Promise.reject(new Error('it can not'));
  const losses = ({ connection }: FakeVisit, id: string) =>
    connection.vm.planDelete?.(id as never, patient()) ?? Promise.reject(new Error('it can not'));
  /** A stopped VM with a system disk, a disk of data and perhaps a CD, and without snapshots unless it must have some. */
  async function doomed(values: Settings = {}, withSnapshots = false) {
    const visit = await visitFake({ vms: 200, ...values });
    const { server } = visit;
    const vm = visit.find(({ id, tags }) => {
      const row = server.fleet.rowOf(id);
      const devices = server.drives.disks(row).map(({ device }) => device);
      const hasSnapshots = server.snapshots.of(row).length > 0;
      return withSnapshots ? hasSnapshots : tags.includes('db') && devices.includes('sda') && !hasSnapshots;
    });
    server.enter(server.fleet.rowOf(vm.id), 'stopped');
    return { visit, vm, folder: `/srv/vms/${vm.uuid}` };
  }

  it.each(['stopped', 'crashed', 'error', 'suspended'] as const)('takes one that is %s', async (state) => {
    const { visit, vm } = await doomed();
    visit.server.enter(visit.server.fleet.rowOf(vm.id), state);
    expect((await losses(visit, vm.id)).savedMemory).toBe(state === 'suspended' ? true : undefined);
    await remove(visit, vm.id);
    expect(visit.server.fleet.find(vm.id)).toBeUndefined();
  });

  it.each(['running', 'paused', 'starting'] as const)('takes none that is %s', async (state) => {
    const { visit, vm } = await doomed();
    visit.server.enter(visit.server.fleet.rowOf(vm.id), state);
    expect(await refusal(remove(visit, vm.id))).toMatchObject({
      code: 'op.conflict',
      message: `${vm.name} is ${state}`,
      fix: 'stop it first',
    });
  });

  it('takes its disks along, or leaves them, and says so', async () => {
    for (const [options, event] of [
      [WHOLE, 'Deleted with its disks'],
      [{ ...WHOLE, keepDisks: true }, 'Deleted, disks kept'],
    ] as const) {
      const { visit, vm, folder } = await doomed();
      const listener = listen(visit.connection);
      const goes = [`${folder}/system.qcow2`, `${folder}/data.qcow2`];
      expect(await losses(visit, vm.id)).toEqual({
        goes,
        stays: [`/srv/iso/${vm.image}.iso (read-only)`],
        snapshots: [],
      });
      expect(await remove(visit, vm.id, options)).toEqual({ warnings: [] });
      listener.stop();
      expect(listener.feeds.slice(-2)).toMatchObject([
        { kind: 'changes', changes: [{ kind: 'vm-remove', id: vm.id }] },
        { kind: 'events', events: [{ subject: vm.id, text: event }] },
      ]);
      for (const path of goes) expect(visit.server.drives.exists(path)).toBe(options.keepDisks);
      expect(visit.server.drives.exists(`/srv/iso/${vm.image}.iso`)).toBe(true);
      expect(visit.server.drives.exists('/nowhere')).toBe(false);
    }
  });

  it('wants a word about snapshots', async () => {
    const { visit, vm } = await doomed({}, true);
    const { snapshots = [] } = await losses(visit, vm.id);
    expect(await refusal(remove(visit, vm.id, { ...WHOLE, snapshots: false }))).toMatchObject({
      code: 'op.conflict',
      message: `${vm.name} has snapshots: ${snapshots.join(', ')}`,
      fix: 'delete them too',
    });
    await remove(visit, vm.id);
  });

  it('can not leave disks where a fleet does not', async () => {
    const { visit, vm } = await doomed({ 'disks-go': true });
    const why = 'this fleet deletes the disks of a VM together with it';
    expect((await losses(visit, vm.id)).keepDisksRefused).toBe(why);
    expect(await refusal(remove(visit, vm.id, { ...WHOLE, keepDisks: true }))).toMatchObject({
      code: 'op.unsupported',
      message: `${vm.name}: ${why}`,
    });
    await remove(visit, vm.id);
  });

  it('leaves disks that others may use, unless a user insists', async () => {
    const why = 'it is in no storage pool, so that other VMs may use it';
    for (const insists of [false, true]) {
      const { visit, vm, folder } = await doomed({ 'unknown-disks': true });
      const [system, data] = [`${folder}/system.qcow2`, `${folder}/data.qcow2`];
      expect(await losses(visit, vm.id)).toMatchObject({ goes: [system], unknown: [{ path: data, why }] });
      const answer = await remove(visit, vm.id, { ...WHOLE, ...(insists && { deleteUnknown: [data] }) });
      expect(answer).toEqual({ warnings: [], ...(!insists && { kept: [{ path: data, why }] }) });
      expect([system, data].map(visit.server.drives.exists)).toEqual([false, !insists]);
    }
    const kept = await doomed({ 'unknown-disks': true });
    expect(await remove(kept.visit, kept.vm.id, { ...WHOLE, keepDisks: true })).toEqual({ warnings: [] });
    const { visit } = await doomed({ 'unknown-disks': true });
    const small = visit.find(({ tags, node }) => tags.includes('web') && node !== undefined);
    expect(await losses(visit, small.id)).not.toHaveProperty('unknown');
  });

  it('fails half-way when it is told to', async () => {
    const { visit, vm, folder } = await doomed();
    visit.server.faults.fail('vm.delete', 2);
    expect(await refusal(remove(visit, vm.id, { ...WHOLE, keepDisks: true }))).toMatchObject({
      code: 'op.failed',
      message: `${vm.name} is still there: only nothing was deleted`,
    });
    expect((await refusal(remove(visit, vm.id))).message).toBe(
      `${vm.name} is still there: only ${folder}/system.qcow2 was deleted`,
    );
    expect((await losses(visit, vm.id)).goes).toEqual([`${folder}/data.qcow2`]);
  });

  it('takes folders that are called as odd VMs are', async () => {
    const { server, find } = await visitFake({ 'odd-names': true });
    const { id, name } = find((vm) => vm.name === '$(reboot)');
    expect(server.drives.disks(server.fleet.rowOf(id))[0]?.path).toBe(`/srv/vms/${name}/system.qcow2`);
  });
});
