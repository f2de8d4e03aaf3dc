import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { nodeSetupCommand } from '../../src/cli/node-setup/node-setup-command.ts';
import { systemClock } from '../../src/clock.ts';
import type { App } from '../../src/compose.ts';
import { FleetError } from '../../src/errors.ts';
import type { HostSetup, HostStep } from '../../src/platforms/contract.ts';
import { commandContext } from './command-context.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 1, latency: 0 }, shut: { vms: 1, 'read-only': true } }));
});
afterEach(() => desk.clear());

const audit = async () => readFile(join(desk.home, 'state', 'drover', 'audit.jsonl'), 'utf8').catch(() => '');
const tpmOf = (text: string) => text.split('\n').find((line) => line.startsWith('TPM'));

describe('a host that is made ready', () => {
  it('F-226 is only looked at without --apply, with the commands that would be run', async () => {
    for (const flags of [[], ['--detect-only'], ['--apply', '--dry-run']]) {
      const { code, stdout, stderr } = await desk.run('node', 'setup', 'demo', ...flags);
      expect([code, tpmOf(stdout)]).toEqual([
        0,
        expect.stringMatching(/^TPM +missing \(optional\) +- +VMs with a TPM$/),
      ]);
      expect(stderr).toContain('  dnf install -y swtpm    # installs swtpm\n');
      expect(stderr).toContain('firewall: look by hand\n');
    }
    expect(await audit()).toBe('');
  });

  it('F-226 gets what is missing once it is agreed to, and what was known only then, each written down', async () => {
    const { code, stdout, stderr } = await desk.runWith({ answers: ['y', 'y'] }, 'node', 'setup', 'demo', '--apply');
    expect([code, tpmOf(stdout)]).toEqual([0, expect.stringMatching(/^TPM +fine +swtpm/)]);
    const installed = stderr.indexOf('demo: dnf install -y swtpm\n  simulated: done\n');
    expect(installed).toBeGreaterThan(stderr.indexOf('Run it on demo? [y/N]'));
    expect(stderr.indexOf('demo: systemctl enable --now swtpm\n')).toBeGreaterThan(installed);
    expect(await audit()).toContain(
      '"action":"node.setup","endpoint":"demo","object":"demo","arguments":["dnf install',
    );
    const again = await desk.run('node', 'setup', 'demo', '--apply');
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('will run')]);
  });

  it('stays as it is where the user does not agree, can not be asked, or nothing may be changed', async () => {
    const no = await desk.runWith({ answers: ['n'] }, 'node', 'setup', 'demo', '--apply');
    expect([no.code, no.stderr]).toEqual([130, expect.stringContaining('nothing was done')]);
    const unasked = await desk.run('node', 'setup', 'demo', '--apply');
    expect([unasked.code, unasked.stderr]).toEqual([
      2,
      expect.stringContaining('this changes demo, and there is no terminal'),
    ]);
    const shut = await desk.run('node', 'setup', 'shut', '--apply', '--yes');
    expect([shut.code, shut.stderr]).toEqual([3, expect.stringContaining('shut is read-only')]);
    const run = await desk.run('node', 'setup', 'demo', '--apply', '--yes', '--read-only');
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('this run is read-only')]);
    expect(await audit()).toBe('');
  });

  it('is named, and changed or not', async () => {
    for (const [words, why] of [
      [[], 'which hosts?'],
      [['dmeo'], 'there is no endpoint "dmeo"'],
      [['demo', '--apply', '--detect-only'], 'leave one out'],
      [['demo', '-C', 'shut'], 'by words or by -C'],
    ] as const) {
      const { stderr } = await desk.run('node', 'setup', ...words);
      expect(stderr).toContain(why);
    }
  });
});

const PART = { part: 'TPM', found: '-', neededFor: 'some VMs', state: 'missing', isOptional: true } as const;

describe('a command that fails on the host', () => {
  const step = (command: string, more: Partial<HostStep> = {}): HostStep => ({
    does: 'does it',
    command,
    limitMs: 60_000,
    ...more,
  });

  interface Given {
    readonly tryRoot?: string;
    /** What each look finds to do, the last one for all that follow. */
    readonly looks?: readonly (readonly HostStep[])[];
    readonly context?: Partial<CommandContext>;
    /** db0 does not answer. */
    readonly words?: readonly string[];
  }

  /** What is run ends as the codes say; `tryRoot` is a step like the others. */
  async function applied(codes: Readonly<Record<string, number>>, given: Given = {}) {
    const { tryRoot, words = ['db1'], looks = [['one', 'two', 'three'].map((one) => step(one))] } = given;
    const ran: string[] = [];
    let looked = 0;
    const setup: HostSetup & { readonly whyNot: undefined } = {
      whyNot: undefined,
      look: async () => ({
        parts: [PART],
        steps: looks[looked++] ?? looks.at(-1) ?? [],
        ...(tryRoot !== undefined && { tryRoot }),
      }),
      async run(command, { tell }) {
        ran.push(command);
        await tell({ from: 'stderr', data: Buffer.from(`\x1b[2Jof ${command}\n`) });
        return codes[command] ?? 0;
      },
      close: () => void ran.push('closed'),
    };
    const app = {
      clock: systemClock,
      config: () => ({
        endpoints: new Map(words.map((name) => [name, { name, values: {} }])),
        file: { entries: new Map() },
      }),
      async setUpHost(name: string) {
        if (name === 'db1') return setup;
        throw new FleetError('host.unreachable', 'no route to it', { fix: 'look at its cable' });
      },
    } as unknown as App;
    const stdout = new PassThrough();
    const context = commandContext({ app, stdout, format: words.length > 1 ? 'json' : 'table' });
    const global = { ...context.global, yes: true };
    const failure = await nodeSetupCommand
      .run({ ...context, global, ...given.context }, { words, values: { apply: true }, repeated: {} })
      .catch((error: unknown) => error);
    return { failure: failure as FleetError, ran, said: context.said, printed: () => String(stdout.read()) };
  }

  it('F-226 is the last one, and what was done before it is named', async () => {
    const { failure, ran, said } = await applied({ two: 3 });
    expect(ran).toEqual(['one', 'two', 'closed']);
    expect(failure).toMatchObject({
      code: 'op.failed',
      message: 'db1: two: exit code 3: of two; done before it: one',
      fix: 'drover node setup db1 shows what is there now',
    });
    expect(said).toContain('  of two');
  });

  it('keeps all from being run where the login can not become root', async () => {
    const { failure, ran } = await applied({ 'sudo -n true': 127 }, { tryRoot: 'sudo -n true' });
    expect(ran).toEqual(['sudo -n true', 'closed']);
    expect(failure).toMatchObject({
      code: 'auth.forbidden',
      message: 'db1: these need root, and sudo -n true ended with exit code 127: of sudo -n true; nothing was run',
      fix: expect.stringContaining('by hand'),
    });
  });

  it('is not run again where it has not done what it should', async () => {
    const { failure, ran, said } = await applied({});
    expect([failure, ran]).toEqual([1, ['one', 'two', 'three', 'closed', 'closed']]);
    expect(said.slice(-4)).toEqual([
      'db1: this was run, and is still to be done:',
      ...['one', 'two', 'three'].map((one) => `  ${one}    # does it`),
    ]);
  });

  it('F-226 does not keep the others away where only some VMs need it, and one with a remark has not failed', async () => {
    const optional = [step('one', { isOptional: true }), step('two', { alsoDone: [106] })];
    const { failure, ran, said } = await applied({ one: 100, two: 106 }, { looks: [optional, []] });
    expect([failure, ran]).toEqual([0, ['one', 'two', 'closed', 'closed']]);
    expect(said).toContain('db1: one: exit code 100: of one; the others go on');
    expect(said).toContain('  exit code 106: done, with something to look at');
  });

  it('F-226 is named with what earlier rounds have done, and so is what was not agreed to', async () => {
    const looks = [[step('one')], [step('two')]];
    const failed = await applied({ two: 1 }, { looks });
    expect(failed.failure.message).toBe('db1: two: exit code 1: of two; done before it: one');
    const root = await applied({ 'sudo -n true': 0 }, { looks, tryRoot: 'sudo -n true' });
    expect(root.ran.slice(0, 5)).toEqual(['sudo -n true', 'one', 'closed', 'sudo -n true', 'two']);
    const answers = ['y', 'n'];
    const { global } = commandContext({});
    const context = { global, interactive: true, ask: async () => answers.shift() };
    const refused = await applied({}, { looks, context });
    expect([refused.failure, refused.said.at(-1)]).toEqual([130, 'no more was done on db1; done before it: one']);
  });

  it('is given up where every look finds something new', async () => {
    const looks = Array.from({ length: 9 }, (_, i) => [step(`step ${i}`)]);
    const { failure, said } = await applied({}, { looks });
    expect([failure, said.slice(-2)]).toEqual([
      1,
      ['db1: this is still to be done after 5 rounds:', '  step 5    # does it'],
    ]);
  });

  it('F-226 of one host does not keep the others away', async () => {
    const { failure, said, printed } = await applied({}, { looks: [[]], words: ['db0', 'db1'] });
    expect([failure, said]).toEqual([4, ['db0: no route to it', '  look at its cable']]);
    expect(printed()).toContain('"endpoint": "db1"');
  });
});
