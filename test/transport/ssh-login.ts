/** An SSH agent and a login, as tests want them; no OpenSSH is needed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import type { Ask } from '../../src/platforms/contract.ts';
import { type Answers, type Credentials, createLogin, type Login } from '../../src/platforms/transport/ssh/auth.ts';
import { publicIn } from '../../src/platforms/transport/ssh/key-formats.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { sshKey } from '../ssh-key.ts';

export interface KeyOnDisk {
  readonly path: string;
  readonly blob: Buffer;
  readonly key: ParsedKey;
}

export interface LoginBench {
  readonly dir: string;
  readonly clock: TestClock;
  /** A new Ed25519 key in a file of that name, with its public half beside it. */
  key(name: string, passphrase?: string): Promise<KeyOnDisk>;
  file(name: string, text: string): Promise<string>;
  /** The socket of an agent that holds these. */
  agent(...keys: readonly ParsedKey[]): Promise<string>;
  /** The socket of something that never answers. */
  silence(): Promise<string>;
  login(credentials: Partial<Credentials>, ask?: Ask, answers?: Answers): Login;
  close(): Promise<void>;
}

export async function createLoginBench(): Promise<LoginBench> {
  const dir = await mkdtemp(join(tmpdir(), 'drover-login-'));
  const clock = createTestClock();
  const closers: (() => void)[] = [];

  async function listen(answer: (socket: Socket) => void): Promise<string> {
    const path = join(dir, `agent-${closers.length}`);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      closers.push(() => socket.destroy());
      answer(socket);
    });
    closers.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };

  return {
    dir,
    clock,
    file,
    async key(name, passphrase) {
      const pair = sshKey(passphrase === undefined ? undefined : { passphrase, cipher: 'aes256-ctr', rounds: 1 });
      const path = await file(name, pair.private);
      await file(`${name}.pub`, pair.public);
      const key = ssh2.utils.parseKey(pair.private, passphrase);
      if (key instanceof Error) throw key;
      return { path, blob: publicIn(pair.public) as Buffer, key };
    },
    agent: (...keys) =>
      listen((socket) => {
        const protocol = new ssh2.AgentProtocol(false);
        protocol.on('identities', (request) => protocol.getIdentitiesReply(request, [...keys]));
        protocol.on('sign', (request, wanted, data) => {
          const key = keys.find((one) => one.getPublicSSH().equals(wanted.getPublicSSH()));
          if (key) protocol.signReply(request, key.sign(data));
          else protocol.failureReply(request);
        });
        socket.pipe(protocol).pipe(socket);
      }),
    silence: () => listen(() => {}),
    login: (credentials, ask = {}, answers = new Map()) =>
      createLogin(
        ssh2,
        {
          host: 'db1:22',
          user: 'root',
          password: undefined,
          keyFile: undefined,
          identityFiles: undefined,
          usualFiles: [],
          certificateFiles: [],
          identitiesOnly: false,
          agentSocket: undefined,
          methods: { publickey: true, password: true, 'keyboard-interactive': true },
          ...credentials,
        },
        answers,
        { ask, patience: { clock, signal: new AbortController().signal }, aside: (work) => work() },
      ),
    async close() {
      for (const close of closers) close();
      await rm(dir, { recursive: true });
    },
  };
}

export const ALL: readonly AuthenticationType[] = ['publickey', 'password', 'keyboard-interactive'];

/** What a login tries at a host that refuses all of it. */
export async function attemptsOf(login: Login, accepts = ALL): Promise<readonly AnyAuthMethod[]> {
  const tried: AnyAuthMethod[] = [];
  let method = await login.next(null);
  while (method !== false) {
    tried.push(method);
    method = await login.next(accepts);
  }
  return tried;
}

/** The raw public key that a method shows; undefined for a password. */
export function shownBy(method: AnyAuthMethod): Buffer | undefined {
  if (method.type === 'publickey') return (method.key as ParsedKey).getPublicSSH();
  if (method.type !== 'agent' || typeof method.agent === 'string') return undefined;
  let shown: Buffer | undefined;
  method.agent.getIdentities((_error, keys) => {
    const [key] = keys ?? [];
    if (key && typeof key === 'object' && 'getPublicSSH' in key) shown = (key as ParsedKey).getPublicSSH();
  });
  return shown;
}

/** What the agent of a method signs; rejects with its error. */
export function signed(method: AnyAuthMethod, data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (method.type !== 'agent' || typeof method.agent === 'string') return reject(new Error(`a ${method.type}`));
    const { agent } = method;
    agent.getIdentities((_error, keys) => {
      const key = keys?.[0] as ParsedKey;
      agent.sign(key, data, {}, (error, signature) => (signature ? resolve(signature) : reject(error)));
    });
  });
}
