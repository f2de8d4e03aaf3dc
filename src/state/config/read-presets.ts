import type { Located, LocatedMap } from './located.ts';
import type { Complain } from './read-endpoints.ts';

const isMap = (found: Located): boolean => found.kind === 'map' || found.kind === 'nothing';

/** Complains of what would be passed over when VMs are made: `profiles`, `flavors` and `rules` of another shape. */
export function checkPresets(map: LocatedMap, complain: Complain): void {
  for (const section of ['profiles', 'flavors']) {
    const found = map.entries.get(section)?.value;
    if (found && !isMap(found)) complain(found.at, `${section} must be names with keys and values below them`);
    for (const [name, { value }] of found?.kind === 'map' ? found.entries : [])
      if (!isMap(value)) complain(value.at, `${section}: ${name} must be keys with values, like "memory: 2GiB"`);
  }
  const rules = map.entries.get('rules')?.value;
  if (rules && rules.kind !== 'list' && rules.kind !== 'nothing')
    complain(rules.at, 'rules must be a list, with a pattern and values below it in each');
  for (const rule of rules?.kind === 'list' ? rules.items : []) {
    if (!isMap(rule)) complain(rule.at, 'rules: each must be a pattern with keys and values below it');
    for (const [pattern, { at, value }] of rule.kind === 'map' ? rule.entries : []) {
      if (!isMap(value)) complain(value.at, `rules: ${pattern} must have keys with values below it`);
      if (!isPattern(pattern)) complain(at, `rules: ${JSON.stringify(pattern)} is no regular expression`);
    }
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}
