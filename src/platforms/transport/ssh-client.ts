import { userInfo } from 'node:os';
import type { Duplex } from 'node:stream';
import type { AuthHandlerMiddleware, Client, ServerHostKeyAlgorithm } from 'ssh2';
import { FleetError, sentence } from '../../errors.ts';
import { connectError, noAnswer } from './connect-error.ts';
import { within } from './deadline.ts';
import { checkHostKey } from './host-key.ts';
import { type KnownHosts, readKnownHosts } from './known-hosts.ts';
import { openProxyCommand } from './proxy-command.ts';
import { hostPort, openTcp } from './socket.ts';
import type { SshOptions, SshTarget } from './ssh.ts';
import { type Answers, createLogin, type Login, usualIdentityFiles } from './ssh-auth.ts';
import { readSshConfig, type SshHostConfig, userSshConfig } from './ssh-config.ts';
import { loadSsh2 } from './ssh2.ts';

/** Where to go and by which way, with what ~/.ssh/config adds. */
export interface SshRoute {
  readonly target: SshTarget;
  readonly config: SshHostConfig;
  readonly home: string;
}

const HANDSHAKE_MS = 20_000;
/** For a host that is jumped over to reach the next one: as long as a connection of our own may take. */
const FORWARD_MS = 10_000;
const KEEPALIVE_MS = 5_000;
const DEEPEST_JUMP = 8;

/** One SSH connection with its host key checked and its login done. Nothing is left open when it rejects. */
export async function openSshClient(
  route: SshRoute,
  answers: Answers,
  options: SshOptions,
  depth = 0,
): Promise<Client> {
  const { target, config, home } = route;
  const host = config.hostName;
  const port = config.port ?? 22;
  const name = hostPort(host, port);
  const ssh2 = await loadSsh2();
  const knownFiles = target.knownHostsFile === undefined ? config.knownHostsFiles : [target.knownHostsFile];
  const known = await readKnownHosts([...knownFiles, '/etc/ssh/ssh_known_hosts']);
  const lookup = config.hostKeyAlias === undefined ? { host, port } : { host: config.hostKeyAlias, port: 22 };
  const sock = await openSocketTo(route, answers, options, depth);
  let login: Login | undefined;

  const handshake = within(
    HANDSHAKE_MS,
    options,
    () => noAnswer(name, HANDSHAKE_MS / 1000),
    ({ signal, whileAsking }) => {
      const asking = {
        ...options.ask,
        ...(options.ask.trust ? { trust: ask(options.ask.trust) } : {}),
        ...(options.ask.secret ? { secret: ask(options.ask.secret) } : {}),
      };
      function ask<A, R>(question: (about: A) => Promise<R>): (about: A) => Promise<R> {
        return (about) => whileAsking(() => question(about));
      }
      const attempt = createLogin(
        ssh2,
        {
          host,
          user: config.user ?? userInfo().username,
          password: target.password,
          keyFile: target.keyFile,
          identityFiles: config.identityFiles.length > 0 ? config.identityFiles : usualIdentityFiles(home),
          identitiesOnly: config.identitiesOnly,
          agentSocket:
            config.identityAgent === 'none' ? undefined : (config.identityAgent ?? process.env['SSH_AUTH_SOCK']),
        },
        answers,
        asking,
      );
      login = attempt;
      const client = new ssh2.Client();
      const { promise, resolve, reject } = Promise.withResolvers<Client>();
      const fail = (error: unknown) => {
        reject(error);
        client.destroy();
        sock.destroy();
      };
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      // Stays for the life of the client: an error after the login ends the link, which is told by `close`.
      client.on('error', (error) => {
        if (error.level === 'agent') return;
        fail(loginError(error, name, attempt));
      });
      client.once('close', () => fail(loginError(new Error('hung up during the login'), name, attempt)));
      client.once('ready', () => resolve(client));
      client.connect({
        sock,
        username: config.user ?? userInfo().username,
        readyTimeout: 0,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: 3,
        ...preferKnownTypes(known, lookup.host, lookup.port),
        hostVerifier(key: Buffer, verify: (ok: boolean) => void) {
          const check = {
            endpoint: target.endpoint,
            ...lookup,
            known,
            addTo: knownFiles[0] ?? `${home}/.ssh/known_hosts`,
            ask: asking,
          };
          checkHostKey(key, check).then(
            () => verify(true),
            (error: unknown) => {
              // First our own words, then the handshake may fail in ssh2's.
              fail(error);
              verify(false);
            },
          );
        },
        authHandler: ((accepts, _partial, next) => {
          attempt.next(accepts).then(
            // ssh2 takes false for "nothing left"; its types don't say so.
            (method) => next(method as Exclude<typeof method, false>),
            fail,
          );
        }) satisfies AuthHandlerMiddleware,
      });
      return promise;
    },
  );
  return handshake.catch((error: unknown) => {
    throw login?.passwordSent ? noAnswerToPassword(name, error) : error;
  });
}

/** A host that never answers a password may have counted it: it must not get it again and again by itself. */
function noAnswerToPassword(name: string, error: unknown): unknown {
  if (!(error instanceof FleetError) || error.code !== 'host.unreachable') return error;
  return new FleetError('auth.rejected', `${name} has not answered the login in time`, {
    fix: 'the password is not sent again by itself: look what keeps the host busy, then connect anew',
    cause: error,
  });
}

async function openSocketTo(
  { target, config }: SshRoute,
  answers: Answers,
  options: SshOptions,
  depth: number,
): Promise<Duplex> {
  const port = config.port ?? 22;
  if (config.proxyCommand !== undefined) return openProxyCommand(config.proxyCommand);
  const jump = config.proxyJump.at(-1);
  if (jump === undefined) return openTcp(config.hostName, port, options);
  if (depth >= DEEPEST_JUMP)
    throw new FleetError('config.invalid', `ProxyJump of ${target.host} goes round in circles`);
  // The last hop opens the way to the host; the hops before it are its own way.
  const hop = { ...parseJump(jump), endpoint: target.endpoint, knownHostsFile: target.knownHostsFile };
  const own = await readSshConfig(hop, userSshConfig());
  const before = config.proxyJump.slice(0, -1);
  const hopConfig = before.length > 0 ? { ...own, proxyJump: before } : own;
  const client = await openSshClient(
    { target: hop, config: hopConfig, home: userInfo().homedir },
    answers,
    options,
    depth + 1,
  );
  const there = `${hostPort(config.hostName, port)} by way of ${jump}`;
  try {
    const stream = await within(
      FORWARD_MS,
      options,
      () => noAnswer(there, FORWARD_MS / 1000),
      () =>
        new Promise<Duplex>((resolve, reject) => {
          client.once('close', () => reject(new Error(`${jump} hung up`)));
          client.forwardOut('127.0.0.1', 0, config.hostName, port, (error, opened) =>
            error ? reject(error) : resolve(opened),
          );
        }),
    );
    stream.once('close', () => client.end());
    return stream;
  } catch (error) {
    // Not end(): that waits for a host which may not answer any more.
    client.destroy();
    if (options.signal.aborted || error instanceof FleetError) throw error;
    throw connectError(error, there);
  }
}

/** `[user@]host[:port]`, or an `ssh://` URI. */
function parseJump(text: string): { host: string; user?: string; port?: number } {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(text);
  if (!match) throw new FleetError('config.invalid', `not a host to jump over: ${text}`);
  const [, user, host = '', port] = match;
  return { host: host.replace(/^\[|\]$/g, ''), ...(user ? { user } : {}), ...(port ? { port: Number(port) } : {}) };
}

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** As OpenSSH does: a host that is known by its RSA key must not look changed because it has an Ed25519 key as well. */
function preferKnownTypes(known: KnownHosts, host: string, port: number) {
  const types = known.typesOf(host, port);
  const fits = (algorithm: string) => types.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm);
  const serverHostKey = [...ALGORITHMS.filter(fits), ...ALGORITHMS.filter((algorithm) => !fits(algorithm))];
  return { algorithms: { serverHostKey } };
}

function loginError(error: SshError, name: string, login: Login): FleetError {
  // A number is the reason that the host gave for hanging up: too many keys, mostly.
  const refused = error.level === 'client-authentication' || (typeof error.code === 'number' && login.tried.length > 0);
  if (login.locked !== undefined && !login.passwordSent && refused) {
    return new FleetError('auth.needs-secret', `${name} wants a login, and the key ${login.locked} has a passphrase`, {
      fix: `ssh-add ${login.locked}`,
      cause: error,
    });
  }
  if (refused || login.passwordSent) {
    const tried =
      login.tried.length > 0
        ? `tried: ${login.tried.join(', ')}`
        : 'there was nothing to try: no agent, key or password';
    return new FleetError('auth.rejected', `${name} refused the login (${tried})`, {
      fix: 'check the user, and give a key or a password that the host accepts',
      cause: error,
    });
  }
  if (error.level === 'handshake' || error.level === 'protocol') {
    return new FleetError('host.protocol', `no SSH with ${name}: ${sentence(error)}`, { cause: error });
  }
  return connectError(error, name);
}

/** ssh2 says where it happened, and for a disconnect by the host its number. */
interface SshError extends Error {
  readonly level?: string;
  readonly code?: string | number;
}
