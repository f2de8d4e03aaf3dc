import { isAbsolute } from 'node:path';
import type { Field, SettingValue } from '../platforms/contract.ts';
import { sameValue } from '../platforms/contract.ts';
import { spell } from '../state/fields.ts';
import { type Args, isMaker, type ObjectAction } from './action.ts';
import { nodeRunAction } from './node/run-action.ts';

/** The words of a command, without `drover`; or why there is none, as a sentence. */
type CommandWords = { readonly words: readonly string[] } | { readonly no: string };

/** The flag that says which objects the ids stood for. */
export const FINGERPRINT = 'expect';

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
 * The command that does this to these objects, by their ids, and to no others that have these ids by then: `fingerprints` are those
 * of fingerprint.ts. None for a secret, for a path that means another file elsewhere, and for what only the screen can say.
 */
export function commandWords(
  action: ObjectAction,
  ids: readonly string[],
  args: Args,
  fingerprints: readonly string[],
): CommandWords {
  if (!hasCommand(action)) return { no: `no command does what this form says` };
  if (ids.length > MOST_NAMED)
    return { no: `${ids.length} are too many for one command: choose ${MOST_NAMED} at most` };
  const { options = [], noun, id, on } = action;
  const made = nameOfNew(action);
  const flags: string[] = [];
  const nowhere = options.find((field) => field.kind === 'path' && field.startFolder && isStartFolder(field, args));
  if (nowhere) return { no: `${nowhere.label} must be an absolute path` };
  for (const [key, value] of Object.entries(args)) {
    const field = options.find((one) => one.key === key);
    if (value === undefined || value === '' || (made && field === made)) continue;
    if (!field || isTexts(value)) return { no: `${field?.label ?? key} can't be said by one flag` };
    if (sameValue(field, value, field.default)) continue;
    if (field.sensitive) return { no: `${field.label} is a secret, which is kept in no list` };
    if (field.kind === 'path' && !isAbsolute(String(value))) return { no: `${field.label} must be an absolute path` };
    flags.push(...flagsOf(field, value));
  }
  const name = made && args[made.key];
  return {
    words: [
      noun,
      id.slice(id.indexOf('.') + 1),
      ...(on === 'endpoint' ? ids.map((one) => `--client=${one}`) : ids),
      ...(made && name !== undefined && !isTexts(name) ? [spell(made, name)] : []),
      ...flags,
      ...fingerprints.map((one) => `--${FINGERPRINT}=${one}`),
    ],
  };
}

/** As it is where it was left empty: a schedule is started in another folder. */
const isStartFolder = ({ key, default: start }: Field, args: Args): boolean => {
  const value = args[key];
  return value === undefined || value === '' || value === start;
};

/** Of pairs one each. */
function flagsOf(field: Field, value: SettingValue): readonly string[] {
  if (field.kind === 'flag') return [`--${value === true ? '' : 'no-'}${field.key}`];
  if (field.kind === 'pairs' && typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, one]) => `--${field.key}=${key}=${one}`);
  return [`--${field.key}=${spell(field, value)}`];
}

const isTexts = (value: SettingValue | readonly string[]): value is readonly string[] =>
  Array.isArray(value) && value.some((one) => typeof one === 'string');
