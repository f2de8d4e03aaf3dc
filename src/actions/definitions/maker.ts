/** What a definition of a pool asks of each node, in the words of the actions that make and delete such a thing there. */
import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { Field, SettingValue } from '../../platforms/contract.ts';
import type { DefinedKind, Definition } from '../../state/config/definitions.ts';
import { defaultsOf, readWritten } from '../../state/fields.ts';
import type { Args, ObjectAction } from '../action.ts';
import { networkActions } from '../network.ts';
import { storageActions } from '../storage.ts';

const ALL = new Map([...storageActions, ...networkActions].map((action) => [action.id, action]));

/** The verb of a storage or network: `create`, `start`, `delete` and, of storages, `refresh`. */
export function verbOf(kind: DefinedKind, verb: 'create' | 'start' | 'delete' | 'refresh'): ObjectAction {
  const action = ALL.get(`${kind}.${verb}`);
  if (!action) throw new Error(`no action ${kind}.${verb}`);
  return action;
}

/** What a definition of this kind may say, beside its name and its description. */
export const definitionFields = (kind: DefinedKind): readonly Field[] =>
  (verbOf(kind, 'create').options ?? []).filter(({ key }) => key !== 'name');

/** The arguments of `KIND create`. Throws config.invalid for a key that there is not, or a value that can't be. */
export function argsOf({ kind, name, values }: Pick<Definition, 'kind' | 'name' | 'values'>): Args {
  const fields = definitionFields(kind);
  const args: Record<string, SettingValue> = { ...defaultsOf(fields), name };
  for (const [key, text] of Object.entries(values)) {
    const field = fields.find((one) => one.key === key);
    if (!field) {
      const known = fields.map((one) => one.key);
      throw wrong(`${kind} ${name}: there is no key ${JSON.stringify(key)}${didYouMean(key, known)}`);
    }
    const read = readWritten(field, text);
    if ('wrong' in read) throw wrong(`${kind} ${name}: ${key}: ${read.wrong}`);
    args[key] = read.value;
  }
  return args;
}

const wrong = (message: string) => new FleetError('config.invalid', message);
