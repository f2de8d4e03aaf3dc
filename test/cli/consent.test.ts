import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(() => desk.clear());

interface Row {
  readonly id: string;
  readonly name: string;
  readonly node: string | null;
  readonly state: string;
}
const all = async () => (await desk.run('vm', 'list', '-o', 'json')).json<Row[]>();
const inState = async (state: string) => (await all()).filter((vm) => vm.state === state);
const stateOf = async (id = '') => (await all()).find((vm) => vm.id === id)?.state;

/** A command of a user who sits at a terminal and answers this. */
const atTerminal = (answer: string, ...words: readonly string[]) => desk.runWith({ answers: [answer] }, ...words);

describe('before VMs are interrupted', () => {
  it('a script has to agree with --yes to what a filter finds', async () => {
    const refused = await desk.run('vm', 'kill', '--filter', 'state:running');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /force off interrupts \d+ VMs, and there is no terminal to ask at; nothing was done\n {2}add --yes/,
    );
    const agreed = await desk.run('vm', 'kill', '--filter', 'plan:wiki state:running', '--yes');
    expect(agreed.code).toBe(0);
    expect(agreed.stderr).toContain('is stopped');
  });

  it('a script has to agree to more than one, and not to one that it names', async () => {
    const [one, two] = await inState('running');
    const many = await desk.run('vm', 'pause', one?.id ?? '', two?.id ?? '');
    expect([many.code, many.stderr]).toEqual([2, expect.stringContaining('pause interrupts 2 VMs')]);
    expect((await desk.run('vm', 'pause', one?.id ?? '')).code).toBe(0);
  });

  it('a dry run needs no agreement', async () => {
    const { code, stderr } = await desk.run('vm', 'kill', '--filter', 'state:running', '--dry-run');
    expect([code, stderr]).toEqual([0, expect.stringContaining('nothing was sent')]);
  });

  it('the user at a terminal sees which VMs they are, and anything but yes stops it', async () => {
    const [first] = await inState('running');
    const { code, stderr } = await atTerminal('', 'vm', 'kill', '--filter', 'state:running');
    expect(code).toBe(130);
    expect(stderr).toMatch(/^Force off \d+ VMs\? \[y\/N\] /m);
    expect(stderr).toContain(`  ${first?.name} on ${first?.node} (running)\n`);
    expect(stderr).toMatch(/nothing was done\n$/);
    expect(await stateOf(first?.id)).toBe('running');
  });

  it('yes at a terminal goes on, also for the one VM that a filter finds', async () => {
    const [first] = await inState('running');
    const { code, stderr } = await atTerminal('y', 'vm', 'kill', '--filter', `name:${first?.name}`);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Force off ${first?.name}? [y/N] `)]);
    expect(stderr).toMatch(new RegExp(`^${first?.name} is stopped\n$`, 'm'));
    expect(await stateOf(first?.id)).toBe('stopped');
  });

  it('nothing is asked about one VM that was named', async () => {
    const [first] = await inState('running');
    const { code, stderr } = await atTerminal('', 'vm', 'kill', first?.name ?? '');
    expect([code, stderr]).toEqual([0, `${first?.name} is stopped\n`]);
  });
});

describe('before VMs are deleted', () => {
  it('says that nothing was done when one of those that were named can not be deleted', async () => {
    const [[on], [off]] = [await inState('running'), (await inState('stopped')).filter(({ node }) => node !== null)];
    const { code, stderr } = await desk.run('vm', 'delete', off?.id ?? '', on?.id ?? '', '--yes');
    expect(code).toBe(3);
    expect(stderr).toBe(`${on?.name}: only a VM that is off can be deleted; it is running; nothing was done\n`);
  });

  it('leaves out those of a filter that can not be, with why, and deletes the others', async () => {
    const [[on], [off]] = [await inState('running'), (await inState('stopped')).filter(({ node }) => node !== null)];
    const filter = `name:${on?.name},${off?.name}`;
    const { code, stderr } = await desk.run('vm', 'delete', '--filter', filter, '--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${off?.name} is deleted`)]);
    expect(stderr).toContain(
      `left out: ${on?.name} on ${on?.node}: only a VM that is off can be deleted; it is running`,
    );
  });

  it('deletes nothing when a filter finds only such as can not be', async () => {
    const { code, stderr } = await desk.run('vm', 'delete', '--filter', 'state:running', '--yes');
    expect([code, stderr]).toEqual([3, expect.stringContaining('none of the VMs that match can be taken')]);
  });
});

describe('before something is taken out of the configuration', () => {
  it('a script has to agree with --yes', async () => {
    const refused = await desk.run('endpoint', 'remove', 'demo');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'remove endpoint takes demo out of the configuration, and there is no terminal to ask at',
    );
    expect((await desk.run('endpoint', 'list', '-o', 'name')).stdout).toBe('demo\n');
    await desk.run('pool', 'add', 'Lab');
    expect((await desk.run('pool', 'remove', 'Lab')).code).toBe(2);
    expect((await desk.run('pool', 'remove', 'Lab', '--yes')).code).toBe(0);
  });

  it('the user at a terminal is asked', async () => {
    const { code, stderr } = await atTerminal('n', 'endpoint', 'remove', 'demo');
    expect([code, stderr]).toEqual([130, expect.stringContaining('Remove endpoint demo? [y/N] ')]);
    expect(stderr).toMatch(/nothing was done\n$/);
    expect((await desk.run('endpoint', 'list', '-o', 'name')).stdout).toBe('demo\n');
  });
});
