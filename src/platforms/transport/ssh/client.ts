import type { Duplex } from 'node:stream';
import type { Algorithms, AuthHandlerMiddleware, Client } from 'ssh2';
import { FleetError } from '../../../errors.ts';
import { connectError, noAnswer } from '../connect-error.ts';
import { within } from '../deadline.ts';
import { hostPort, openTcpInPieces } from '../socket.ts';
import type { SshAlgorithms } from './algorithms.ts';
import { type Answers, createLogin, type Login } from './auth.ts';
import { readSshConfig, type SshHostConfig } from './config.ts';
import { inOneWrite, speedUp } from './fast-packets.ts';
import { checkHostKey } from './host-key.ts';
import { usualIdentityFiles } from './keys.ts';
import { readKnownHosts } from './known-hosts.ts';
import { loginError } from './login-error.ts';
import { openProxyCommand } from './proxy-command.ts';
import type { SshConfigSource } from './settings.ts';
import { loadSsh2 } from './ssh2.ts';
import type { SshOptions, SshTarget } from './target.ts';

/** Where to go and by which way, with what the SSH configuration adds. */
export interface SshRoute {
  readonly target: SshTarget;
  readonly config: SshHostConfig;
  readonly source: SshConfigSource;
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
  const { target, config, source } = route;
  const { hostName: host, port, user } = config;
  const name = hostPort(host, port);
  const ssh2 = await loadSsh2();
  const userFiles = target.knownHostsFile === undefined ? config.userKnownHostsFiles : [target.knownHostsFile];
  const known = await readKnownHosts([...userFiles, ...config.globalKnownHostsFiles]);
  const lookup = config.hostKeyAlias === undefined ? { host, port } : { host: config.hostKeyAlias, port: 22 };
  const sock = inOneWrite(await openSocketTo(route, answers, options, depth));
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
          host: name,
          user,
          password: target.password,
          keyFile: target.keyFile,
          privateKey: target.privateKey,
          identityFiles: config.identityFiles,
          usualFiles: usualIdentityFiles(source.home),
          certificateFiles: config.certificateFiles,
          identitiesOnly: config.identitiesOnly,
          agentSocket: agentSocketOf(config, source),
          methods: config.methods,
        },
        answers,
        { ask: asking, patience: { clock: options.clock, signal }, aside: whileAsking },
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
      // Stays for the life of the client: an error after the login ends the link, and `close` says so.
      client.on('error', (error) => {
        if (error.level === 'agent') return;
        fail(loginError(error, name, attempt));
      });
      client.once('close', () => fail(loginError(new Error('hung up during the login'), name, attempt)));
      client.once('ready', () => resolve(client));
      client.on('handshake', () => speedUp(client, sock));
      client.connect({
        sock,
        username: user,
        readyTimeout: 0,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: 3,
        // What is unpacked shares memory with what comes after it.
        algorithms: {
          ...preferKnownTypes(config.algorithms, known.typesOf(lookup.host, lookup.port)),
          compress: ['none'],
        },
        hostVerifier(key: Buffer, verify: (ok: boolean) => void) {
          const check = {
            endpoint: target.endpoint,
            ...lookup,
            known,
            addTo: userFiles[0],
            isHashed: config.hashKnownHosts,
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
    fix: 'the password is not sent again by itself: look what keeps the host busy, then connect again',
    cause: error,
  });
}

/** Undefined when there is none, or none may be asked. */
function agentSocketOf({ identityAgent }: SshHostConfig, { environment }: SshConfigSource): string | undefined {
  const socket = identityAgent ?? environment['SSH_AUTH_SOCK'];
  return socket === 'none' || socket === '' ? undefined : socket;
}

async function openSocketTo(
  { target, config, source }: SshRoute,
  answers: Answers,
  options: SshOptions,
  depth: number,
): Promise<Duplex> {
  const { hostName, port, addressFamily } = config;
  if (config.proxyCommand !== undefined) return openProxyCommand(config.proxyCommand, source.environment['SHELL']);
  const jump = config.proxyJump.at(-1);
  if (jump === undefined) return openTcpInPieces(hostName, port, options, addressFamily);
  if (depth >= DEEPEST_JUMP)
    throw new FleetError('config.invalid', `ProxyJump of ${target.host} goes round in circles`);
  // The last hop opens the way to the host; the hops before it are its own way, instead of what it says of itself.
  const hop = { ...jump, endpoint: target.endpoint, knownHostsFile: target.knownHostsFile };
  const own = await readSshConfig(hop, options, source);
  const before = config.proxyJump.slice(0, -1);
  const hopConfig = before.length > 0 ? { ...own, proxyJump: before, proxyCommand: undefined } : own;
  const client = await openSshClient({ target: hop, config: hopConfig, source }, answers, options, depth + 1);
  const there = `${hostPort(hostName, port)} by way of ${jump.host}`;
  try {
    const stream = await within(
      FORWARD_MS,
      options,
      () => noAnswer(there, FORWARD_MS / 1000),
      () =>
        new Promise<Duplex>((resolve, reject) => {
          client.once('close', () => reject(new Error(`${jump.host} hung up`)));
          client.forwardOut('127.0.0.1', 0, hostName, port, (error, opened) =>
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

/** As OpenSSH does: a host that is known by its RSA key must not look changed because it has an Ed25519 key as well. */
function preferKnownTypes({ serverHostKey, ...others }: SshAlgorithms, types: readonly string[]): Algorithms {
  const fits = (algorithm: string) => types.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm);
  const ordered = [...serverHostKey.filter(fits), ...serverHostKey.filter((algorithm) => !fits(algorithm))];
  // ssh2 knows each of these names; its types list them one by one.
  return { ...others, serverHostKey: ordered } as Algorithms;
}
