/**
 * ssh into a guest whose address its host alone reaches. In the guest's place answers the sshd of the host itself, at the host's
 * address in the network of its guests: nothing has to boot for that. `kvm-guest.lab.test.ts` does it with a Debian.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type Desk, openDesk, type Surroundings } from '../../cli/run-drover.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { host2, removeGuests, site, virsh } from './hosts.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const VM = 'sshable';
/** A folder of the host. */
const THERE = '/tmp/drover-sshable';
/** ssh takes the home of the password database, and not $HOME. */
const KNOWN_HOSTS = join(userInfo().homedir, '.ssh', 'known_hosts');
const LOGIN = ['-C', host.name, '--identity', site.files.key] as const;

let desk: Desk;
let folder: string;
let alias: string;

const forget = (): Promise<unknown> => run(['ssh-keygen', '-R', alias]).catch(() => undefined);

/** The program as it is for a shell, in a pipe. */
const piped = (input: string, ...args: readonly string[]) =>
  desk.runBuilt({ input, env: { DROVER_CONFIG: site.files.config } }, 'vm', ...args);
const ssh = (input: string, ...more: readonly string[]) => piped(input, 'ssh', VM, ...LOGIN, ...more);
const inside = async (command: string): Promise<string> => (await ssh('', '--', command)).stdout.trim();
/** The command line in this process, which can be interrupted at a certain moment. */
const copy = (surroundings: Surroundings, ...words: readonly string[]) =>
  desk.runWith({ ...surroundings, env: { DROVER_CONFIG: site.files.config } }, 'vm', 'cp', ...LOGIN, ...words);

closeTerminals();
beforeAll(async () => {
  desk = await openDesk();
  folder = await mkdtemp(join(tmpdir(), 'drover-cp-'));
  await makeFreshGuests(host, VM);
  const info = `<info><ip>192.168.12${host.number}.1</ip></info>`;
  await virsh(host, 'metadata', VM, 'kvirt', '--key', 'kvirt', '--set', info, '--config');
  await virsh(host, 'start', VM);
  alias = `drover-${(await virsh(host, 'domuuid', VM)).trim()}`;
  await forget();
  await inHost(host, 'rm', '-rf', THERE);
  await inHost(host, 'mkdir', THERE);
});
afterAll(async () => {
  await inHost(host, 'rm', '-rf', THERE);
  await removeGuests(host, VM);
  await forget();
  await desk.clear();
  await rm(folder, { recursive: true, force: true });
});

describe('ssh into a guest', () => {
  it('refuses a key that is not known where there is no user to ask', async () => {
    const refused = await ssh('', '--', 'true');
    expect([refused.code, refused.stderr]).toEqual([255, expect.stringContaining('Host key verification failed')]);
    const copied = await copy({}, `${VM}:/etc/hostname`, folder);
    expect([copied.code, copied.stderr]).toEqual([4, expect.stringContaining('is not known yet')]);
  });

  it('F-331 F-465 logs in through its node, with a command and a pipe, and ends with its exit code', async () => {
    const ran = await ssh('from a pipe\n', '--accept-new', '--', 'cat; id -un; hostname; tty >&2; exit 7');
    expect([ran.code, ran.stdout]).toEqual([7, `from a pipe\nroot\n${host.name}\n`]);
    expect(ran.stderr).toContain('not a tty');
    // without a command what is piped in is for the shell there
    expect((await ssh('echo sum-$((40 + 2)); exit 3\n')).stdout).toMatch(/^sum-42$/m);
    expect((await ssh('exit 3\n')).code).toBe(3);
    expect((await ssh('')).code).toBe(0);
  });

  it('prints the command line that does the same in a shell', async () => {
    const { stdout } = await ssh('', '--print-command', '--', 'hostname');
    expect(await run(['sh', '-c', stdout])).toBe(`${host.name}\n`);
  });

  it('refuses a key that has changed, whatever is said', async () => {
    const known = await readFile(KNOWN_HOSTS, 'utf8');
    const lines = known.trimEnd().split('\n');
    const { stdout } = await run(['ssh-keygen', '-F', alias, '-f', KNOWN_HOSTS]).then((text) => ({ stdout: text }));
    const own = lines.filter((line) => stdout.includes(line));
    expect(own.length).toBeGreaterThan(0);
    const other = (await readFile(`${site.files.key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    await writeFile(KNOWN_HOSTS, known.replace(own.join('\n'), `${alias} ${other}`));
    try {
      const ran = await ssh('', '--accept-new', '--', 'true');
      expect([ran.code, ran.stderr]).toEqual([255, expect.stringContaining('IDENTIFICATION HAS CHANGED')]);
      const copied = await copy({}, '--accept-new', `${VM}:/etc/hostname`, folder);
      expect([copied.code, copied.stderr]).toEqual([4, expect.stringContaining('another key than the known one')]);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await writeFile(KNOWN_HOSTS, known);
    }
  });

  it('F-331 gives the terminal of the screen to ssh, and comes back to the row of the VM', async () => {
    const agent = spawn('ssh-agent', ['-D', '-a', join(folder, 'agent')], { stdio: 'ignore' });
    try {
      const env = { SSH_AUTH_SOCK: join(folder, 'agent') };
      await until('the agent', 10_000, () => existsSync(env.SSH_AUTH_SOCK));
      await run(['env', `SSH_AUTH_SOCK=${env.SSH_AUTH_SOCK}`, 'ssh-add', '-q', site.files.key]);
      const drover = await openFresh({ env });
      await untilConnected(drover);
      await drover.goTo(VM);
      drover.type('H');
      await drover.until(/root@host2:.*#/, 30_000);
      drover.type('echo sum-$((40 + 2)) on $(hostname)\r');
      await drover.until(`sum-42 on ${host.name}`, 30_000);
      drover.type('exit\r');
      await drover.until(`─ ${VM} ─`, 30_000);
      expect(drover.row(VM)).toMatch(/running/);
    } finally {
      agent.kill();
    }
  });
});

describe('files of a guest', () => {
  beforeAll(async () => {
    await ssh('', '--accept-new', '--', 'true');
  });

  it('F-331 go there and back as they are, with folders, and never over one that is there', async () => {
    const tree = join(folder, 'tree');
    await mkdir(join(tree, 'deep er'), { recursive: true });
    await writeFile(join(tree, 'run "me"'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(tree, 'deep er', 'empty'), '');
    await symlink('/etc/passwd', join(tree, 'link'));
    const sent = await copy({}, '-r', tree, `${VM}:${THERE}`);
    expect([sent.code, sent.stderr]).toEqual([0, expect.stringContaining('tree/link is no regular file')]);
    expect(await inside(`cd ${THERE}/tree && find . -type f -printf "%m %p\\n" | sort`)).toBe(
      '644 ./deep er/empty\n755 ./run "me"',
    );
    const back = join(folder, 'back');
    expect((await copy({}, '-r', `${VM}:${THERE}/tree`, back)).code).toBe(0);
    expect((await stat(join(back, 'run "me"'))).mode & 0o777).toBe(0o755);
    expect((await readdir(join(back, 'deep er'))).toString()).toBe('empty');

    const again = await copy({}, join(tree, 'run "me"'), `${VM}:${THERE}/tree/run "me"`);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
    expect((await copy({}, '--overwrite', join(tree, 'run "me"'), `${VM}:${THERE}/tree/run "me"`)).code).toBe(0);
    const none = await copy({}, `${VM}:/etc/none`, folder);
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('/etc/none is not there')]);
    expect((await readdir(folder)).filter((name) => name.includes('none'))).toEqual([]);
  });

  it('say how far they are, are named when they are cancelled on the way, and are gone on with', async () => {
    const content = randomBytes(60_000_000);
    const file = join(folder, 'large');
    await writeFile(file, content);
    /** A user who presses ctrl-c when the first piece has gone. */
    const interrupted = (...words: readonly string[]) => {
      const onStderr = (text: string, interrupt: () => void) => {
        if (/large: \d+ %/.test(text)) interrupt();
      };
      return copy({ answers: [], onStderr, clock: systemClock }, ...words);
    };
    const up = await interrupted(file, `${VM}:${THERE}/large`);
    expect([up.code, up.stderr]).toEqual([130, expect.stringContaining('large.part')]);
    expect(await inside(`cd ${THERE} && (test -e large || ls large.part)`)).toBe('large.part');
    expect((await copy({}, file, `${VM}:${THERE}/large`)).code).toBe(0);
    expect(await inside(`cd ${THERE} && ls large*; cksum < large`)).toBe(
      `large\n${await run(['sh', '-c', `cksum < ${file}`])}`.trim(),
    );

    const down = join(folder, 'received-large');
    const broken = await interrupted(`${VM}:${THERE}/large`, down);
    expect([broken.code, broken.stderr]).toEqual([130, expect.stringContaining('received-large.part')]);
    expect(existsSync(down)).toBe(false);
    expect((await copy({}, `${VM}:${THERE}/large`, down)).code).toBe(0);
    expect((await readFile(down)).equals(content)).toBe(true);
    expect(existsSync(`${down}.part`)).toBe(false);
  });
});
