import { type Command, globalFlags } from './command.ts';
import { commands } from './commands.ts';
import { helpOf } from './flags.ts';

const START = `drover manages virtual machines on many platforms from one terminal.

  drover                      the fleet of your configuration, on the screen
  drover --demo               a simulated fleet to look around in
  drover NOUN VERB [NAME…]    one command, for the shell and for scripts`;

const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 wrong use, 3 not possible, 4 unreachable or not trusted, 130 interrupted.';

/** All commands, one line each. */
export function overview(): string {
  const width = Math.max(...commands.map((command) => usage(command).length)) + 2;
  const lines = commands.map((command) => `  ${usage(command).padEnd(width)}${command.help}`);
  return [START, '', 'Commands:', ...lines, '', 'Flags for all:', helpOf(globalFlags), '', EXIT_CODES].join('\n');
}

/** The commands of a noun. */
export function nounHelp(noun: string): string {
  const own = commands.filter((command) => command.noun === noun);
  const width = Math.max(...own.map((command) => usage(command).length)) + 2;
  return own.map((command) => `  ${usage(command).padEnd(width)}${command.help}`).join('\n');
}

export function commandHelp(command: Command, argv: readonly string[]): string {
  const flags = command.flags(argv);
  return [
    `drover ${usage(command)}`,
    '',
    command.help,
    ...(flags.length > 0 ? ['', 'Flags:', helpOf(flags)] : []),
    '',
    'Flags for all:',
    helpOf(globalFlags),
  ].join('\n');
}

const usage = ({ noun, verb, takes }: Command) => `${noun} ${verb}${takes === '' ? '' : ` ${takes}`}`;
