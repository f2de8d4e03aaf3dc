import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPty, UNTOUCHED } from '../terminal/open-pty.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const DROVER = fileURLToPath(new URL('../../bin/drover', import.meta.url));

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 3 } }));
});
afterEach(() => desk.clear());

interface Finding {
  readonly about: string;
  readonly state: string;
  readonly detail: string;
  readonly fix: string | null;
}

/** What is not ok. */
const troubles = (stdout: string) => stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'));

describe('drover doctor', () => {
  it('says what it looked at and ends with 0 when nothing is wrong', async () => {
    const { code, stdout, stderr } = await desk.run('doctor');
    expect([code, stderr, troubles(stdout)]).toEqual([0, '', []]);
    for (const about of ['program', 'terminal', 'configuration', 'SSH agent', 'host keys', 'audit log', 'clock']) {
      expect(stdout).toMatch(new RegExp(`^ok +${about}: `, 'm'));
    }
    expect(stdout).toMatch(/^ok +endpoint demo: \d checks passed$/m);
  });

  it('ends with 4 when an endpoint does not answer, and tests the others', async () => {
    await desk.write(
      simulated({ good: { vms: 3 }, bad: { vms: 3, password: 'wrong' }, off: { vms: 1, enabled: 'no' } }),
    );
    const { code, stdout } = await desk.run('doctor');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^FAILED +endpoint bad: .*/m);
    expect(stdout).toMatch(/^ok +endpoint good: \d checks passed$/m);
    expect(stdout).toMatch(/^ok +endpoint off: is switched off/m);
    expect(stdout).not.toContain('wrong');
  });

  it('says which secret is not there, by the name of its field', async () => {
    await desk.write(simulated({ demo: { vms: 3, password: 'env:NOT_THERE' } }));
    const { code, stdout } = await desk.run('doctor');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^FAILED +endpoint demo: Password: the environment variable NOT_THERE is not set$/m);
  });

  it('tests only the endpoints of -C', async () => {
    await desk.write(simulated({ good: { vms: 3 }, bad: { vms: 3, password: 'wrong' } }));
    expect((await desk.run('doctor', '-C', 'good')).code).toBe(0);
    expect((await desk.run('doctor', '-C', 'nonsense')).stderr).toContain('there is no endpoint "nonsense"');
  });

  it('gives file, line and column of everything that is wrong in the configuration', async () => {
    await desk.write(
      'endpoints:\n  a:\n    platform: fke\n  b:\n    platform: fake\nkeys:\n  vm.strat: s\ntheme: drak\n',
    );
    const { code, stdout } = await desk.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `FAILED   configuration: ${desk.config}:3:15: a: unknown platform "fke" (did you mean fake?)`,
    );
    expect(stdout).toContain(`FAILED   configuration: ${desk.config}:7:3: keys: there is no action "vm.strat"`);
    expect(stdout).toMatch(/warning +configuration: there is no theme "drak"\n +themes are .*dark/);
    expect(stdout).toMatch(/FAILED +endpoint a: is out of use/);
  });

  it('still looks at everything when the file is no YAML', async () => {
    await desk.write('endpoints: [\n');
    const { code, stdout } = await desk.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`FAILED +configuration: ${desk.config}:\\d+:\\d+: `));
    expect(stdout).toMatch(/^ok +clock: /m);
  });

  it('says how to begin when there is no configuration', async () => {
    const { code, stdout } = await desk.runWith({ env: { DROVER_CONFIG: join(desk.home, 'none.yaml') } }, 'doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning +configuration: .*none.yaml is not there yet\n +drover endpoint add NAME makes it/);
    const folder = await desk.runWith({ env: { DROVER_CONFIG: join(desk.config, 'in-a-file.yaml') } }, 'doctor');
    expect(folder.stdout).toMatch(/^(FAILED|warning) +configuration: .*in-a-file\.yaml/m);
  });

  it('fails where others can read a secret, and never shows it', async () => {
    await desk.write(simulated({ demo: { vms: 3, password: 'hunter2secret' } }));
    await chmod(desk.config, 0o664);
    const { code, stdout, stderr } = await desk.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `others may read ${desk.config}, and a secret stands in it\n         chmod 600 ${desk.config}`,
    );
    expect(stdout).toContain(`others may write ${desk.config}`);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('tells of an agent that is gone', async () => {
    const { code, stdout } = await desk.runWith({ env: { SSH_AUTH_SOCK: join(desk.home, 'gone') } }, 'doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning +SSH agent: nothing answers at .*gone\n +eval/);
  });

  it('counts the keys of the agent, and does not wait for one that is silent', async () => {
    let answer: Buffer | undefined = Buffer.from([0, 0, 0, 9, 12, 0, 0, 0, 2, 1, 2, 3, 4]);
    const socket = join(desk.home, 'agent');
    const agent = createServer((connection) => {
      connection.on('error', () => {});
      connection.once('data', () => answer && connection.write(answer));
    });
    await new Promise<void>((resolve) => agent.listen(socket, resolve));
    const look = async () => (await desk.runWith({ env: { SSH_AUTH_SOCK: socket } }, 'doctor')).stdout;
    expect(await look()).toMatch(/ok +SSH agent: holds 2 keys/);
    answer = undefined;
    expect(await look()).toMatch(/warning +SSH agent: nothing answers/);
    agent.close();
  });

  it('prints the same for programs', async () => {
    const { code, json } = await desk.run('doctor', '-o', 'json');
    const findings = json<Finding[]>();
    expect(code).toBe(0);
    expect(findings.map(({ about }) => about)).toContain('endpoint demo');
    for (const finding of findings) expect(Object.keys(finding)).toEqual(['about', 'state', 'detail', 'fix']);
  });

  it('asks the terminal what it can do and leaves it as it was', async () => {
    const shell = openPty({
      argv: [DROVER, 'doctor', '--config', desk.config],
      columns: 100,
      env: { HOME: desk.home, XDG_STATE_HOME: join(desk.home, 'state') },
    });
    const screen = await shell.until('endpoint demo');
    expect(screen).toContain('terminal: xterm-256color, 100x24');
    expect(screen).toMatch(/terminal: (paints|does not paint) frames as a whole/);
    expect((await shell.exit).code).toBe(0);
    expect(shell.modes()).toEqual(UNTOUCHED);
    shell.close();
  });
});

describe('drover itself', () => {
  it('says its version in all the ways that people ask for it', async () => {
    const said = await Promise.all([['--version'], ['-V'], ['version']].map((argv) => desk.run(...argv)));
    for (const { code, stdout } of said) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^drover \d+\.\d+\.\d+ \(Node \d+\./);
    }
  });

  it('helps with topics, nouns, commands, and with a word that is none of them', async () => {
    expect((await desk.run('help')).stdout).toContain('Topics, for drover help TOPIC:');
    expect((await desk.run('help', 'filter')).stdout).toContain('cpu>80 state:running');
    expect((await desk.run('help', 'vm')).stdout).toContain('vm start NAME…');
    expect((await desk.run('help', 'vm', 'stop')).stdout).toContain('--wait COUNT');
    expect((await desk.run('help', 'doctor')).stdout).toMatch(/^drover doctor\n/);
    expect((await desk.run('doctor', '--help')).stdout).toMatch(/^drover doctor\n/);
    const { code, stderr } = await desk.run('help', 'filtre');
    expect([code, stderr]).toEqual([
      2,
      'there is no help on "filtre" (did you mean filter?)\n  drover help lists what there is\n',
    ]);
  });

  it('calls an unknown flag wrong use also where there is no command', async () => {
    const { code, stderr } = await desk.run('--bogus');
    expect([code, stderr]).toEqual([2, 'unknown flag "--bogus"\n  add --help to see the flags\n']);
  });
});
