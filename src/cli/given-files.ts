import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FleetError } from '../errors.ts';
import type { Located } from '../state/config/located.ts';
import { type Position, spellProblem } from '../state/config/problem.ts';
import { readYaml } from '../state/config/yaml-file.ts';
import { errnoOf, fileTrouble } from '../state/files/file-trouble.ts';
import type { CommandContext } from './command.ts';

/** Longer than any cloud-init or list of disks; a device or a wrong path may be. */
const MOST_BYTES = 4 * 1024 ** 2;
const STDIN = '-';

/** What was written elsewhere and is named on the command line; each is read once, `-` is standard input. Throws usage. */
export interface GivenFiles {
  text(name: string): Promise<string>;
  yaml(name: string): Promise<Located>;
}

export function openGivenFiles({ stdin, signal }: Pick<CommandContext, 'stdin' | 'signal'>): GivenFiles {
  const texts = new Map<string, Promise<string>>();

  const read = async (name: string): Promise<string> => {
    try {
      const bytes = name === STDIN ? await buffer(addAbortSignal(signal, stdin)) : await readFile(name, { signal });
      signal.throwIfAborted();
      if (bytes.length > MOST_BYTES) throw unusable(name, 'is larger than 4 MiB');
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FleetError) throw error;
      if (errnoOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw unusable(name, 'is not UTF-8 text');
      throw unusable(name, `can't be read: ${fileTrouble(error)}`);
    }
  };
  const text = (name: string): Promise<string> => {
    const known = texts.get(name) ?? read(name);
    texts.set(name, known);
    return known;
  };
  return {
    text,
    async yaml(name) {
      const { tree, broken } = await readYaml(calledInErrors(name), await text(name));
      const [problem] = broken;
      if (problem) throw new FleetError('usage', spellProblem(problem));
      return tree;
    },
  };
}

const unusable = (name: string, why: string) => new FleetError('usage', `${calledInErrors(name)} ${why}`);

const calledInErrors = (name: string): string => (name === STDIN ? 'standard input' : name);

/** `disks.yaml:3`: where a value stands. */
export const placeIn = (name: string, { line }: Position): string => `${calledInErrors(name)}:${line}`;
