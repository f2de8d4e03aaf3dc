import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 120, seed: 1, latency: 0 } }));
});
afterEach(() => desk.clear());

/** before-upgrade (with memory), clean and golden, one on top of the other; it runs. */
const WEB = 'metrics-web2';
interface Row {
  readonly name: string;
  readonly snapshot: string;
  readonly current: boolean;
  readonly memory: boolean;
  readonly parent: string | null;
  readonly id: string;
  readonly description: string | null;
}
const listed = async (vm = WEB) => (await desk.run('snapshot', 'list', vm, '-o', 'json')).json<Row[]>();

describe('drover snapshot', () => {
  it('F-289 F-350 lists those of the VMs that are named, with the keys of kcli in JSON', async () => {
    const { code, stdout } = await desk.run('snapshot', 'list', WEB);
    expect([code, stdout.split('\n').map((line) => line.split(/\s+/)[0])]).toEqual([
      0,
      ['NAME', 'before-upgrade', 'clean', 'golden', ''],
    ]);
    expect((await listed()).map(({ snapshot, current }) => ({ snapshot, current }))).toEqual([
      { snapshot: 'before-upgrade', current: false },
      { snapshot: 'clean', current: false },
      { snapshot: 'golden', current: true },
    ]);
    const names = await desk.run('snapshot', 'list', WEB, 'wiki-worker4', '-o', 'name');
    expect(names.stdout.trim().split('\n')).toHaveLength(4);
    expect((await desk.run('snapshot', 'list')).code).toBe(2);
  });

  it('shows one with what is known of it, by its name or by its id', async () => {
    const { stdout } = await desk.run('snapshot', 'info', WEB, 'clean');
    expect(stdout).toMatch(/^name: clean$/m);
    expect(stdout).toMatch(/^parent: demo\/vm-39#before-upgrade$/m);
    const byId = await desk.run('snapshot', 'info', 'demo/vm-39#clean', '-o', 'json');
    expect(byId.json<Row>()).toMatchObject({ name: 'clean', snapshot: 'clean', description: null });
    const both = await desk.run('snapshot', 'info', WEB, 'clean', 'golden', '-o', 'json');
    expect(both.json<Row[]>().map(({ name }) => name)).toEqual(['clean', 'golden']);
  });

  it('F-287 F-348 takes one of each VM that is named; the name is the last word', async () => {
    const { code, stderr } = await desk.run('snapshot', 'create', WEB, 'monday', '--description', 'x');
    expect([code, stderr]).toEqual([0, `${WEB} has the snapshot monday\n`]);
    expect((await listed()).at(-1)).toMatchObject({ name: 'monday', current: true, description: 'x' });
    const again = await desk.run('snapshot', 'create', WEB, 'monday', '-o', 'json');
    expect([again.code, again.json()]).toEqual([
      1,
      { result: 'failure', reason: `${WEB} has a snapshot monday already`, code: 'op.conflict' },
    ]);
    await desk.run('snapshot', 'create', WEB, 'quiet', '--quiesce');
    expect((await listed()).at(-1)).toMatchObject({ name: 'quiet', memory: false });
    const off = await desk.run('snapshot', 'create', 'billing-web1', 'cold');
    expect(off.stderr).toBe('billing-web1 has the snapshot cold\n');
    const disks = await desk.run('snapshot', 'create', WEB, 'disks-only', '--no-memory');
    expect([disks.code, (await listed()).at(-1)]).toMatchObject([0, { name: 'disks-only', memory: false }]);
  });

  it('F-290 takes one of all that a filter finds', async () => {
    const { code, stderr } = await desk.run('snapshot', 'create', '--filter', 'name:wiki-worker*', 'weekly');
    const count = stderr.trim().split('\n').length;
    expect([code, count > 2]).toEqual([0, true]);
    const all = await desk.run('snapshot', 'list', '--filter', 'name:wiki-worker*', '-o', 'json');
    expect(all.json<Row[]>().filter(({ name }) => name === 'weekly')).toHaveLength(count);
    const gone = await desk.run('snapshot', 'delete', '--filter', 'name:wiki-worker*', 'weekly', '--yes');
    expect([gone.code, (gone.stderr.match(/weekly of \S+ is deleted/g) ?? []).length]).toEqual([0, count]);
  });

  it.each([
    [['create', WEB, 'two words'], 2, 'name must be a letter'],
    [['create'], 2, 'Give it as the last word'],
    [['create', 'nothere', 'x'], 1, 'there is no VM "nothere"'],
    [['revert', WEB], 2, 'Name its VM and then the snapshot'],
    [['revert', WEB, 'goldem', '--yes'], 1, 'has no snapshot "goldem" (did you mean golden?)'],
    [['delete', 'demo/vm-39#none', '--yes'], 1, 'there is no snapshot "demo/vm-39#none"'],
    [['info', WEB, 'none'], 1, 'has no snapshot "none"'],
  ] as const)('refuses %j', async (words, code, sentence) => {
    const ran = await desk.run('snapshot', ...words);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('F-288 F-351 says what is lost before it reverts, and does nothing without an answer', async () => {
    await desk.run('snapshot', 'create', WEB, 'monday');
    const asked = await desk.run('snapshot', 'revert', WEB, 'golden');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain(`  lost: what ${WEB} has written to its disks since golden\n`);
    expect(asked.stderr).toContain(`  lost: what ${WEB} has in memory\n`);
    expect(asked.stderr).toContain('add --yes if that is what you want');
    const wrong = await desk.runWith({ answers: [WEB] }, 'snapshot', 'revert', WEB, 'golden');
    expect([wrong.code, wrong.stderr]).toEqual([130, expect.stringContaining('nothing was done')]);
    expect((await listed()).find(({ current }) => current)?.name).toBe('monday');
    const done = await desk.runWith({ answers: ['golden'] }, 'snapshot', 'revert', WEB, 'golden');
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('golden of metrics-web2 is current again')]);
    expect((await listed()).find(({ current }) => current)?.name).toBe('golden');
    expect((await desk.run('vm', 'status', WEB, '-o', 'json')).json<{ state: string }>().state).toBe('stopped');
  });

  it('F-288 F-349 deletes one alone, or with those on top of it', async () => {
    const dry = await desk.run('snapshot', 'delete', WEB, 'clean', '--dry-run', '--children');
    expect(dry.stderr).toContain('  lost: the snapshot golden\n');
    expect(dry.stderr).toContain('would send to demo: snapshot.delete demo/vm-39#clean');
    const alone = await desk.run('snapshot', 'delete', WEB, 'clean', '--yes', '-o', 'json');
    expect([alone.code, alone.json()]).toEqual([0, { result: 'success' }]);
    expect((await listed()).find(({ name }) => name === 'golden')?.parent).toBe('demo/vm-39#before-upgrade');
    await desk.run('snapshot', 'delete', WEB, 'before-upgrade', '--children', '--yes');
    expect(await listed()).toEqual([]);
  });

  it('can be typed in the order of kcli', async () => {
    const { code } = await desk.run('create', 'snapshot', WEB, 'kcli-like');
    expect([code, (await listed()).map(({ name }) => name)]).toEqual([
      0,
      ['before-upgrade', 'clean', 'golden', 'kcli-like'],
    ]);
    expect((await desk.run('delete', 'snapshots', WEB, 'kcli-like', '--yes')).code).toBe(0);
  });
});
