import { expect, it } from 'vitest';
import type { Node, NodeSample, SampleBlock, Vm } from '../../src/platforms/contract.ts';
import { formatBytes } from '../../src/units.ts';
import { createTestClock } from '../clock.ts';
import { patient } from '../contract/bench.ts';
import { type FakeVisit, listen, visitFake } from './visit.ts';

/** A demo that changed would be another one in every picture and every test that names a VM of it. */
const golden = (name: string, lines: readonly string[]) =>
  expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`);

const day = (at: number | undefined): string => (at === undefined ? '-' : new Date(at).toISOString());
const rounded = (value: number | undefined): string => (value === undefined ? '-' : value.toPrecision(7));

const vmLine = (vm: Vm): string =>
  [
    vm.id,
    JSON.stringify(vm.name),
    vm.uuid,
    vm.node ?? '-',
    vm.pool ?? '-',
    `${vm.state}/${vm.rawState}`,
    `${vm.cpus} CPUs`,
    formatBytes(vm.memory),
    vm.ips.join() || '-',
    vm.autostart ? 'auto' : 'by hand',
    vm.plan ?? '-',
    vm.profile,
    vm.image,
    vm.tags.join(),
    day(vm.bootedAt),
    ...(vm.trouble ? [`${vm.trouble.message} since ${day(vm.trouble.since)}`] : []),
  ].join(' | ');

const nodeLine = (node: Node): string =>
  [
    node.id,
    node.name,
    node.pool,
    node.state,
    node.address,
    `${node.cpus} CPUs`,
    formatBytes(node.memory),
    node.version,
  ].join(' | ');

const distinct = (words: readonly (string | undefined)[]): string => [...new Set(words)].join(' ');

it('F-499 makes the fleet of a seed what it has always been', async () => {
  const { server } = await visitFake({ vms: 2_000, seed: 1 });
  const { pools, nodes, vms } = server.fleet.inventory();
  await golden('fleet', [
    ...pools.map(({ id, name, parent }) => `${id} | ${name} | ${parent ?? '-'}`),
    ...nodes.map(nodeLine),
    `plans: ${distinct(vms.map(({ plan }) => plan))}`,
    `images: ${distinct(vms.map(({ image }) => image))}`,
    `profiles: ${distinct(vms.map(({ profile }) => profile))}`,
    `tags: ${distinct(vms.flatMap(({ tags }) => tags))}`,
    `states: ${['running', 'stopped', 'paused', 'suspended', 'crashed'].map((state) => `${vms.filter((vm) => vm.state === state).length} ${state}`).join(', ')}`,
    `${vms.reduce((sum, { cpus }) => sum + cpus, 0)} CPUs, ${formatBytes(vms.reduce((sum, vm) => sum + vm.memory, 0))}`,
    ...vms.filter((_vm, row) => row < 50 || row % 100 === 17 || row > 1_995).map(vmLine),
  ]);
});

it('F-499 makes larger fleets of larger nodes, and smaller ones of what is needed', async () => {
  const shapes: string[] = [];
  for (const vms of [0, 5, 6, 18, 19, 90, 91, 2_001]) {
    const { server } = await visitFake({ vms, seed: 7, running: 50 });
    const { nodes, pools, vms: made } = server.fleet.inventory();
    const on = made.filter(({ state }) => state === 'running').length;
    shapes.push(`${vms} VMs, ${on} run, ${nodes.length} nodes, ${pools.length} pools, ${nodes.at(-1)?.name}`);
  }
  await golden('shapes', shapes);
});

it('F-499 tells the same of every VM, its disks and its node', async () => {
  const { server, connection } = await visitFake({ vms: 120, seed: 1 });
  const { nodes, vms } = server.fleet.inventory();
  const lines: string[] = [];
  for (const vm of vms.slice(0, 40)) {
    const { disks = [], snapshots = [], ...info } = await connection.vm.info(vm.id, patient());
    lines.push(`${vm.name}: ${JSON.stringify(info)}`);
    for (const { device, path, size, ...disk } of disks)
      lines.push(`  ${device} ${path} ${size && formatBytes(size)} ${JSON.stringify(disk)}`);
    for (const snapshot of snapshots) lines.push(`  ${JSON.stringify(snapshot)}`);
    lines.push(`  ${JSON.stringify(await connection.vm.settings?.(vm.id, 'config', patient()))}`);
  }
  for (const node of nodes.slice(0, 4))
    lines.push(`${node.name}: ${JSON.stringify(await connection.node?.info?.(node.id, patient()))}`);
  await golden('details', lines);
});

const columns = ({ cpu, memory, diskRead, diskWrite, netRx, netTx }: SampleBlock) => [
  cpu,
  memory,
  diskRead,
  diskWrite,
  netRx,
  netTx,
];

async function loadAt(at: number): Promise<{ block: SampleBlock; nodes: readonly NodeSample[]; visit: FakeVisit }> {
  const visit = await visitFake({ vms: 500, seed: 1 }, createTestClock(at));
  const listener = listen(visit.connection);
  await visit.clock.pass(0);
  listener.stop();
  const block = listener.feeds.flatMap((feed) => (feed.kind === 'samples' ? feed.block : []))[0];
  if (!block) throw new Error('no samples');
  return { block, nodes: listener.feeds.flatMap((feed) => (feed.kind === 'node-samples' ? feed.samples : [])), visit };
}

it('F-499 makes the load of a seed and an instant what it has always been', async () => {
  const lines: string[] = [];
  for (const at of [Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 5, 7, 14, 31, 7, 250)]) {
    const { block, nodes } = await loadAt(at);
    lines.push(new Date(at).toISOString());
    for (const [row, id] of block.ids.slice(0, 40).entries())
      lines.push(
        `${id} ${columns(block)
          .map((column) => rounded(column[row]))
          .join(' ')}`,
      );
    const sums = columns(block).map((column) =>
      rounded([...column].filter((one) => !Number.isNaN(one)).reduce((sum, one) => sum + one, 0)),
    );
    lines.push(`all ${sums.join(' ')}`);
    lines.push(...nodes.map(({ node, cpu, memory }) => `${node} ${rounded(cpu)} ${rounded(memory)}`));
  }
  await golden('load', lines);
});
