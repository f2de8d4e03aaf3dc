import { type Command, globalFlags } from './command.ts';
import { commands } from './commands.ts';
import { type Flag, helpOf } from './flags.ts';
import type { OwnCommand } from './own-command.ts';
import { exitCodesLine } from './topics/exit-codes.ts';
import { topics } from './topics/topics.ts';

const START = `drover manages virtual machines on many platforms from one terminal.

  drover                      the fleet of your configuration, on the screen
  drover --demo               a simulated fleet to look around in
  drover --plain              the same line by line, for screen readers
  drover NOUN VERB [NAME…]    one command, for the shell and for scripts`;

interface Line {
  readonly usage: string;
  readonly help: string;
}

/** What is typed behind `drover`, with its sentence. */
export const lineOf = ({ noun, verb, takes, help }: Command): Line => ({
  usage: `${noun} ${verb}${takes === '' ? '' : ` ${takes}`}`,
  help,
});

export const ownLineOf = ({ word, takes, help }: OwnCommand): Line => ({
  usage: `${word}${takes === '' ? '' : ` ${takes}`}`,
  help,
});

function aligned(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ usage }) => usage.length)) + 2;
  return lines.map(({ usage, help }) => `  ${usage.padEnd(width)}${help}`).join('\n');
}

/** All commands, one line each. */
export const overview = (own: readonly OwnCommand[]): string =>
  [
    START,
    `Commands:\n${aligned([...commands.map(lineOf), ...own.map(ownLineOf)])}`,
    `Topics, for drover help TOPIC:\n${aligned(topics.map(({ name, help }) => ({ usage: name, help })))}`,
    `Flags for all:\n${helpOf(globalFlags)}`,
    exitCodesLine,
  ].join('\n\n');

/** The commands of a noun. */
export const nounHelp = (noun: string, all: readonly Command[] = commands): string =>
  aligned(all.filter((command) => command.noun === noun).map(lineOf));

export const commandHelp = (command: Command, argv: readonly string[]): string =>
  described(lineOf(command), command.flags(argv));

export const ownHelp = (command: OwnCommand): string => described(ownLineOf(command), command.flags);

const described = ({ usage, help }: Line, flags: readonly Flag[]): string =>
  [
    `drover ${usage}`,
    help,
    ...(flags.length > 0 ? [`Flags:\n${helpOf(flags)}`] : []),
    `Flags for all:\n${helpOf(globalFlags)}`,
  ].join('\n\n');
