import { type Command, EXIT } from '../command.ts';
import { commands } from '../commands.ts';
import { configFlagIn } from '../config-flag.ts';
import { ownCommands } from '../own-commands.ts';
import type { Printer } from '../print.ts';
import { bashReplacement, readBashLine } from './bash-line.ts';
import type { Completion } from './candidate.ts';
import { complete } from './candidates.ts';
import { readLiveNames } from './live-names.ts';

/** The word that shells ask with; users never type it. */
export const COMPLETE_WORD = '__complete';

/** The commands of a configuration, `--config` or the usual one: platforms of plugins have flags of their own. */
export type CommandsOf = (config: string | undefined) => Promise<readonly Command[]>;

/**
 * `__complete bash LINE REGION`, or `__complete SHELL WORDS…` where the last word is the one to complete. Prints nothing
 * rather than an error: a message in the middle of a command line is of no use.
 */
export async function runComplete(
  [shell, ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  printer: Printer,
  commandsOf: CommandsOf = async () => commands,
): Promise<number> {
  try {
    const lines = shell === 'bash' ? await forBash(rest, env, commandsOf) : await forOthers(rest, env, commandsOf);
    await printer.print(lines.join('\n'));
    return EXIT.done;
  } catch {
    return EXIT.failed;
  }
}

async function forBash(
  [text = '', region = '']: readonly string[],
  env: Env,
  commandsOf: CommandsOf,
): Promise<readonly string[]> {
  const line = readBashLine(text);
  const { kind, candidates } = await completed(line.before.slice(1), line.current, env, commandsOf);
  return [kind, ...candidates.flatMap(({ value }) => bashReplacement(line, region, value) ?? [])];
}

async function forOthers(words: readonly string[], env: Env, commandsOf: CommandsOf): Promise<readonly string[]> {
  const { kind, candidates } = await completed(words.slice(0, -1), words.at(-1) ?? '', env, commandsOf);
  return [kind, ...candidates.map(({ value, help }) => (help === '' ? value : `${value}\t${help}`))];
}

type Env = Readonly<Record<string, string | undefined>>;

async function completed(
  before: readonly string[],
  current: string,
  env: Env,
  commandsOf: CommandsOf,
): Promise<Completion> {
  const config = configFlagIn(before);
  return complete(before, current, ownCommands, await readLiveNames(config, env), await commandsOf(config));
}
