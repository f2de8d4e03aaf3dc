import { EXIT } from '../command.ts';
import { configFlagIn } from '../config-flag.ts';
import { ownCommands } from '../own-commands.ts';
import type { Printer } from '../print.ts';
import { bashReplacement, readBashLine } from './bash-line.ts';
import type { Completion } from './candidate.ts';
import { complete } from './candidates.ts';
import { readLiveNames } from './live-names.ts';

/** The word that shells ask with; users never type it. */
export const COMPLETE_WORD = '__complete';

/**
 * `__complete bash LINE REGION`, or `__complete SHELL WORDS…` where the last word is the one to complete. Prints nothing
 * rather than an error: a message in the middle of a command line is of no use.
 */
export async function runComplete(
  [shell, ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  printer: Printer,
): Promise<number> {
  try {
    const lines = shell === 'bash' ? await forBash(rest, env) : await forOthers(rest, env);
    await printer.print(lines.join('\n'));
    return EXIT.done;
  } catch {
    return EXIT.failed;
  }
}

async function forBash([text = '', region = '']: readonly string[], env: Env): Promise<readonly string[]> {
  const line = readBashLine(text);
  const { kind, candidates } = await completed(line.before.slice(1), line.current, env);
  return [kind, ...candidates.flatMap(({ value }) => bashReplacement(line, region, value) ?? [])];
}

async function forOthers(words: readonly string[], env: Env): Promise<readonly string[]> {
  const { kind, candidates } = await completed(words.slice(0, -1), words.at(-1) ?? '', env);
  return [kind, ...candidates.map(({ value, help }) => (help === '' ? value : `${value}\t${help}`))];
}

type Env = Readonly<Record<string, string | undefined>>;

async function completed(before: readonly string[], current: string, env: Env): Promise<Completion> {
  return complete(before, current, ownCommands, await readLiveNames(configFlagIn(before), env));
}
