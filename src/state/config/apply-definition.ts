import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { ConfigChange } from './change.ts';
import { DEFINED_KINDS, definitionNameComplaint, sectionOf, writtenDefinition } from './definitions.ts';
import type { Draft } from './draft.ts';

type DefinitionChange = Extract<ConfigChange, { kind: `definition-${string}` }>;

const invalid = (message: string) => new FleetError('config.invalid', message);

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyDefinitionChange(draft: Draft, change: DefinitionChange): void {
  const { pool } = change;
  if (!draft.has(['pools', pool])) {
    throw new FleetError('pool.not-found', `there is no pool ${pool}${didYouMean(pool, draft.keys(['pools']))}`);
  }
  if (change.kind !== 'definition-add') {
    const { kind, name } = change.of;
    if (!draft.has(['pools', pool, sectionOf(kind), name])) throw invalid(`pool ${pool} has no ${kind} ${name}`);
    if (change.kind === 'definition-remove') {
      draft.remove(['pools', pool, sectionOf(kind), name]);
      // Empty braces would be left in the file.
      if (draft.keys(['pools', pool, sectionOf(kind)]).length === 0) draft.remove(['pools', pool, sectionOf(kind)]);
      return;
    }
  }
  const { definition } = change;
  const { kind, name } = definition;
  const wrong = definitionNameComplaint(name);
  if (wrong !== undefined) throw invalid(`the name of a ${kind} ${wrong}`);
  const was = change.kind === 'definition-edit' ? change.of : undefined;
  const taken = DEFINED_KINDS.find((one) => draft.has(['pools', pool, sectionOf(one), name]));
  if (taken !== undefined && !(was?.kind === taken && was.name === name)) {
    throw invalid(`pool ${pool} has a ${taken} ${name} already`);
  }
  const section = ['pools', pool, sectionOf(kind)] as const;
  const written = writtenDefinition(definition);
  if (!was) {
    draft.put([...section, name], written);
    return;
  }
  draft.rename(section, was.name, name);
  // Key by key, so that comments stay.
  for (const [key, value] of Object.entries(written)) draft.set([...section, name, key], value);
  for (const key of draft.keys([...section, name])) if (!(key in written)) draft.remove([...section, name, key]);
}
