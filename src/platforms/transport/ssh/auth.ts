/**
 * In which order a login is tried: the keys that are named, those of the agent, the usual files, the password (the
 * endpoint's, or asked for). A passphrase is asked for when the host would accept its key. A password is sent once:
 * accounts get locked.
 */
import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2';
import { sentence } from '../../../errors.ts';
import type { Ask } from '../../contract.ts';
import type { Patience } from '../deadline.ts';
import { type AgentKey, agentKeys, lateKey } from './agent-keys.ts';
import { contentOf } from './key-formats.ts';
import { unlockKey } from './key-unlock.ts';
import { certificatesOf, type KeyFile, presentKeys, publicKeyOf, requiredKey } from './keys.ts';
import type { Ssh2 } from './ssh2.ts';

export interface Credentials {
  /** `host:port`: a password that was typed is for this one alone. */
  readonly host: string;
  readonly user: string;
  readonly password: string | undefined;
  /** The endpoint's own key: must be readable, and then no other key is tried (hosts count failed ones). */
  readonly keyFile: string | undefined;
  /** Made for this login alone: nothing else is tried. */
  readonly privateKey?: string | undefined;
  /** Of the configuration; those that don't exist are passed over. Undefined when it names none. */
  readonly identityFiles: readonly string[] | undefined;
  /** Where keys usually are, if none is named. */
  readonly usualFiles: readonly string[];
  /** They can't be shown; the sentence of a login that fails says so. */
  readonly certificateFiles: readonly string[];
  /** Of the agent's keys, only those whose files are named. */
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  readonly methods: {
    readonly publickey: boolean;
    readonly password: boolean;
    readonly 'keyboard-interactive': boolean;
  };
}

/** What was asked for stays here, so that a further connection to the same host asks nothing: a password, decrypted keys. */
export type Answers = Map<string, string>;

export interface Login {
  /** The next thing to try with what the host still accepts; false when there is nothing left. */
  next(accepts: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | false>;
  /** What was sent, for the sentence that says that all of it failed. */
  readonly tried: readonly string[];
  /** From here on a failure of any kind is a wrong password, and must not be tried again. */
  readonly passwordSent: boolean;
  /** It was the one of the endpoint: not one that was typed, nor that of a host on the way. */
  readonly endpointPasswordSent: boolean;
  /** A key file whose passphrase is missing, or was wrong. */
  readonly locked: string | undefined;
  /** Keys that could not be tried, each with the reason. */
  readonly unusable: readonly string[];
}

/** How the login asks, and waits for what is not the host's fault. */
export interface LoginHelp {
  readonly ask: Ask;
  readonly patience: Patience;
  /** Runs work that must not count as time in which the host has not answered. */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

interface Progress {
  readonly tried: string[];
  readonly unusable: string[];
  /** What the host said last that it would take. */
  accepts: readonly AuthenticationType[];
  passwordSent: boolean;
  locked: string | undefined;
  /** A passphrase that failed or has no place to go could be typed into a question for the password. */
  mayAskForPassword: boolean;
}

export function createLogin(ssh2: Ssh2, credentials: Credentials, answers: Answers, help: LoginHelp): Login {
  const progress: Progress = {
    tried: [],
    unusable: [],
    accepts: [],
    passwordSent: false,
    locked: undefined,
    mayAskForPassword: true,
  };
  const steps = stepsOf({ ssh2, credentials, answers, help, progress });
  return {
    get tried() {
      return progress.tried;
    },
    get unusable() {
      return progress.unusable;
    },
    get passwordSent() {
      return progress.passwordSent;
    },
    get endpointPasswordSent() {
      return progress.passwordSent && credentials.password !== undefined;
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
        if (what !== undefined && !progress.tried.includes(what)) progress.tried.push(what);
        if (what === PASSWORD) progress.passwordSent = true;
        return method;
      }
    },
  };
}

interface Attempt {
  readonly ssh2: Ssh2;
  readonly credentials: Credentials;
  readonly answers: Answers;
  readonly help: LoginHelp;
  readonly progress: Progress;
}

interface Step {
  readonly method: AnyAuthMethod;
  readonly what?: string;
}

const PASSWORD = 'password';
const AGENT = 'agent';

async function* stepsOf(attempt: Attempt): AsyncGenerator<Step> {
  const { credentials } = attempt;
  // Also tells which methods the host accepts at all.
  yield { method: { type: 'none', username: credentials.user } };
  if (credentials.privateKey !== undefined) {
    const key = opened(attempt.ssh2, credentials.privateKey);
    if (key) yield { what: 'its own key', method: { type: 'publickey', username: credentials.user, key } };
    return;
  }
  if (credentials.methods.publickey) yield* keySteps(attempt);
  yield* passwordSteps(attempt);
}

async function* keySteps(attempt: Attempt): AsyncGenerator<Step> {
  const { ssh2, credentials, progress } = attempt;
  const { user: username, keyFile, identityFiles, usualFiles, identitiesOnly } = credentials;
  const held = await heldKeys(attempt);
  const holds = (blob: Buffer) => held.some((key) => key.public.equals(blob));
  const named =
    keyFile === undefined ? await presentKeys(ssh2, identityFiles ?? []) : [await requiredKey(ssh2, keyFile, holds)];
  const usual = keyFile === undefined && identityFiles === undefined ? await presentKeys(ssh2, usualFiles) : [];

  const offered = new Set<AgentKey>();
  const fromAgent = (key: AgentKey): Step => {
    offered.add(key);
    return { what: AGENT, method: { type: 'agent', username, agent: key.agent } };
  };
  const heldOf = (files: readonly KeyFile[]) =>
    files.flatMap(({ public: blob }) => held.find((key) => blob && key.public.equals(blob)) ?? []);
  const ownOf = (files: readonly KeyFile[]) => files.filter(({ public: blob }) => !blob || !holds(blob));

  // Hosts count what they refuse: what is named comes before all that an agent may hold.
  for (const key of heldOf(named)) yield fromAgent(key);
  yield* fileSteps(attempt, ownOf(named));
  for (const key of heldOf(usual)) yield fromAgent(key);
  if (!identitiesOnly && keyFile === undefined) {
    for (const key of held) if (!offered.has(key)) yield fromAgent(key);
  }
  yield* fileSteps(attempt, ownOf(usual));

  for (const path of await certificatesOf([...named, ...usual], credentials.certificateFiles)) {
    progress.unusable.push(`${path} is a certificate`);
  }
  for (const { path, content } of ownOf([...named, ...usual])) {
    if (content.kind !== 'unusable') continue;
    progress.unusable.push(`${path} is ${content.why}`);
    if (content.why.startsWith('encrypted') || named.some((file) => file.path === path))
      progress.mayAskForPassword = false;
  }
  for (const file of ownOf([...named, ...usual])) {
    if (file.content.kind !== 'locked' || file.public) continue;
    const key = await unlocked(attempt, file);
    if (key) yield { what: file.path, method: { type: 'publickey', username, key } };
  }
}

async function heldKeys({ ssh2, credentials: { agentSocket }, help, progress }: Attempt): Promise<readonly AgentKey[]> {
  if (agentSocket === undefined) return [];
  try {
    return await help.aside(() => agentKeys(ssh2, agentSocket, help.patience));
  } catch (error) {
    help.patience.signal.throwIfAborted();
    progress.unusable.push(`no keys of the agent: ${sentence(error)}`);
    return [];
  }
}

/** Files that need no passphrase first, then those whose public half can be offered without it. */
async function* fileSteps(attempt: Attempt, files: readonly KeyFile[]): AsyncGenerator<Step> {
  const { ssh2, credentials, answers } = attempt;
  const username = credentials.user;
  const locked: KeyFile[] = [];
  for (const file of files) {
    const key = file.content.kind === 'open' ? file.content.key : opened(ssh2, answers.get(file.path));
    if (key) yield { what: file.path, method: { type: 'publickey', username, key } };
    else if (file.content.kind === 'locked') locked.push(file);
  }
  for (const file of locked) {
    const publicKey = publicKeyOf(ssh2, file);
    if (!publicKey) continue;
    const agent = lateKey(ssh2, publicKey, () => unlocked(attempt, file));
    yield { what: file.path, method: { type: 'agent', username, agent } };
  }
}

function opened(ssh2: Ssh2, pem: string | undefined): ParsedKey | undefined {
  const content = pem === undefined ? undefined : contentOf(ssh2, pem);
  return content?.kind === 'open' ? content.key : undefined;
}

/** Asks for the passphrase, once; undefined when there is none, or it is wrong. */
async function unlocked({ ssh2, answers, help, progress }: Attempt, file: KeyFile): Promise<ParsedKey | undefined> {
  const { path, text, content } = file;
  const before = opened(ssh2, answers.get(path));
  if (before) return before;
  const passphrase = await help.ask.secret?.(`Passphrase for ${path}`);
  // Nothing typed means the next key, as for ssh.
  if (passphrase === '') return undefined;
  progress.locked = path;
  progress.mayAskForPassword = false;
  if (passphrase === undefined) return undefined;
  const rounds = content.kind === 'locked' ? content.rounds : undefined;
  const result = await help.aside(() => unlockKey({ path, text, passphrase, rounds }, help.patience));
  if (result.kind === 'unusable') progress.unusable.push(`${path} is in a format that it does not know`);
  if (result.kind !== 'open') return undefined;
  const key = opened(ssh2, result.pem);
  if (!key) return undefined;
  answers.set(path, result.pem);
  progress.locked = undefined;
  progress.mayAskForPassword = true;
  return key;
}

/** A user who gave a key must know that it was tried before a password is asked for. */
const refusedSoFar = (tried: readonly string[]): string =>
  tried.length === 0 ? '' : ` (refused: ${tried.join(', ')})`;

async function* passwordSteps({ credentials, answers, help, progress }: Attempt): AsyncGenerator<Step> {
  const { host, user: username, password, methods } = credentials;
  const takes = (method: 'password' | 'keyboard-interactive') => methods[method] && progress.accepts.includes(method);
  if (!takes('password') && !takes('keyboard-interactive')) return;
  const asked = async () =>
    progress.mayAskForPassword
      ? help.ask.secret?.(`Password of ${username} on ${host}${refusedSoFar(progress.tried)}`)
      : undefined;
  // Hosts on the way have passwords of their own.
  const key = `password of ${username} on ${host}`;
  const secret = password ?? answers.get(key) ?? (await asked());
  if (secret === undefined) return;
  answers.set(key, secret);
  if (methods.password) yield { what: PASSWORD, method: { type: 'password', username, password: secret } };
  // Many hosts take passwords only in this form. To send it in both would count as two wrong ones.
  if (progress.passwordSent || !methods['keyboard-interactive']) return;
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
