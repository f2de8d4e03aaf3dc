import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  const views = { full: { nodes: true, filter: 'used>0', sort: 'mem', columns: ['mem', 'memory'] } };
  desk = await openDesk(JSON.stringify({ ...JSON.parse(simulated({ demo: { vms: 120 } })), views }));
});
afterEach(() => desk.clear());

const isFalling = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number <= (numbers[at - 1] ?? 0));

describe('node list', () => {
  it('F-127 F-480 waits for figures, and has load and what its VMs send beside the usual columns', async () => {
    const { code, stdout } = await desk.run('node', 'list', '--sort', 'cpu');
    const [titles, ...rows] = stdout.trim().split('\n');
    expect([code, titles]).toEqual([0, expect.stringMatching(/^NAME +STATE +CPU +ENDPOINT/)]);
    const loads = rows.flatMap((row) => /(\d+)%/.exec(row)?.[1] ?? []).map(Number);
    expect(loads.length).toBeGreaterThan(1);
    expect(isFalling(loads)).toBe(true);
    const args = ['node', 'list', '--columns', 'name,cpu,mem,net,ip', '-o', 'json'];
    const values = (await desk.run(...args)).json<Record<string, unknown>[]>();
    expect(Object.keys(values[0] ?? {})).toEqual(['name', 'cpu', 'mem', 'net', 'address']);
    expect(values.some(({ net }) => Number(net) > 0)).toBe(true);
  });

  it('F-129 F-130 F-438 has ready-made views and those of the configuration, narrowed by a filter', async () => {
    const busiest = (await desk.run('node', 'list', '--view', 'busiest-nodes', '-o', 'json')).json<
      { cpu: number | null }[]
    >();
    expect(busiest.length).toBeGreaterThan(1);
    expect(isFalling(busiest.map(({ cpu }) => cpu ?? 0))).toBe(true);
    const full = (await desk.run('node', 'list', '--view', 'full', '-o', 'json')).json<
      { name: string; mem: number }[]
    >();
    expect(Object.keys(full[0] ?? {})).toEqual(['name', 'mem', 'memory']);
    expect(isFalling(full.map(({ mem }) => mem))).toBe(true);
    const name = full[0]?.name ?? '';
    const one = await desk.run('node', 'list', '--view', 'full', '--filter', `name:${name}`, '-o', 'name');
    expect(one.stdout).toBe(`demo/${name}\n`);
  });

  it.each([
    [['--sort', 'uptime'], 'nodes have no column uptime'],
    [['--filter', 'state:running'], '--filter: there is no state running (at character 1)'],
    [['--view', 'busiest'], 'the view busiest is of VMs'],
    [['--view', 'ful'], 'there is no view "ful" (did you mean full?)'],
  ])('says what is wrong with %j before it connects', async (given, sentence) => {
    const { code, stdout, stderr } = await desk.run('node', 'list', ...given);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('names the list that a view is for', async () => {
    const { stderr } = await desk.run('vm', 'list', '--view', 'nodes-down');
    expect(stderr).toContain('drover node list --view nodes-down');
  });
});
