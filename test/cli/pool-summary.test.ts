import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterAll(() => desk.clear());

interface Summary {
  readonly nodes: number;
  readonly vms: number;
  readonly running: number;
  readonly cpus: number;
  readonly vcpus: number;
  readonly vmCpu: number;
  readonly storage: { readonly count: number; readonly size: number };
  readonly platforms: Readonly<Record<string, number>>;
  readonly missing: readonly string[];
}

it('F-113 F-114 F-480 adds up what nodes and VMs are, take and hold, of the fleet and of a pool', async () => {
  const all = (await desk.run('pool', 'summary', '-o', 'json')).json<Summary>();
  const nodes = (await desk.run('node', 'list', '-o', 'json')).json<{ cpus: number; pool: string; vms: number }[]>();
  expect([all.nodes, all.vms, all.cpus]).toEqual([nodes.length, 12, nodes.reduce((sum, { cpus }) => sum + cpus, 0)]);
  expect(all).toMatchObject({ platforms: { fake: nodes.length }, missing: [] });
  expect(all.vmCpu).toBeGreaterThan(0);
  expect(all.storage.size).toBeGreaterThan(0);
  const pool = nodes[0]?.pool ?? '';
  const own = (await desk.run('pool', 'summary', pool, '-o', 'json')).json<Summary>();
  const vms = (await desk.run('vm', 'list', '--filter', `pool:${pool}`, '-o', 'json')).json<unknown[]>();
  expect([own.nodes, own.vms]).toEqual([nodes.filter((node) => node.pool === pool).length, vms.length]);
  const { stdout } = await desk.run('pool', 'summary', pool);
  for (const label of ['nodes', 'vm cpu', 'vm memory', 'vm disks', 'vm networks', 'storage', 'versions', 'systems'])
    expect(stdout).toMatch(new RegExp(`^${label}: `, 'm'));
  expect(stdout).toMatch(/^nodes: 1: 1 up$/m);
  expect(stdout).toMatch(/^vms: 12: 7 running, \d+ \w+/m);
});

it('F-019 says what share of a pool its VMs take, and that there is no such pool', async () => {
  const { stdout } = await desk.run('pool', 'summary');
  expect(stdout).toMatch(/^vm cpu: \d+% of \d+ vCPUs$/m);
  expect(await desk.run('pool', 'summary', 'nothere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no pool "nothere"'),
  });
});

it('counts the storages of its endpoints alone, and says of a pool that is not there that not all have answered', async () => {
  const broken = { platform: 'proxmox', host: '192.0.2.1' };
  const endpoints = JSON.parse(simulated({ demo: { vms: 12 }, other: { vms: 2 }, broken })).endpoints;
  const both = await openDesk(JSON.stringify({ endpoints, pools: { site: { nodes: ['demo'] } } }));
  const shared = async (...args: readonly string[]) => {
    const summary = await both.run('pool', 'summary', ...args, '-C', 'demo', '-C', 'other', '-o', 'json');
    return summary.json<{ sharedStorage: { count: number } }>().sharedStorage.count;
  };
  expect([await shared('site'), await shared()]).toEqual([2, 4]);
  expect((await both.run('pool', 'summary', 'nothere')).stderr).toContain(
    'there is no pool "nothere" in what answered',
  );
  await both.clear();
});
