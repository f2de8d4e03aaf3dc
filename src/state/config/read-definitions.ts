import {
  DEFINED_KINDS,
  DESCRIPTION,
  type DefinedKind,
  type Definition,
  definitionNameComplaint,
  sectionOf,
} from './definitions.ts';
import type { Located, LocatedEntry } from './located.ts';
import type { Complain } from './read-endpoints.ts';

/** The definitions of a pool. Wrong entries are reported and left out. */
export function readDefinitions(
  pool: string,
  entries: ReadonlyMap<string, LocatedEntry>,
  complain: Complain,
): readonly Definition[] {
  const all = new Map<string, Definition>();
  for (const kind of DEFINED_KINDS) {
    const section = entries.get(sectionOf(kind))?.value;
    if (section?.kind === 'scalar' || section?.kind === 'list')
      complain(section.at, `pool ${pool}: ${sectionOf(kind)} must be names with settings below them`);
    for (const [name, { at, value }] of section?.kind === 'map' ? section.entries : []) {
      const wrong = all.has(name)
        ? `there is a ${all.get(name)?.kind} of this name, too`
        : (definitionNameComplaint(name) ?? shapeComplaint(value));
      if (wrong === undefined) all.set(name, definitionIn(kind, name, value));
      else complain(at, `pool ${pool}: ${kind} ${JSON.stringify(name)}: ${wrong}`);
    }
  }
  return [...all.values()];
}

function shapeComplaint(value: Located): string | undefined {
  if (value.kind === 'scalar' || value.kind === 'list') return 'must be settings like "type: dir"';
  const odd = value.kind === 'map' ? [...value.entries].find(([, one]) => isGroup(one.value)) : undefined;
  return odd && `${JSON.stringify(odd[0])} must be one value`;
}

const isGroup = ({ kind }: Located): boolean => kind === 'map' || kind === 'list';

function definitionIn(kind: DefinedKind, name: string, value: Located): Definition {
  const words = [...(value.kind === 'map' ? value.entries : [])].map(
    ([key, one]) => [key, one.value.kind === 'scalar' ? one.value.text : ''] as const,
  );
  const { [DESCRIPTION]: description = '', ...values } = Object.fromEntries(words);
  return { kind, name, description, values };
}
