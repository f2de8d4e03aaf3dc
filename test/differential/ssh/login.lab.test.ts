/** Logins to OpenSSH's own sshd with keys that OpenSSH made, as users have them. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Ask } from '../../../src/platforms/contract.ts';
import { outputOf } from '../../../src/platforms/transport/output.ts';
import type { SshConfigSource } from '../../../src/platforms/transport/ssh/settings.ts';
import { openSshHost } from '../../../src/platforms/transport/ssh/ssh.ts';
import type { SshTarget } from '../../../src/platforms/transport/ssh/target.ts';
import { ownHome, requireTools } from './own-home.ts';
import { makeKey, type RealAgent, type RealSshd, run, startAgent, startSshd } from './real-sshd.ts';

const { signal } = new AbortController();
let base = '';
let dir = '';
let count = 0;
let sshd: RealSshd;
let agent: RealAgent;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'drover-sshd-'));
  await requireTools(base);
  sshd = await startSshd(join(base, 'sshd'), ['MaxAuthTries 3']);
});
afterAll(async () => {
  await sshd.close();
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(async () => {
  dir = join(base, String(count++));
  await mkdir(join(dir, '.ssh'), { recursive: true, mode: 0o700 });
  await writeFile(join(dir, '.ssh', 'known_hosts'), sshd.knownHost);
  agent = await startAgent(dir);
});
afterEach(() => agent.close());

const source = (config: string): Promise<SshConfigSource> => ownHome(dir, { config }, { SSH_AUTH_SOCK: agent.socket });

/** Logs in with this ~/.ssh/config, and runs a command there. */
async function login(config: string, more: Partial<SshTarget> = {}, ask: Ask = {}): Promise<string> {
  const target = { endpoint: 'db1', host: '127.0.0.1', port: sshd.port, user: sshd.user, ...more };
  const host = await openSshHost(target, { clock: systemClock, signal, ask, source: await source(config) });
  try {
    return await outputOf(await host.pipe('echo in', signal), signal);
  } finally {
    host.close();
  }
}

/** Answers each question with `answer`, and keeps them. */
function asked(answer: string | undefined): { ask: Ask; questions: string[] } {
  const questions: string[] = [];
  return {
    questions,
    ask: {
      secret: async (question) => {
        questions.push(question);
        return answer;
      },
    },
  };
}

/** An agent that is full of keys which the host does not take. */
async function fillAgent(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    await makeKey(join(dir, `other${i}`));
    await agent.add(join(dir, `other${i}`));
  }
}

describe('a key that only the agent has', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'])('logs in by the stub that is named, also in a full agent: %s', async (type) => {
    await fillAgent();
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key, '', ['-t', type]));
    await agent.add(key);
    await rm(key);
    expect(await login(`IdentityFile ${key}.pub`)).toBe('in\n');
    // The name without .pub, whose private half is gone.
    expect(await login(`IdentityFile ${key}`)).toBe('in\n');
    expect(await login('', { keyFile: `${key}.pub` })).toBe('in\n');
  });

  it('is not asked for its passphrase, when its encrypted file is named', async () => {
    await fillAgent();
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key));
    await agent.add(key);
    await run('ssh-keygen', ['-q', '-p', '-f', key, '-N', 'secret', '-P', '']);
    await rm(`${key}.pub`);
    const { ask, questions } = asked('secret');
    expect(await login(`IdentityFile ${key}`, {}, ask)).toBe('in\n');
    expect(await login('', { keyFile: key }, ask)).toBe('in\n');
    expect(questions).toEqual([]);
  });

  it('that the agent does not have is said', async () => {
    const key = join(dir, 'mine');
    await makeKey(key);
    await expect(login('', { keyFile: `${key}.pub` })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('the SSH agent does not hold its private half'),
    });
  });
});

it('offers a named file before all that a full agent holds', async () => {
  await fillAgent();
  const key = join(dir, 'mine');
  await sshd.letIn(await makeKey(key));
  expect(await login(`IdentityFile ${key}`)).toBe('in\n');
});

it('asks for a passphrase only when the host takes its key', async () => {
  const [wanted, other] = [join(dir, 'wanted'), join(dir, 'other')];
  await makeKey(other, 'another');
  await sshd.letIn(await makeKey(wanted, 'secret'));
  const { ask, questions } = asked('secret');
  expect(await login(`IdentityFile ${other}\nIdentityFile ${wanted}`, {}, ask)).toBe('in\n');
  expect(questions).toEqual([`Passphrase for ${wanted}`]);
});

it('decrypts a key with many rounds beside the screen, not before it', async () => {
  const key = join(dir, 'slow');
  await sshd.letIn(await makeKey(key, 'secret', ['-t', 'ed25519', '-a', '100']));
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  const { ask } = asked('secret');
  expect(await login(`IdentityFile ${key}`, {}, ask)).toBe('in\n');
  clearInterval(timer);
  // The main thread had its turns while 100 rounds took more than a second.
  expect(turns).toBeGreaterThan(40);
});

it('goes by the jumps that the configuration names, with tokens and as a URI', async () => {
  const key = join(dir, 'mine');
  await sshd.letIn(await makeKey(key));
  await writeFile(join(dir, '.ssh', 'known_hosts'), sshd.knownHost + sshd.knownHost.replace('127.0.0.1', 'localhost'));
  for (const jump of [`%r@localhost:${sshd.port}`, `ssh://${sshd.user}@localhost:${sshd.port}/`]) {
    const config = `Host 127.0.0.1\n ProxyJump ${jump}\nHost *\n IdentityFile ${key}`;
    expect(await login(config)).toBe('in\n');
    const { openssh } = await ownHome(dir, { config }, { SSH_AUTH_SOCK: agent.socket });
    const argv = ['-o', 'BatchMode=yes', '-p', String(sshd.port), '-l', sshd.user, '127.0.0.1', 'echo by ssh'];
    // ssh finds its hop by the name that it was started with: the wrapper that gives it its home.
    expect((await run(openssh, argv)).stdout).toBe('by ssh\n');
  }
});

it("goes by a ProxyCommand, with the signs of a shell that are the command's own", async () => {
  const key = join(dir, 'mine');
  await sshd.letIn(await makeKey(key));
  const relay = `${process.execPath} -e 'const s=require("net").connect(+process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)' %h "%p"`;
  expect(await login(`IdentityFile ${key}\nProxyCommand ${relay}`)).toBe('in\n');
});

it('names the ssh that checks certificates, when only an authority is known for the host', async () => {
  const key = join(dir, 'mine');
  await sshd.letIn(await makeKey(key));
  const authority = await makeKey(join(dir, 'authority'));
  await writeFile(join(dir, '.ssh', 'known_hosts'), `@cert-authority * ${authority}`);
  await expect(login(`IdentityFile ${key}`)).rejects.toMatchObject({
    code: 'trust.unknown-host',
    message: expect.stringContaining('known_hosts, line 1'),
    fix: expect.stringContaining('ssh: system'),
  });
});

it('names the ssh that has certificates of users, when a login without one is refused', async () => {
  const [key, authority] = [join(dir, 'mine'), join(dir, 'authority')];
  await makeKey(key);
  await sshd.letIn(`cert-authority ${await makeKey(authority)}`);
  await run('ssh-keygen', ['-q', '-s', authority, '-I', 'me', '-n', sshd.user, `${key}.pub`]);
  const config = `IdentityFile ${key}`;
  const { openssh } = await ownHome(dir, { config }, { SSH_AUTH_SOCK: agent.socket });
  const argv = ['-o', 'BatchMode=yes', '-p', String(sshd.port), '-l', sshd.user, '127.0.0.1', 'echo by ssh'];
  expect((await run(openssh, argv)).stdout).toBe('by ssh\n');
  await expect(login(config)).rejects.toMatchObject({
    code: 'auth.rejected',
    message: expect.stringContaining(`${key}-cert.pub is a certificate`),
    fix: expect.stringContaining('ssh: system'),
  });
});

describe('a key in PKCS#8', () => {
  it.each([
    ['rsa', ['-t', 'rsa', '-m', 'PKCS8']],
    ['ecdsa', ['-t', 'ecdsa', '-m', 'PKCS8']],
  ])('is used: %s', async (_type, how) => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key, '', how));
    expect(await readFile(key, 'utf8')).toContain('BEGIN PRIVATE KEY');
    expect(await login(`IdentityFile ${key}`)).toBe('in\n');
  });

  it('is used when openssl made it for Ed25519', async () => {
    const key = join(dir, 'mine');
    await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
    const { createPublicKey } = await import('node:crypto');
    const { x = '' } = createPublicKey(await readFile(key)).export({ format: 'jwk' });
    const blob = Buffer.concat([
      Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
      Buffer.from(x, 'base64url'),
    ]);
    await sshd.letIn(`ssh-ed25519 ${blob.toString('base64')}`);
    expect(await login(`IdentityFile ${key}`)).toBe('in\n');
  });

  it('is decrypted by its passphrase, which the host never gets', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key, 'secret', ['-t', 'rsa', '-m', 'PKCS8']));
    expect(await readFile(key, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    const { ask, questions } = asked('secret');
    expect(await login(`IdentityFile ${key}`, {}, ask)).toBe('in\n');
    expect(questions).toEqual([`Passphrase for ${key}`]);
  });
});

describe('a key that the built-in SSH can not use', () => {
  const chacha = ['-t', 'ed25519', '-Z', 'chacha20-poly1305@openssh.com'];

  it('is named with a way out, and nothing is asked that a passphrase could be typed into', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key, 'secret', chacha));
    const { ask, questions } = asked('secret');
    const refused = {
      message: expect.stringContaining('encrypted with chacha20'),
      fix: expect.stringContaining('ssh: system'),
    };
    await expect(login(`IdentityFile ${key}`, {}, ask)).rejects.toMatchObject(refused);
    await expect(login('', { keyFile: key }, ask)).rejects.toMatchObject(refused);
    expect(questions).toEqual([]);
  });

  it('is used all the same when the agent holds it', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key));
    await agent.add(key);
    await run('ssh-keygen', ['-q', '-p', '-f', key, '-N', 'secret', '-P', '', ...chacha.slice(2)]);
    expect(await login('', { keyFile: key })).toBe('in\n');
  });

  it('does not ask for a password after a wrong passphrase', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key, 'secret'));
    const { ask, questions } = asked('wrong');
    await expect(login(`IdentityFile ${key}`, {}, ask)).rejects.toMatchObject({ code: 'auth.needs-secret' });
    expect(questions).toEqual([`Passphrase for ${key}`]);
  });
});

describe('an accepted host key', () => {
  it('is written where ssh looks for it, also with tokens and quotes in the path', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key));
    await rename(join(dir, '.ssh', 'known_hosts'), join(dir, '.ssh', 'not known'));
    const config = `IdentityFile ${key}\nUserKnownHostsFile "%d/.ssh/known of %h" ~/second`;
    expect(await login(config, {}, { trust: async () => true })).toBe('in\n');
    expect(await readFile(join(dir, '.ssh', 'known of 127.0.0.1'), 'utf8')).toMatch(/ ssh-ed25519 AAAA/);
    const { openssh } = await ownHome(dir, { config }, { SSH_AUTH_SOCK: agent.socket });
    const strict = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-p', String(sshd.port), '-l', sshd.user];
    expect((await run(openssh, [...strict, '127.0.0.1', 'echo as well'])).stdout).toBe('as well\n');
  });

  it('without its port counts for each port, as for ssh', async () => {
    const key = join(dir, 'mine');
    await sshd.letIn(await makeKey(key));
    await writeFile(join(dir, '.ssh', 'known_hosts'), sshd.knownHost.replace(/^\[(.*)\]:\d+/, '$1'));
    expect(await login(`IdentityFile ${key}`)).toBe('in\n');
  });
});
