import type { Args, ObjectAction } from '../actions/action.ts';
import { differencesIn } from '../actions/differences.ts';
import { permitted } from '../actions/permitted.ts';
import { phraseOf } from '../actions/phrase.ts';
import { FleetError } from '../errors.ts';
import type { ObjectKind, ObjectOf, Settings } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { agreedTo, isYes } from './consent.ts';
import { editFile } from './edit-file.ts';
import { openGivenFiles } from './given-files.ts';

/** Lines of a changed text that are shown before it is sent. */
const MOST_SHOWN = 200;

/**
 * The options of what is edited: what was read, with what was given. Text comes from there (`@FILE`, or itself) or out of the user's
 * editor. How they differ is shown, and asked about; undefined when nothing is to be changed, which is said.
 */
export async function readFirst(
  action: ObjectAction,
  thing: ObjectOf<ObjectKind>,
  given: Args,
  context: CommandContext,
): Promise<Args | undefined> {
  const { app, say, signal } = context;
  if (!action.reads) return given;
  const { object, connection } = permitted(action, action.on, thing.id, app);
  const read = await action.reads(connection, object, signal);
  const args = action.compares
    ? await withText(action.compares[1], thing, read, given, context)
    : { ...read, ...given };
  const lines = await differencesIn(action, args, MOST_SHOWN);
  if (lines?.length === 0) {
    say(`${clean(thing.name)}: nothing was changed`);
    return undefined;
  }
  for (const line of [...(lines ?? []), action.loses?.(args) ?? ''].filter(Boolean)) say(clean(line));
  const question = {
    what: `${action.title.toLowerCase()} changes ${clean(thing.name)}`,
    text: `${phraseOf(action, clean(thing.name))}? [y/N] `,
    isAgreement: isYes,
  };
  return (await agreedTo(question, context)) ? args : undefined;
}

async function withText(
  key: string,
  thing: ObjectOf<ObjectKind>,
  read: Settings,
  given: Args,
  context: CommandContext,
): Promise<Args> {
  const { signal, interactive } = context;
  const said = given[key];
  if (said === undefined && !interactive)
    throw new FleetError('usage', `--${key} is needed where there is no terminal to edit at`, {
      fix: `--${key} @FILE`,
    });
  const text =
    typeof said === 'string'
      ? said.startsWith('@')
        ? await openGivenFiles(context).text(said.slice(1))
        : said
      : await editFile(`${thing.name}-${key}`, String(read[key] ?? ''), signal);
  return { ...given, ...read, [key]: text };
}
