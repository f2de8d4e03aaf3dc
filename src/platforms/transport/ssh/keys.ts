/** The keys that a login may use: files with what they hold, and which of them an agent holds as well. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParsedKey } from 'ssh2';
import { FleetError } from '../../../errors.ts';
import { contentOf, type KeyContent, publicIn } from './key-formats.ts';
import type { Ssh2 } from './ssh2.ts';

export interface KeyFile {
  readonly path: string;
  readonly text: string;
  readonly content: KeyContent;
  /** The raw public key, by which an agent knows it; from the file, or the `.pub` beside it. */
  readonly public: Buffer | undefined;
}

export const usualIdentityFiles = (home: string): readonly string[] =>
  ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'].map((name) => join(home, '.ssh', name));

/** The endpoint's own key. Rejects with config.invalid when it can't be read, or is none that ssh2 can use. */
export async function requiredKey(ssh2: Ssh2, path: string, isHeld: (blob: Buffer) => boolean): Promise<KeyFile> {
  const file = await keyFile(ssh2, path).catch((error: unknown) => {
    throw new FleetError('config.invalid', `can't read the key ${path}`, {
      fix: 'check the path and its permissions',
      cause: error,
    });
  });
  const { content } = file;
  if (file.public && isHeld(file.public)) return file;
  if (content.kind === 'unusable') {
    throw new FleetError('config.invalid', `the built-in SSH can't use the key ${path}: it is ${content.why}`, {
      fix: SYSTEM_SSH,
    });
  }
  if (content.kind === 'public') {
    throw new FleetError(
      'config.invalid',
      `${path} is a public key, and the SSH agent does not hold its private half`,
      {
        fix: 'ssh-add the private key, or start the agent that has it and set SSH_AUTH_SOCK',
      },
    );
  }
  return file;
}

export const SYSTEM_SSH = 'ssh-add it where the agent can hold it, or set `ssh: system` for this endpoint';

/** Files that don't exist are passed over. */
export async function presentKeys(ssh2: Ssh2, paths: readonly string[]): Promise<readonly KeyFile[]> {
  const files = await Promise.all(paths.map((path) => keyFile(ssh2, path).catch(() => undefined)));
  return files.filter((file) => file !== undefined);
}

/** As ssh, a name whose private half is missing counts by its `.pub`. */
async function keyFile(ssh2: Ssh2, path: string): Promise<KeyFile> {
  const beside = publicIn(await readFile(`${path}.pub`, 'utf8').catch(() => ''));
  try {
    const text = await readFile(path, 'utf8');
    const content = contentOf(ssh2, text);
    return { path, text, content, public: publicOf(content) ?? beside };
  } catch (error) {
    if (!beside) throw error;
    return { path, text: '', content: { kind: 'public', public: beside }, public: beside };
  }
}

const publicOf = (content: KeyContent): Buffer | undefined =>
  content.kind === 'open' ? content.key.getPublicSSH() : content.public;

/** Certificates that ssh would show with these keys: those that are named, and those beside a key. ssh2 has none. */
export async function certificatesOf(keys: readonly KeyFile[], named: readonly string[]): Promise<readonly string[]> {
  const beside = keys.map(({ path }) => `${path.replace(/\.pub$/, '')}-cert.pub`);
  const paths = [...new Set([...named, ...beside])];
  const there = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return there.flat();
}

/** The public half of a locked key as ssh2 wants it. */
export function publicKeyOf(ssh2: Ssh2, { public: blob }: KeyFile): ParsedKey | undefined {
  const parsed: ParsedKey | ParsedKey[] | Error | undefined = blob && ssh2.utils.parseKey(blob);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key instanceof Error ? undefined : key;
}
