/** OpenSSH's known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain, hashed and wildcard names, markers. */
import { createHmac } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { matchesPatterns } from './patterns.ts';

export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** Another key stands for this host, or this key was revoked, at that place. */
  | { readonly kind: 'changed' | 'revoked'; readonly file: string; readonly line: number };

interface Entry {
  readonly file: string;
  readonly line: number;
  readonly revoked: boolean;
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

/** Files that don't exist count as empty. */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHosts> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(absent)));
  return parseKnownHosts(paths.map((file, i) => ({ file, text: texts[i] ?? '' })));
}

function absent(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}

export function parseKnownHosts(files: readonly { readonly file: string; readonly text: string }[]): KnownHosts {
  const entries = files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, i) => parseLine(line, file, i + 1) ?? []),
  );
  const entriesOf = (host: string, port: number): readonly Entry[] => {
    const name = nameOf(host, port);
    return entries.filter(({ names }) => namesHost(names, name));
  };
  return {
    check(host, port, key) {
      const encoded = key.toString('base64');
      const ours = entriesOf(host, port);
      const same = ours.filter((entry) => entry.key === encoded);
      const revoked = same.find((entry) => entry.revoked);
      if (revoked) return { kind: 'revoked', file: revoked.file, line: revoked.line };
      if (same.length > 0) return { kind: 'known' };
      const other = ours.find((entry) => !entry.revoked);
      return other ? { kind: 'changed', file: other.file, line: other.line } : { kind: 'unknown' };
    },
    typesOf: (host, port) => [
      ...new Set(
        entriesOf(host, port)
          .filter((e) => !e.revoked)
          .map((e) => e.type),
      ),
    ],
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
  // Certificates are not checked here: without its authority a host is simply unknown, and asked about.
  if (marker !== undefined && marker !== '@revoked') return undefined;
  return { file, line, revoked: marker === '@revoked', names, type, key };
}

function namesHost(names: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(names);
  if (!hashed) return matchesPatterns(names.toLowerCase().split(','), name);
  const [, salt = '', hash] = hashed;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** The type that a public key names in its first field. */
export const typeOfKey = (key: Buffer): string => key.toString('latin1', 4, 4 + Math.min(64, key.readUInt32BE(0)));

/** Adds a key that somebody has accepted. Several adders don't hurt each other: it is one short append. */
export async function addKnownHost(path: string, host: string, port: number, key: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = await readFile(path, 'utf8').catch(absent);
  const newline = text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${newline}${nameOf(host, port)} ${typeOfKey(key)} ${key.toString('base64')}\n`, {
    mode: 0o600,
  });
}
