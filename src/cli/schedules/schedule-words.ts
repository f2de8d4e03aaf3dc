import type { Danger } from '../../actions/action.ts';
import { tables } from '../../actions/tables.ts';
import { FleetError } from '../../errors.ts';
import { type Command, globalFlags } from '../command.ts';
import { leadingWords, parseFlags } from '../flags.ts';
import { refuseSecret } from '../given-values.ts';
import { plainText } from '../schema/printed.ts';

/** The command that two words name. */
export type FindCommand = (first: string | undefined, second: string | undefined) => Command | undefined;

/** Flags that belong to `schedule add` itself, and why. */
const NOT_THERE: Readonly<Record<string, string>> = {
  config: 'it runs with the configuration that schedule add is given',
  demo: 'a simulated fleet ends with its command',
  help: 'there is nothing to run',
  yes: 'it belongs to schedule add, in front of --',
};

/** Commands of no action of their name that ask before they take something away. */
const TAKES_AWAY: ReadonlySet<string> = new Set([
  ...['template delete', 'template-group delete', 'profile delete'],
  ...['definition detach', 'definition remove', 'node rm'],
]);

/**
 * How dangerous the command of these words is. Throws usage for words that are no command, or none that can run without a user,
 * and for a secret among them: they are kept in a file.
 */
export function dangerOf(words: readonly string[], find: FindCommand): Danger {
  const [first, second] = leadingWords(words, globalFlags);
  const command = find(first, second);
  const spelled = [first, second].filter((word) => word !== undefined).join(' ');
  if (!command)
    throw new FleetError('usage', `there is no command ${JSON.stringify(spelled)} of drover that can be scheduled`, {
      fix: 'drover help lists them',
    });
  const name = `${command.noun} ${command.verb}`;
  if (command.noun === 'schedule' || plainText.includes(name))
    throw new FleetError('usage', `${name} can't be scheduled: it needs a user at a terminal`);
  refuseFlags(words, command);
  if (TAKES_AWAY.has(name)) return 'destroys';
  return tables.actions.find(({ id }) => id === `${command.noun}.${command.verb}`)?.danger ?? 'none';
}

function refuseFlags(words: readonly string[], command: Command): void {
  const flags = [...globalFlags, ...command.flags(words)];
  const { values, repeated } = parseFlags(words, flags);
  for (const [key, why] of Object.entries(NOT_THERE))
    if (values[key] !== undefined) throw new FleetError('usage', `leave out --${key}: ${why}`);
  for (const flag of flags) {
    const value = values[flag.key];
    if (typeof value === 'string') refuseSecret(flag, `--${flag.key}`, value);
    for (const one of repeated[flag.key] ?? []) refuseSecret(flag, `--${flag.key}`, one);
  }
}
