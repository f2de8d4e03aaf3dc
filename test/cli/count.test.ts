import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterAll(() => desk.clear());

interface Counted {
  readonly value: string | null;
  readonly count: number;
  readonly share: number;
}
const counted = async (...words: readonly string[]) => (await desk.run(...words, '-o', 'json')).json<Counted[]>();
const sum = (rows: readonly Counted[]) => rows.reduce((all, { count }) => all + count, 0);

it('F-122 counts VMs and nodes by their system, their platform or another column, the most frequent first', async () => {
  const systems = await counted('vm', 'count');
  expect(sum(systems)).toBe(12);
  expect(systems.map(({ count }) => count)).toEqual(systems.map(({ count }) => count).toSorted((a, b) => b - a));
  const running = await counted('vm', 'count', '--by', 'platform', '--filter', 'state:running');
  const all = await counted('vm', 'count', '--by', 'state');
  expect(running).toEqual([{ value: 'fake', count: all.find(({ value }) => value === 'running')?.count, share: 1 }]);
  const nodes = await counted('node', 'count');
  expect(nodes.map(({ value }) => value)).toContainEqual(expect.stringMatching(/^Debian GNU\/Linux/));
});

it('counts those with several values for each of them, and those without as not known', async () => {
  const rows = await counted('vm', 'list');
  const tagged = rows as unknown as { tags: readonly string[] }[];
  const tags = await counted('vm', 'count', '--by', 'tag');
  const bare = tagged.filter((vm) => vm.tags.length === 0).length;
  expect(sum(tags)).toBe(tagged.reduce((all, vm) => all + vm.tags.length, 0) + bare);
  expect(tags.find(({ value }) => value === null)?.count ?? 0).toBe(bare);
  const table = (await desk.run('vm', 'count', '--by', 'state')).stdout.split('\n');
  expect(table[0]?.split(/ +/)).toEqual(['STATE', 'COUNT', 'SHARE']);
});

it('F-325 lists plans with their VMs', async () => {
  const vms = (await desk.run('vm', 'list', '-o', 'json')).json<
    { plan: string | null; name: string; state: string }[]
  >();
  const plans = (await desk.run('plan', 'list', '-o', 'json')).json<
    { plan: string; vms: string[]; running: number }[]
  >();
  const planned = vms.filter((vm) => vm.plan !== null);
  expect(plans.map(({ plan }) => plan)).toEqual([...new Set(planned.map(({ plan }) => plan))].sort());
  for (const { plan, vms: names, running } of plans) {
    const own = planned.filter((vm) => vm.plan === plan);
    expect(names).toEqual(own.map(({ name }) => name).sort());
    expect(running).toBe(own.filter(({ state }) => state === 'running').length);
  }
  const { stdout } = await desk.run('plan', 'list');
  expect(stdout.split('\n', 1)[0]?.split(/ +/)).toEqual(['PLAN', 'ENDPOINTS', 'RUNNING', 'VMS']);
});

it('says which columns can be counted', async () => {
  expect((await desk.run('vm', 'count', '--by', 'cpu')).stderr).toMatch(/cpu/);
  expect((await desk.run('node', 'count', '--by', 'plan')).code).toBe(2);
});
