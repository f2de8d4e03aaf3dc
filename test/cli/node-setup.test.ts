import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeSetupCommand } from '../../src/cli/node-setup/node-setup-command.ts';
import { systemClock } from '../../src/clock.ts';
import type { App } from '../../src/compose.ts';
import type { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
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
    ] as const) {
      const { stderr } = await desk.run('node', 'setup', ...words);
      expect(stderr).toContain(why);
    }
  });
});

describe('a command that fails on the host', () => {
  const db1 = endpointName('db1');
  const step = (command: string): HostStep => ({ does: 'does it', command, limitMs: 60_000 });

  /** What is run ends as the codes say; `tryRoot` is a step like the others. */
  async function applied(codes: Readonly<Record<string, number>>, tryRoot?: string) {
    const ran: string[] = [];
    const steps = ['one', 'two', 'three'].map(step);
    const setup: HostSetup & { readonly whyNot: undefined } = {
      whyNot: undefined,
      look: async () => ({ parts: [], steps, ...(tryRoot !== undefined && { tryRoot }) }),
      async run(command, { tell }) {
        ran.push(command);
        await tell({ from: 'stderr', data: Buffer.from(`\x1b[2Jof ${command}\n`) });
        return codes[command] ?? 0;
      },
      close: () => void ran.push('closed'),
    };
    const app = {
      clock: systemClock,
      config: () => ({ endpoints: new Map([[db1, { name: db1, values: {} }]]), file: { entries: new Map() } }),
      setUpHost: async () => setup,
    } as unknown as App;
    const context = commandContext({ app });
    const global = { ...context.global, yes: true };
    const failure = await nodeSetupCommand
      .run({ ...context, global }, { words: ['db1'], values: { apply: true }, repeated: {} })
      .catch((error: unknown) => error);
    return { failure: failure as FleetError, ran, said: context.said };
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

  it('keeps all from being run where it is sudo that asks for a password', async () => {
    const { failure, ran } = await applied({ 'sudo -n true': 1 }, 'sudo -n true');
    expect(ran).toEqual(['sudo -n true', 'closed']);
    expect(failure).toMatchObject({ code: 'auth.forbidden', fix: expect.stringContaining('by hand') });
  });

  it('is not run again where it has not done what it should', async () => {
    const { failure, ran } = await applied({});
    expect([failure, ran]).toEqual([1, ['one', 'two', 'three', 'closed', 'closed']]);
  });
});
