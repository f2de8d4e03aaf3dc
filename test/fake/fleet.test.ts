import { expect, it } from 'vitest';
import type { SampleBlock } from '../../src/platforms/contract.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import { createTestClock } from '../clock.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { contextOn, fakeEndpoint, listen, visitFake } from './visit.ts';

const blocksOf = (feeds: ReturnType<typeof listen>['feeds']): readonly SampleBlock[] =>
  feeds.flatMap((feed) => (feed.kind === 'samples' ? feed.block : []));

it('F-499 makes the same fleet and the same load of the same seed', async () => {
  const look = async (seed: number) => {
    const { clock, connection } = await visitFake({ seed });
    const listener = listen(connection);
    await clock.pass(3000);
    listener.stop();
    return listener.feeds;
  };
  const [one, two, other] = [await look(1), await look(1), await look(2)];
  expect(two).toEqual(one);
  expect(other).not.toEqual(one);
});

it('F-499 has pools, nodes and exactly as many VMs as were asked for', async () => {
  for (const vms of [0, 1, 17, 200, 3000]) {
    const { server } = await visitFake({ vms });
    const inventory = server.fleet.inventory();
    expect(inventory.vms).toHaveLength(vms);
    expect(new Set(inventory.vms.map(({ uuid }) => uuid)).size).toBe(vms);
    expect(inventory.pools.length).toBeGreaterThan(vms > 100 ? 2 : 0);
    expect(inventory.nodes.length).toBeGreaterThan(0);
  }
});

it('changes the load of every running VM every second, smoothly and within bounds', async () => {
  const { clock, connection } = await visitFake({ vms: 500, running: 100 });
  const listener = listen(connection);
  await clock.pass(60_000);
  listener.stop();
  const blocks = blocksOf(listener.feeds);
  expect(blocks.length).toBeGreaterThanOrEqual(60);
  let still = 0;
  let greatest = 0;
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1];
    for (const [row, cpu] of block.cpu.entries()) {
      if (!before || Number.isNaN(cpu)) continue;
      if (cpu === before.cpu[row]) still++;
      greatest = Math.max(greatest, Math.abs(cpu - (before.cpu[row] ?? 0)));
    }
  }
  const compared = blocks.length * 500;
  expect(still / compared).toBeLessThan(0.03);
  expect(greatest).toBeLessThan(0.15);
});

it('has busy days and quiet nights', async () => {
  const meanAt = async (hour: number) => {
    const { clock, connection } = await visitFake({ vms: 500 }, createTestClock(Date.UTC(2026, 0, 1, hour)));
    const listener = listen(connection);
    await clock.pass(0);
    listener.stop();
    const shares = [...(blocksOf(listener.feeds)[0]?.cpu ?? [])].filter((share) => !Number.isNaN(share));
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  expect(await meanAt(15)).toBeGreaterThan((await meanAt(3)) * 1.5);
});

it('sends a large fleet in parts, over the interval, what people look at first', async () => {
  const { clock, connection, vm } = await visitFake({ vms: 25_000 });
  const looked = vm(24_000);
  const listener = listen(connection, [looked]);
  await clock.pass(0);
  const first = blocksOf(listener.fresh());
  expect(first).toHaveLength(1);
  expect(first[0]?.ids).toContain(looked);
  await clock.pass(990);
  const rest = blocksOf(listener.fresh());
  expect(rest).toHaveLength(2);
  expect(Math.max(...rest.map(({ ids }) => ids.length))).toBeLessThanOrEqual(10_000);
  expect(new Set([...first, ...rest].map(({ at }) => at)).size).toBe(1);
  listener.stop();
});

it('says why a template can do nothing, and does not do it', async () => {
  const { connection, find } = await visitFake({ vms: 200 });
  const template = find((vm) => vm.tags.includes('template'));
  expect(template.node).toBeUndefined();
  const error = await refusal(connection.vm.start(template.id, patient()));
  expect(error).toMatchObject({ code: 'op.refused', message: template.disabled?.['vm.start'] });
  expect((await connection.vm.info(template.id, patient())).state).toBe('stopped');
});

it('lacks the operations that it was made without, and says so', async () => {
  const { connection } = await visitFake({ without: 'vm.pause, console.serial' });
  expect(connection.vm.pause).toBeUndefined();
  expect(connection.vm.resume).toBeDefined();
  expect(connection.console?.serial).toBeUndefined();
  expect(connection.whyNot).toMatchObject({ 'vm.pause': 'this fleet was made without vm.pause' });
});

it('tells news of its own, as often as was asked for', async () => {
  const { clock, connection } = await visitFake({ 'events-every': 2, running: 100 });
  const listener = listen(connection);
  await clock.pass(21_000);
  listener.stop();
  expect(listener.feeds.filter(({ kind }) => kind === 'events').length).toBeGreaterThanOrEqual(9);
});

it('stands still while no client is connected, and goes on where it was', async () => {
  const { clock, connection, endpoint, find } = await visitFake();
  const vm = find((one) => one.state === 'stopped' && one.disabled === undefined);
  await connection.vm.start(vm.id, patient());
  await connection.close();
  await clock.pass(60_000);
  expect(find((one) => one.id === vm.id).state).toBe('starting');

  const again = await platform.connect(endpoint, contextOn(clock));
  await clock.pass(0);
  expect((await again.vm.info(vm.id, patient())).state).toBe('running');
});

it('takes what was saved when a VM starts again', async () => {
  const { clock, connection, find } = await visitFake();
  const vm = find((one) => one.state === 'running');
  await connection.vm.configure?.(vm.id, 'config', { vcpus: 7 }, { vcpus: vm.cpus }, patient());
  expect(find((one) => one.id === vm.id).cpus).toBe(vm.cpus);
  await connection.vm.stop(vm.id, 'force', patient());
  await clock.pass(5000);
  await connection.vm.start(vm.id, patient());
  await clock.pass(5000);
  expect(find((one) => one.id === vm.id)).toMatchObject({ state: 'running', cpus: 7 });
});

it('warns that a guest must let go of its CPUs itself', async () => {
  const { connection, find } = await visitFake();
  const vm = find((one) => one.state === 'running' && one.cpus > 1);
  const answer = await connection.vm.configure?.(vm.id, 'running', { vcpus: 1 }, { vcpus: vm.cpus }, patient());
  expect(answer?.warnings).toMatchObject([{ feature: 'vcpus' }]);
});

it('has names that are hard to show, when it is asked to', async () => {
  const { find } = await visitFake({ 'odd-names': true });
  expect(find((vm) => vm.name.includes('\u001b[31m'))).toBeDefined();
  expect(find((vm) => vm.name.length > 199)).toBeDefined();
});

it.each([
  ['vms', 'many'],
  ['fails', 'vm.fly'],
  ['without', 'vm.fly'],
])('says that %s cannot be %s', async (key, value) => {
  const error = await refusal(platform.connect(fakeEndpoint({ [key]: value }), contextOn(createTestClock())));
  expect(error.code).toBe('config.invalid');
  expect(error.message).toContain(key);
});
