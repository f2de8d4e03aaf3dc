/** OpenSSH's known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain, hashed and wildcard names, markers. */
import { createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FleetError, sentence } from '../../../errors.ts';
import { matchesPatternList } from '../patterns.ts';
import { typeOfKey } from './key-formats.ts';

/** A line of a file, the first is 1. */
export interface KnownHostsLine {
  readonly file: string;
  readonly line: number;
}

export type Verdict =
  | { readonly kind: 'known' }
  /** `authority` signs certificates of this host: ssh would ask for one. */
  | { readonly kind: 'unknown'; readonly authority?: KnownHostsLine }
  /** Another key stands for this host, or this key was revoked, at that place. */
  | ({ readonly kind: 'changed' | 'revoked' } & KnownHostsLine);

interface Entry extends KnownHostsLine {
  readonly marker: '@revoked' | '@cert-authority' | undefined;
  readonly names: string;
  readonly type: string;
  readonly key: string;
}

export interface KnownHosts {
  /** `key` is the raw public key as the host sent it. */
  check(host: string, port: number, key: Buffer): Verdict;
  /** Which types of keys are known for a host: ask for one of these, or its other keys look changed. */
  typesOf(host: string, port: number): readonly string[];
}

/** Files that don't exist count as empty. Rejects with config.invalid for one that can't be read. */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHosts> {
  const texts = await Promise.all(paths.map(readOne));
  return parseKnownHosts(paths.map((file, i) => ({ file, text: texts[i] ?? '' })));
}

async function readOne(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw trouble(`the known hosts in ${path} can't be read`, error);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

const trouble = (what: string, error: unknown): FleetError =>
  new FleetError('config.invalid', `${what}: ${WORDS[codeOf(error)] ?? sentence(error)}`, { cause: error });

export function parseKnownHosts(files: readonly { readonly file: string; readonly text: string }[]): KnownHosts {
  const entries = files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) => parseLine(line, file, i + 1) ?? []),
  );
  const under = (name: string): readonly Entry[] => entries.filter(({ names }) => namesHost(names, name));
  const keysUnder = (name: string): readonly Entry[] => under(name).filter(({ marker }) => marker === undefined);
  return {
    check(host, port, key) {
      const encoded = key.toString('base64');
      const ours = under(nameOf(host, port));
      const plain = port === 22 ? [] : under(host.toLowerCase());
      const same = [...ours, ...plain].filter((entry) => entry.key === encoded);
      const revoked = same.find(({ marker }) => marker === '@revoked');
      if (revoked) return { kind: 'revoked', file: revoked.file, line: revoked.line };
      // As ssh: what is known without its port is known on each, but never counts as changed.
      if (same.some(({ marker }) => marker === undefined)) return { kind: 'known' };
      const other = ours.find(({ marker }) => marker === undefined);
      if (other) return { kind: 'changed', file: other.file, line: other.line };
      const authority = ours.find(({ marker }) => marker === '@cert-authority');
      return { kind: 'unknown', ...(authority && { authority: { file: authority.file, line: authority.line } }) };
    },
    typesOf(host, port) {
      const own = keysUnder(nameOf(host, port));
      const found = own.length > 0 ? own : keysUnder(host.toLowerCase());
      return [...new Set(found.map(({ type }) => type))];
    },
  };
}

/** A host on another port than 22 has a name of its own. */
const nameOf = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

function parseLine(text: string, file: string, line: number): Entry | undefined {
  const words = text.trim().split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [names, type, key] = words;
  if (!names || names.startsWith('#') || !type || !key) return undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined;
  return { file, line, marker, names, type, key };
}

function namesHost(names: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(names);
  if (!hashed) return matchesPatternList(names.toLowerCase(), name);
  const [, salt = '', hash] = hashed;
  return hashOf(name, Buffer.from(salt, 'base64')) === hash;
}

const hashOf = (name: string, salt: Buffer): string => createHmac('sha1', salt).update(name).digest('base64');

export interface AcceptedKey {
  readonly host: string;
  readonly port: number;
  readonly key: Buffer;
  /** HashKnownHosts of ssh_config(5): the name can't be read from the file. */
  readonly isHashed: boolean;
}

/**
 * Adds a key that the user has accepted. Several adders don't hurt each other: it is one short append. Rejects with
 * config.invalid when it can't be written.
 */
export async function addKnownHost(path: string, { host, port, key, isHashed }: AcceptedKey): Promise<void> {
  const text = await readOne(path);
  const newline = text === '' || text.endsWith('\n') ? '' : '\n';
  const salt = randomBytes(20);
  const name = nameOf(host, port);
  const names = isHashed ? `|1|${salt.toString('base64')}|${hashOf(name, salt)}` : name;
  const line = `${newline}${names} ${typeOfKey(key)} ${key.toString('base64')}\n`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await appendFile(path, line, { mode: 0o600 });
  } catch (error) {
    throw trouble(`the key of ${name} was accepted, but can't be written to ${path}`, error);
  }
}
