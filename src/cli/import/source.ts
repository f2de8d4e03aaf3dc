import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FleetError } from '../../errors.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Where importers look: the environment, and files that are read and never written. */
export interface Source {
  readonly env: Env;
  readonly home: string;
  /** Where drover was started: some tools read a file from there. */
  readonly directory: string;
  /** Every file that was asked for, in order. */
  readonly looked: readonly string[];
  /**
   * The text of a file; undefined when it is not there. `~/` is the home directory.
   * Throws op.failed when it can't be read, config.invalid for what is no text.
   */
  text(path: string): Promise<string | undefined>;
  isThere(path: string): Promise<boolean>;
  /** The whole path. */
  resolved(path: string): string;
}

/** No user's list of hosts is longer; a device or a wrong path is. */
const FILE_MAX = 4 * 1024 ** 2;

export function createSource(env: Env, home: string, directory: string): Source {
  const looked: string[] = [];
  const resolved = (path: string): string => resolve(directory, path.replace(/^~(?=\/)/, home));
  return {
    env,
    home,
    directory,
    looked,
    resolved,
    async text(path) {
      const file = resolved(path);
      if (!looked.includes(file)) looked.push(file);
      const invalid = (why: string) => new FleetError('config.invalid', `${file} ${why}`);
      try {
        const found = await stat(file);
        // A named pipe would wait for ever.
        if (!found.isFile()) throw invalid('is not a regular file');
        if (found.size > FILE_MAX) throw invalid('is larger than any configuration');
        return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
      } catch (error) {
        if (error instanceof FleetError) throw error;
        if (errnoOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw invalid('is not UTF-8 text');
        if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
        throw new FleetError('op.failed', `${file} can't be read: ${fileTrouble(error)}`, { cause: error });
      }
    },
    isThere: (path) =>
      stat(resolved(path)).then(
        (found) => found.isFile(),
        () => false,
      ),
  };
}

/** The first of these files that is there, with its text. */
export async function firstOf(
  source: Source,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const path of paths) {
    const text = await source.text(path);
    if (text !== undefined) return { path: source.resolved(path), text };
  }
  return undefined;
}

/** `$XDG_CONFIG_HOME`, or what stands for it. */
export const configHome = ({ env, home }: Source): string => env['XDG_CONFIG_HOME'] || join(home, '.config');
