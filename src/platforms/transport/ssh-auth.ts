/**
 * In which order a login is tried: agent, key files without a passphrase, key files with one (asked for once), the
 * password (the endpoint's, or asked for). A password is sent once: accounts get locked.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyAuthMethod, AuthenticationType, BaseAgent, ParsedKey } from 'ssh2';
import { FleetError } from '../../errors.ts';
import type { Ask } from '../contract.ts';
import type { Ssh2 } from './ssh2.ts';

export interface Credentials {
  /** For the question about the password. */
  readonly host: string;
  readonly user: string;
  readonly password: string | undefined;
  /** The endpoint's own key: must be readable, and then no other key is tried (hosts count failed ones). */
  readonly keyFile: string | undefined;
  /** Of ~/.ssh/config, or the usual names: those that don't exist are passed over. */
  readonly identityFiles: readonly string[];
  /** Of the agent's keys, only those whose files are named. */
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
}

export const usualIdentityFiles = (home: string): readonly string[] =>
  ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name));

/** What was asked for stays here, so that a further connection to the same host asks nothing. */
export type Answers = Map<string, string>;

export interface Login {
  /** The next thing to try with what the host still accepts; false when there is nothing left. */
  next(accepts: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | false>;
  /** What was sent, for the sentence that says that all of it failed. */
  readonly tried: readonly string[];
  /** From here on a failure of any kind is a wrong password, and must not be tried again. */
  readonly passwordSent: boolean;
  /** A key file whose passphrase nobody gave. */
  readonly locked: string | undefined;
}

export function createLogin(ssh2: Ssh2, credentials: Credentials, answers: Answers, ask: Ask): Login {
  const progress: Progress = { tried: [], accepts: [], passwordSent: false, locked: undefined };
  const steps = stepsOf(ssh2, credentials, answers, ask, progress);
  return {
    get tried() {
      return progress.tried;
    },
    get passwordSent() {
      return progress.passwordSent;
    },
    get locked() {
      return progress.locked;
    },
    async next(accepts) {
      progress.accepts = accepts ?? [];
      for (;;) {
        const { value: step, done } = await steps.next();
        if (done) return false;
        const { method, what } = step;
        const needed = method.type === 'agent' ? 'publickey' : method.type;
        if (accepts !== null && method.type !== 'none' && !accepts.includes(needed)) continue;
        if (what !== undefined) progress.tried.push(what);
        if (what === PASSWORD) progress.passwordSent = true;
        return method;
      }
    },
  };
}

interface Progress {
  readonly tried: string[];
  /** What the host said last that it would take. */
  accepts: readonly AuthenticationType[];
  passwordSent: boolean;
  locked: string | undefined;
}

interface Step {
  readonly method: AnyAuthMethod;
  readonly what?: string;
}

const PASSWORD = 'password';

async function* stepsOf(
  ssh2: Ssh2,
  { host, user: username, password, keyFile, identityFiles, identitiesOnly, agentSocket }: Credentials,
  answers: Answers,
  ask: Ask,
  progress: Progress,
): AsyncGenerator<Step> {
  // Also tells which methods the host accepts at all.
  yield { method: { type: 'none', username } };
  const keys = keyFile === undefined ? await presentKeys(identityFiles) : [await requiredKey(keyFile)];
  if (agentSocket !== undefined) {
    const agent = ssh2.createAgent(agentSocket);
    if (identitiesOnly || keyFile !== undefined) keepOnly(agent, await publicParts(ssh2, keys));
    yield { what: 'agent', method: { type: 'agent', username, agent } };
  }
  const locked: KeyFile[] = [];
  for (const file of keys) {
    const key = parse(ssh2, file.text, answers.get(file.path));
    if (key === 'locked') locked.push(file);
    else if (key) yield { what: file.path, method: { type: 'publickey', username, key } };
  }
  for (const file of locked) {
    const passphrase = await ask.secret?.(`Passphrase for ${file.path}: `);
    if (passphrase === undefined) {
      progress.locked = file.path;
      continue;
    }
    const key = parse(ssh2, file.text, passphrase);
    if (key === 'locked' || key === undefined) continue;
    answers.set(file.path, passphrase);
    yield { what: file.path, method: { type: 'publickey', username, key } };
  }
  const takesPasswords = progress.accepts.some((method) => method === 'password' || method === 'keyboard-interactive');
  if (!takesPasswords) return;
  const secret = password ?? answers.get(PASSWORD) ?? (await ask.secret?.(`Password of ${username} on ${host}: `));
  if (secret === undefined) return;
  answers.set(PASSWORD, secret);
  yield { what: PASSWORD, method: { type: 'password', username, password: secret } };
  // Many hosts take passwords only in this form. To send it in both would count as two wrong ones.
  if (!progress.passwordSent) {
    let answered = false;
    yield {
      what: PASSWORD,
      method: {
        type: 'keyboard-interactive',
        username,
        prompt(_name, _instructions, _language, prompts, finish) {
          finish(answered ? [] : prompts.map(() => secret));
          answered = true;
        },
      },
    };
  }
}

interface KeyFile {
  readonly path: string;
  readonly text: Buffer;
}

async function requiredKey(path: string): Promise<KeyFile> {
  try {
    return { path, text: await readFile(path) };
  } catch (error) {
    throw new FleetError('config.invalid', `can't read the key ${path}`, {
      fix: 'check the path and its permissions',
      cause: error,
    });
  }
}

async function presentKeys(paths: readonly string[]): Promise<KeyFile[]> {
  const files = await Promise.all(
    paths.map((path) =>
      readFile(path).then(
        (text) => ({ path, text }),
        () => undefined,
      ),
    ),
  );
  return files.filter((file) => file !== undefined);
}

/** Undefined for what is no private key; `locked` when it takes a passphrase, or another one. */
function parse(ssh2: Ssh2, text: Buffer, passphrase: string | undefined): ParsedKey | 'locked' | undefined {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text, passphrase);
  if (parsed instanceof Error) return /passphrase|decrypt/i.test(parsed.message) ? 'locked' : undefined;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key?.isPrivateKey() ? key : undefined;
}

async function publicParts(ssh2: Ssh2, keys: readonly KeyFile[]): Promise<ParsedKey[]> {
  const publicFiles = await presentKeys(keys.map(({ path }) => `${path}.pub`));
  return publicFiles.flatMap(({ text }) => {
    const parsed = ssh2.utils.parseKey(text);
    return parsed instanceof Error ? [] : parsed;
  });
}

/** IdentitiesOnly: of what the agent holds, only keys whose files were named. */
function keepOnly(agent: BaseAgent, wanted: readonly ParsedKey[]): void {
  const all = agent.getIdentities.bind(agent);
  agent.getIdentities = (done) =>
    all((error, held) => {
      const kept = held?.filter((key) => wanted.some((one) => sameKey(one, key)));
      done(error, kept);
    });
}

const sameKey = (a: ParsedKey, b: unknown): boolean =>
  typeof b === 'object' && b !== null && 'getPublicSSH' in b && typeof b.getPublicSSH === 'function'
    ? a.getPublicSSH().equals(b.getPublicSSH())
    : false;
