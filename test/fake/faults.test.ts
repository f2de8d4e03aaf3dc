import { expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { contextOn, fakeEndpoint, listen, visitFake } from './visit.ts';

const running = (vm: { state: string; node: unknown }) => vm.state === 'running' && vm.node !== undefined;

it('answers late from a slow node, and at once from the others', async () => {
  const { clock, connection, find } = await visitFake({ 'slow-node': 1 });
  const slow = find((vm) => vm.node === 'demo/fra-01');
  const quick = find((vm) => vm.node === 'demo/fra-02');
  let answered = false;
  const answer = connection.vm.info(slow.id, patient()).then(() => {
    answered = true;
  });
  await connection.vm.info(quick.id, patient());
  await clock.pass(2900);
  expect(answered).toBe(false);
  await clock.pass(200);
  await answer;
});

it('hears nothing of a node that hangs, and all of it when it is back', async () => {
  const { clock, connection, server, find, node } = await visitFake();
  const listener = listen(connection);
  await clock.pass(100);
  const victim = find((vm) => running(vm) && vm.node === node('fra-01'));
  server.faults.hang(node('fra-01'));
  listener.fresh();
  server.enter(server.fleet.rowOf(victim.id), 'crashed');
  await clock.pass(4000);

  const feeds = listener.fresh();
  expect(feeds.some((feed) => feed.kind === 'samples')).toBe(true);
  for (const feed of feeds) if (feed.kind === 'samples') expect(feed.block.ids).not.toContain(victim.id);
  expect(listener.changes()).toMatchObject([
    { kind: 'node-upsert', node: { name: 'fra-01', state: 'unknown', trouble: { message: 'fra-01 does not answer' } } },
  ]);

  server.faults.recover(node('fra-01'));
  await clock.pass(2000);
  expect(listener.changes().slice(1)).toMatchObject([
    { kind: 'vm-upsert', vm: { id: victim.id, state: 'crashed' } },
    { kind: 'node-upsert', node: { name: 'fra-01', state: 'up' } },
  ]);
  expect(listener.changes().at(-1)).not.toHaveProperty('node.trouble');
  expect(listener.feeds.at(-2)).toMatchObject({ kind: 'samples' });
  listener.stop();
});

it('never answers for a node that hangs, until it is told to give up', async () => {
  const { clock, connection, find } = await visitFake({ 'hanging-node': 1 });
  const victim = find((vm) => running(vm) && vm.node === 'demo/fra-01');
  const controller = new AbortController();
  const outcome = connection.vm.stop(victim.id, 'force', controller.signal).catch((error: unknown) => error);
  await clock.pass(3_600_000);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await outcome).toBe(reason);
});

it('says nothing at all while it is frozen, and catches up when it thaws', async () => {
  const { clock, connection, server, find } = await visitFake();
  const listener = listen(connection);
  await clock.pass(100);
  const vm = find(running);
  await connection.vm.pause?.(vm.id, patient());
  server.faults.freeze();
  listener.fresh();
  server.enter(server.fleet.rowOf(vm.id), 'crashed');
  await clock.pass(10_000);
  expect(listener.fresh()).toEqual([]);
  expect(listener.ended()).toBeUndefined();

  server.faults.thaw();
  await clock.pass(1000);
  expect(listener.changes().at(-1)).toMatchObject({ kind: 'vm-upsert', vm: { id: vm.id, state: 'crashed' } });
  listener.stop();
});

it('drops the link again and again, each time for a while', async () => {
  const { clock, connection, endpoint } = await visitFake({ 'drop-every': 30, 'drop-for': 5 });
  const listener = listen(connection);
  await clock.pass(29_000);
  expect(listener.ended()).toBeUndefined();
  await clock.pass(2000);
  expect(listener.ended()?.error).toMatchObject({ code: 'host.unreachable', retry: true });
  await connection.close();

  expect(await refusal(platform.connect(endpoint, contextOn(clock)))).toMatchObject({ code: 'host.unreachable' });
  await clock.pass(5000);
  const again = await platform.connect(endpoint, contextOn(clock));
  const second = listen(again);
  await clock.pass(31_000);
  expect(second.ended()?.error).toBeInstanceOf(FleetError);
});

it('starts half-way and says so at the VM', async () => {
  const { clock, connection, server, find } = await visitFake();
  const listener = listen(connection);
  server.faults.fail('vm.start');
  const vm = find((one) => one.state === 'stopped' && one.disabled === undefined);
  await connection.vm.start(vm.id, patient());
  await clock.pass(5000);
  expect(listener.changes().at(-1)).toMatchObject({ vm: { state: 'error', trouble: { message: /half-way/ } } });

  await connection.vm.start(vm.id, patient());
  await clock.pass(5000);
  expect(listener.changes().at(-1)).toMatchObject({ vm: { state: 'running' } });
  expect(listener.changes().at(-1)).not.toHaveProperty('vm.trouble');
  listener.stop();
});

it('deletes one disk, fails, and leaves the VM there', async () => {
  const { connection, server, find } = await visitFake({ fails: 'vm.delete' });
  const vm = find((one) => one.state === 'stopped' && one.tags.includes('db'));
  const before = await connection.vm.planDelete?.(vm.id, patient());
  const options = { keepDisks: false, snapshots: true };
  const error = await refusal(connection.vm.delete?.(vm.id, options, patient()) ?? Promise.resolve());
  expect(error.code).toBe('op.failed');
  const after = await connection.vm.planDelete?.(vm.id, patient());
  expect(after?.goes).toEqual(before?.goes.slice(1));
  expect(server.drives.exists(before?.goes[0] ?? '')).toBe(false);
});

it('does what it was told, but the answer is lost with the link', async () => {
  const { clock, connection, endpoint, server, find } = await visitFake();
  const listener = listen(connection);
  const vm = find(running);
  server.faults.lose('vm.pause');
  const error = await refusal(connection.vm.pause?.(vm.id, patient()) ?? Promise.resolve());
  expect(error.code).toBe('outcome.unknown');
  await clock.pass(0);
  expect(listener.ended()?.error).toMatchObject({ code: 'host.unreachable' });

  await clock.pass(5000);
  const again = await platform.connect(endpoint, contextOn(clock));
  expect((await again.vm.info(vm.id, patient())).state).toBe('paused');
});

it('does not know what became of an operation that was under way when the link was cut', async () => {
  const { clock, connection, server, find } = await visitFake();
  const vm = find(running);
  server.faults.slow(500);
  const [mutated, read] = [
    refusal(connection.vm.stop(vm.id, 'force', patient())),
    refusal(connection.vm.info(vm.id, patient())),
  ];
  await clock.pass(100);
  server.faults.cutLink();
  expect((await mutated).code).toBe('outcome.unknown');
  expect(await read).toMatchObject({ code: 'host.unreachable', retry: true });
});

it('asks about an unknown host key until it is trusted, and refuses one that has changed', async () => {
  const { clock } = await visitFake();
  const unknown = fakeEndpoint({ 'host-key': 'unknown' });
  const asked: string[] = [];
  const trusting = { trust: async ({ fingerprint }: { fingerprint: string }) => asked.push(fingerprint) > 0 };
  expect(await refusal(platform.connect(unknown, contextOn(clock)))).toMatchObject({
    code: 'trust.unknown-host',
    fix: 'drover endpoint trust demo',
  });
  await platform.connect(unknown, contextOn(clock, trusting));
  await platform.connect(unknown, contextOn(clock, trusting));
  expect(asked).toHaveLength(1);
  const changed = platform.connect(fakeEndpoint({ 'host-key': 'changed' }), contextOn(clock, trusting));
  expect((await refusal(changed)).code).toBe('trust.changed-host');
});

it('refuses logins when it is told to', async () => {
  const { clock, endpoint, server } = await visitFake();
  server.faults.refuseLogins(true);
  expect((await refusal(platform.connect(endpoint, contextOn(clock)))).code).toBe('auth.rejected');
});
