import { clean } from '../../terminal/width.ts';
import type { Choice } from './dialogs.ts';

/** What is listed, as far as a choice has to know. `users`: names of the VMs that have a volume as a disk. */
interface Named {
  readonly name: string;
  readonly users?: readonly string[] | undefined;
}

/** One choice for each name. Volumes that VMs use come last and name them: they can be chosen, since some are shared. */
export function namedChoices(found: readonly Named[]): readonly Choice<string>[] {
  const users = new Map(found.flatMap(({ name, users: all = [] }) => (all.length === 0 ? [] : [[name, all] as const])));
  const label = (name: string) => {
    const all = users.get(name);
    return clean(all ? `${name}  used by ${all.join(', ')}` : name);
  };
  return [...new Set(found.map(({ name }) => name))]
    .toSorted((a, b) => Number(users.has(a)) - Number(users.has(b)))
    .map((name) => ({ label: label(name), value: name }));
}
