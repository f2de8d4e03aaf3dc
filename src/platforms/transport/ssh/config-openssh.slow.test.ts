import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { settingsOfOpenSsh } from './config-openssh.ts';
import type { SshGiven } from './settings.ts';

let folder = '';
let home = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  home = join(folder, 'me');
  await mkdir(join(home, '.ssh'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'asked'), '');
});
afterEach(() => rm(folder, { recursive: true }));

/** An ssh that says `stdout`, and `stderr` behind the names of the files that it read. */
async function ssh(stdout: string, { stderr = '', code = 0, read = true, mode = 0o700 } = {}): Promise<string> {
  const openssh = join(folder, 'bin', 'ssh');
  const name = join(home, '.ssh', 'config');
  const debug = read ? `debug1: Reading configuration data ${name}\n${stderr}` : stderr;
  const script = [
    '#!/bin/sh',
    `printf '%s\\n' "$*" >> '${folder}/bin/asked'`,
    `cat >&2 <<'END'\n${debug}\nEND`,
    `cat <<'END'\n${stdout}\nEND`,
    `exit ${code}`,
  ];
  await writeFile(openssh, `${script.join('\n')}\n`, { mode });
  return openssh;
}
const asked = async (): Promise<readonly string[]> =>
  (await readFile(join(folder, 'bin', 'asked'), 'utf8')).split('\n').slice(0, -1);

/** Later than all files that were written: what just changed is not kept. */
const LATER_MS = 60_000;
function ask(openssh: string, given: Partial<SshGiven> = {}, laterMs = LATER_MS) {
  const source = {
    home,
    localUser: 'me',
    localHost: 'desk',
    userId: 0,
    userFile: join(home, '.ssh', 'config'),
    systemFile: join(folder, 'bin', 'none'),
    openssh,
    environment: {},
  };
  const patience = { clock: createTestClock(Date.now() + laterMs), signal: new AbortController().signal };
  return settingsOfOpenSsh({ host: 'db1', ...given }, source, patience);
}

describe('the answer of ssh -G', () => {
  it('is to what the endpoint says', async () => {
    const openssh = await ssh('hostname real\nuser root\nidentityfile /a\nidentityfile /b c\n\nnonsense');
    expect(await ask(openssh, { port: 7, user: 'root' })).toEqual(
      new Map([
        ['hostname', ['real']],
        ['user', ['root']],
        ['identityfile', ['/a', '/b c']],
      ]),
    );
    await ask(openssh);
    expect(await asked()).toEqual(['-vvv -G -p 7 -l root -- db1', '-vvv -G -- db1']);
  });

  const USUAL = ['id_rsa', 'id_ecdsa', 'id_ed25519', 'id_xmss'].map((name) => `identityfile ~/.ssh/${name}`);
  it.each([
    ['all of the usual ones', USUAL, undefined],
    ['three of them', USUAL.slice(1), 3],
    ['one that is not usual', [...USUAL, 'identityfile ~/.ssh/mine'], 5],
  ])('names identity files: %s', async (_what, lines, count) => {
    const settings = await ask(await ssh(lines.join('\n')));
    expect(settings?.get('identityfile')?.length).toBe(count);
  });

  it.each([
    ['as they were written', `~/a b /c`, ''],
    ['expanded', `/home/me/a b /c`, `debug3: expanded UserKnownHostsFile '~/a b' -> '/home/me/a b'`],
  ])('has lists whose quotes are gone: %s', async (_what, printed, stderr) => {
    await writeFile(join(home, '.ssh', 'config'), 'User x\nUserKnownHostsFile "~/a b" /c\n');
    const settings = await ask(await ssh(`userknownhostsfile ${printed}`, { stderr }));
    expect(settings?.get('userknownhostsfile')).toEqual(['~/a b', '/c']);
  });

  it('has lists that no file explains, which are taken by their blanks', async () => {
    await writeFile(join(home, '.ssh', 'config'), 'GlobalKnownHostsFile /x\nUserKnownHostsFile "/x\n');
    const settings = await ask(await ssh('userknownhostsfile /a /b\nglobalknownhostsfile /c\nproxycommand a b'));
    expect(settings?.get('userknownhostsfile')).toEqual(['/a', '/b']);
    expect(settings?.get('globalknownhostsfile')).toEqual(['/c']);
    expect(settings?.get('proxycommand')).toEqual(['a b']);
  });

  it.each([
    ['nothing else decides', 'canonicalizehostname false', '', 1],
    ['nothing else decides', 'canonicalizehostname no\ncanonicalizePermittedcnames none', '', 1],
    ['names are looked up', 'canonicalizehostname true', '', 2],
    ['names may be followed', 'canonicalizePermittedcnames *:*', '', 2],
    ['a command decides', '', "debug1: Executing command: 'x'", 2],
    ['a network decides', '', 'debug3: matched localnetwork 10.0.0.0/8', 2],
  ])('is kept when %s: %j %j', async (_what, stdout, stderr, times) => {
    const openssh = await ssh(`hostname real\n${stdout}`, { stderr });
    await ask(openssh);
    await ask(openssh);
    expect(await asked()).toHaveLength(times);
  });

  it('is not kept when a file changed just before', async () => {
    const openssh = await ssh('hostname real');
    await writeFile(join(home, '.ssh', 'config'), '');
    await ask(openssh, {}, 0);
    await ask(openssh, {}, 0);
    expect(await asked()).toHaveLength(2);
  });

  it.each([
    ['a file that it read', 'debug1: Reading configuration data HOME/more\r', 'more'],
    [
      'a file in a folder that it looked through',
      'debug2: HOME/.ssh/config line 1: include ~/.ssh/d/* matched no files',
      '.ssh/d/x',
    ],
    ['a file whose name is not ASCII', 'debug1: Reading configuration data HOME/\\303\\274\\\\x', 'ü\\x'],
  ])('is given up when there is another one of %s', async (_what, stderr, name) => {
    await mkdir(join(home, '.ssh', 'd'));
    await mkdir(join(folder, 'more'));
    // Where the folder itself is not looked at.
    const at = (path: string) => (path.startsWith('.ssh') ? join(home, path) : join(folder, 'more', path));
    await writeFile(at(name === '.ssh/d/x' ? '.ssh/d/before' : name), '1');
    const openssh = await ssh('hostname real', {
      stderr: stderr.replace('HOME/', name.startsWith('.ssh') ? `${home}/` : `${folder}/more/`),
    });
    await ask(openssh);
    // An Include may find a file in any folder above, also in that of all temporary ones, where others are at work.
    const before = (await asked()).length;
    await writeFile(at(name), '22');
    await ask(openssh);
    expect(await asked()).toHaveLength(before + 1);
  });
});

describe('an ssh that gives no answer', () => {
  it('has refused, in its last words', async () => {
    const stderr = 'debug2: x\nPseudo-terminal will not be allocated\none\r\ntwo\nthree\nfour';
    await expect(ask(await ssh('', { code: 255, stderr }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'ssh refuses db1: two; three; four',
      fix: 'try `ssh -G db1`',
    });
    await expect(ask(await ssh('', { code: 1 }))).rejects.toThrow('ssh refuses db1: without a reason');
    await expect(ask(await ssh('', { code: 1, stderr: 'unknown option -- Z' }))).rejects.toThrow('unknown option');
  });

  it.each(['unknown option -- G', 'Illegal option -G', 'usage: ssh [-1246]'])('knows no -G: %s', async (stderr) => {
    expect(await ask(await ssh('', { code: 1, stderr, read: false }))).toBeUndefined();
  });

  it('can not be run', async () => {
    await expect(ask(await ssh('', { mode: 0o600 }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/^can't run ssh: .*EACCES/),
    });
  });

  it('has ten seconds, and is ended then with all that it has started', async () => {
    const openssh = join(folder, 'bin', 'ssh');
    await writeFile(openssh, `#!/bin/sh\nsh -c 'echo $$ > ${folder}/pid; exec sleep 60'\n`, { mode: 0o700 });
    const clock = createTestClock();
    const source = { home, userFile: join(home, 'c'), systemFile: join(home, 's'), openssh, environment: {} };
    const user = { localUser: 'me', localHost: 'desk', userId: 0 };
    const patience = { clock, signal: new AbortController().signal };
    let ended = false;
    const answer = settingsOfOpenSsh({ host: 'db1' }, { ...source, ...user }, patience).finally(() => {
      ended = true;
    });
    const refused = expect(answer).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'ssh -G db1 has not ended within 10 s',
      fix: expect.stringContaining('Match exec'),
      retry: true,
    });
    const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));
    await expect.poll(pid, { timeout: 15_000 }).toBeGreaterThan(0);
    const started = await pid();
    await clock.pass(9_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
    await expect.poll(() => isThere(started), { timeout: 15_000 }).toBe(false);
  });
});

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
