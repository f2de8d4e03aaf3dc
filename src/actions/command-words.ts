import { isAbsolute } from 'node:path';
import type { Field, SettingValue } from '../platforms/contract.ts';
import { sameValue } from '../platforms/contract.ts';
import { spell } from '../state/fields.ts';
import { type Args, isMaker, type ObjectAction } from './action.ts';
import { nodeRunAction } from './node/run-action.ts';

/** The words of a command, without `drover`; or why there is none, as a sentence. */
type CommandWords = { readonly words: readonly string[] } | { readonly no: string };

/** More names than a line can be looked through. */
const MOST_NAMED = 50;

/** What makes something takes its name as the last word, behind what it is made under. */
export const nameOfNew = (action: ObjectAction): Field | undefined =>
  isMaker(action) ? action.options?.find(({ required }) => required) : undefined;

/**
 * Whether a command can say it as it was chosen on the screen. Not what begins with what is there now (a text that is edited), nor
 * a form of settings, whose rows are another command's.
 */
export const hasCommand = ({ reads, settings, id }: ObjectAction): boolean =>
  reads === undefined && settings === undefined && id !== nodeRunAction.id;

/**
 * The command that does this to these objects, by their ids: they mean the same machines also when others have their names by then.
 * None for a secret, for a path that means another file elsewhere, and for what only the screen can say.
 */
export function commandWords(action: ObjectAction, ids: readonly string[], args: Args): CommandWords {
  if (!hasCommand(action)) return { no: `no command does what this form says` };
  if (ids.length > MOST_NAMED)
    return { no: `${ids.length} are too many for one command: choose ${MOST_NAMED} at most` };
  const { options = [], noun, id, on } = action;
  const made = nameOfNew(action);
  const flags: string[] = [];
  for (const [key, value] of Object.entries(args)) {
    const field = options.find((one) => one.key === key);
    if (value === undefined || value === '' || (made && field === made)) continue;
    if (!field || isTexts(value)) return { no: `${field?.label ?? key} can't be said by one flag` };
    if (sameValue(field, value, field.default)) continue;
    if (field.sensitive) return { no: `${field.label} is a secret, which is kept in no list` };
    if (field.kind === 'path' && !isAbsolute(String(value))) return { no: `${field.label} must be an absolute path` };
    flags.push(flagOf(field, value));
  }
  const name = made && args[made.key];
  return {
    words: [
      noun,
      id.slice(id.indexOf('.') + 1),
      ...(on === 'endpoint' ? ids.map((one) => `--client=${one}`) : ids),
      ...(made && name !== undefined && !isTexts(name) ? [spell(made, name)] : []),
      ...flags,
    ],
  };
}

const flagOf = (field: Field, value: SettingValue): string =>
  field.kind === 'flag' ? `--${value === true ? '' : 'no-'}${field.key}` : `--${field.key}=${spell(field, value)}`;

const isTexts = (value: SettingValue | readonly string[]): value is readonly string[] =>
  Array.isArray(value) && value.some((one) => typeof one === 'string');
