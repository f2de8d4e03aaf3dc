import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  const views = {
    busy: { filter: 'state:running', sort: 'cpu', columns: ['cpu'] },
    broken: { sort: 'cpuu' },
  };
  desk = await openDesk(JSON.stringify({ ...JSON.parse(simulated({ demo: { vms: 60 } })), views }));
});
afterEach(() => desk.clear());

const isFalling = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number <= (numbers[at - 1] ?? 0));

describe('vm list', () => {
  it('F-129 waits for figures and shows the busiest first', async () => {
    const { code, stdout, stderr } = await desk.run('vm', 'list', '--sort', 'cpu');
    expect(code).toBe(0);
    expect(stderr).not.toContain('no figures');
    const [titles, ...rows] = stdout.trim().split('\n');
    expect(titles).toMatch(/^NAME +STATE +CPU +NODE/);
    const loads = rows.flatMap((row) => /(\d+)%/.exec(row)?.[1] ?? []).map(Number);
    expect(loads.length).toBeGreaterThan(30);
    expect(isFalling(loads)).toBe(true);
    expect(rows.at(-1)).toMatch(/stopped +- /);
  });

  it('prints the columns that are asked for, in their order and for programs as they are', async () => {
    const args = ['vm', 'list', '--columns', 'cpu,name,memory', '--sort', 'memory:asc'] as const;
    const rows = (await desk.run(...args, '-o', 'json')).json<Record<string, unknown>[]>();
    expect(Object.keys(rows[0] ?? {})).toEqual(['cpu', 'name', 'memory']);
    expect(isFalling(rows.map(({ memory }) => Number(memory)).reverse())).toBe(true);
    expect((await desk.run(...args)).stdout.split('\n')[0]).toMatch(/^ *CPU {2}NAME +MEMORY$/);
    expect((await desk.run(...args, '-o', 'csv')).stdout.split('\n')[0]).toBe('cpu,name,memory');
    expect((await desk.run(...args, '-o', 'name')).stdout).toMatch(/^demo\/vm-\d+\n/);
  });

  it('F-355 is sorted by name, as people count, when nothing else is said', async () => {
    const names = (await desk.run('vm', 'list', '-o', 'json')).json<{ name: string }[]>().map(({ name }) => name);
    expect(names).toHaveLength(60);
    expect(names).toEqual(names.toSorted(new Intl.Collator('en', { numeric: true }).compare));
  });

  it('prints everything there is when it is asked for a wide table', async () => {
    const { stdout } = await desk.run('vm', 'list', '-o', 'wide');
    expect(stdout.split('\n')[0]).toMatch(/NAME +STATE +CPU +HOST CPU +MEM .*NET\/S.*TAGS +NOTE +TROUBLE/);
  });

  it('filters by load, once it is known', async () => {
    const rows = (await desk.run('vm', 'list', '--filter', 'cpu>30', '--columns', 'name,cpu', '-o', 'json')).json<
      { cpu: number }[]
    >();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ cpu }) => cpu > 0.2)).toBe(true);
    expect((await desk.run('vm', 'list', '--filter', 'cpu>30', '-o', 'name')).stdout).toContain('demo/vm-');
  });

  it('F-130 F-482 shows a saved view, narrowed by a filter and sorted otherwise when that is said', async () => {
    const whole = (await desk.run('vm', 'list', '--view', 'busy', '-o', 'json')).json<{ cpu: number }[]>();
    expect(Object.keys(whole[0] ?? {})).toEqual(['name', 'cpu']);
    expect(isFalling(whole.map(({ cpu }) => cpu))).toBe(true);
    const part = (
      await desk.run('vm', 'list', '--view', 'busy', '--filter', 'name:*db*', '--sort', 'name', '-o', 'json')
    ).json<{ name: string }[]>();
    expect(part.length).toBeLessThan(whole.length);
    expect(part.map(({ name }) => name)).toEqual(part.map(({ name }) => name).toSorted());
  });

  it('F-129 has views for what everybody asks', async () => {
    const rows = (await desk.run('vm', 'list', '--view', 'stopped', '-o', 'json')).json<{ state: string }[]>();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ state }) => state === 'stopped')).toBe(true);
    const busiest = (await desk.run('vm', 'list', '--view', 'busiest', '-o', 'json')).json<{ cpu: number | null }[]>();
    expect(isFalling(busiest.map(({ cpu }) => cpu ?? 0))).toBe(true);
  });

  it.each([
    [['--sort', 'cpuu'], 'there is no column "cpuu" (did you mean cpu?)'],
    [['--columns', 'name,stat'], 'there is no column "stat" (did you mean state?)'],
    [['--columns', ','], 'no column is named'],
    [['--view', 'bus'], 'there is no view "bus" (did you mean busy?)'],
    [['--view', 'broken'], 'views: broken: there is no column "cpuu"'],
  ])('says what is wrong with %j before it connects', async (flags, sentence) => {
    const { code, stdout, stderr } = await desk.run('vm', 'list', ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('understands what users of kcli type', async () => {
    const kcli = await desk.run('list', 'vm', '--filter', 'status:up', '-o', 'name');
    expect(kcli.stdout).toBe((await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'name')).stdout);
  });
});
