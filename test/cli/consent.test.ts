import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandContext, globalsOf } from '../../src/cli/command.ts';
import { findCommand } from '../../src/cli/commands.ts';
import { createPrinter } from '../../src/cli/print.ts';
import { systemClock } from '../../src/clock.ts';
import { type App, compose } from '../../src/compose.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
const apps: App[] = [];
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await desk.clear();
});

interface Row {
  readonly id: string;
  readonly name: string;
  readonly node: string | null;
}
const inState = async (state: string) =>
  (await desk.run('vm', 'list', '--filter', `state:${state}`, '-o', 'json')).json<Row[]>();

/** A command of somebody who sits at a terminal and answers this; with what was said and what was asked. */
async function atTerminal(answer: string, words: readonly string[], filter = '') {
  const app = compose({
    config: desk.config,
    readOnly: false,
    dryRun: false,
    env: { HOME: desk.home, XDG_STATE_HOME: desk.home },
    clock: systemClock,
    interest: () => [],
    remember: false,
    warn: () => {},
  });
  apps.push(app);
  await app.load();
  const said: string[] = [];
  const asked: string[] = [];
  const context: CommandContext = {
    app,
    format: 'table',
    printer: createPrinter(new PassThrough()),
    say: (text) => void said.push(text),
    columns: 80,
    interactive: true,
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    global: { ...globalsOf({}, {}), filter },
    signal: new AbortController().signal,
  };
  const [noun, verb, ...rest] = words;
  const found = findCommand(noun, verb);
  if (!found || !('command' in found)) throw new Error('there is no such command');
  const code = await found.command.run(context, { words: rest, values: {}, repeated: {} });
  return {
    code,
    said,
    asked,
    stateOf: (id: string) => [...app.store.fleet.vms.values()].find((vm) => vm.id === id)?.state,
  };
}

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

  it('somebody at a terminal sees which they are, and anything but yes stops it', async () => {
    const [first] = await inState('running');
    const { code, said, asked, stateOf } = await atTerminal('', ['vm', 'kill'], 'state:running');
    expect(code).toBe(130);
    expect(asked).toEqual([expect.stringMatching(/^Force off \d+ VMs\? \[y\/N\] $/)]);
    expect(said).toContain(`  ${first?.name} on ${first?.node} (running)`);
    expect(said.at(-1)).toBe('nothing was done');
    expect(stateOf(first?.id ?? '')).toBe('running');
  });

  it('yes at a terminal goes on, also for the one VM that a filter finds', async () => {
    const [first] = await inState('running');
    const { code, said, asked } = await atTerminal('y', ['vm', 'kill'], `name:${first?.name}`);
    expect([code, asked]).toEqual([0, [`Force off ${first?.name}? [y/N] `]]);
    expect(said.at(-1)).toBe(`${first?.name} is stopped`);
  });

  it('nobody is asked about one VM that was named', async () => {
    const [first] = await inState('running');
    expect((await atTerminal('', ['vm', 'kill', first?.name ?? ''])).asked).toEqual([]);
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

  it('somebody at a terminal is asked', async () => {
    const { code, said, asked } = await atTerminal('n', ['endpoint', 'remove', 'demo']);
    expect([code, asked, said.at(-1)]).toEqual([130, ['Remove endpoint demo? [y/N] '], 'nothing was done']);
  });
});
