import type { EndpointName } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import { type Located, type LocatedMap, locate } from './located.ts';
import type { Problem } from './problem.ts';

/**
 * How one of a group is chosen for a new VM: any, the one with the fewest VMs that run, the one with the fewest VMs, or the one
 * with the node that its VMs load least.
 */
export const PLACINGS = ['random', 'free', 'balance', 'policy'] as const;
export type Placing = (typeof PLACINGS)[number];

/** A name for several endpoints. */
export interface EndpointGroup {
  readonly endpoints: readonly EndpointName[];
  /** Undefined: nothing is made on it without the name of one endpoint. */
  readonly place: Placing | undefined;
}

interface Groups {
  readonly groups: ReadonlyMap<string, EndpointGroup>;
  readonly problems: readonly Problem[];
}

const KEYS = ['endpoints', 'place'];

/** The `groups:` section. Never throws: what is wrong is left out, and reported with its place. `tree` is the whole file. */
export function readGroups(file: string, tree: LocatedMap, endpoints: ReadonlySet<string>): Groups {
  const problems: Problem[] = [];
  const groups = new Map<string, EndpointGroup>();
  const complain = ({ at }: Pick<Located, 'at'>, message: string) => {
    problems.push({ severity: 'error', file, at, message: `groups: ${message}` });
  };
  const section = locate(tree, ['groups']);
  if (section && section.kind !== 'map' && section.kind !== 'nothing')
    complain(section, 'must be names with endpoints below them');
  for (const [name, { at, value }] of section?.kind === 'map' ? section.entries : []) {
    if (endpoints.has(name)) complain({ at }, `${name} is the name of an endpoint`);
    else if (!/^[\w.-]+$/.test(name) || name === 'all')
      complain({ at }, `${JSON.stringify(name)} can't be the name of a group`);
    else if (value.kind !== 'map') complain({ at }, `${name}: must have endpoints, a list like [host1, host2]`);
    else groups.set(name, readGroup(name, value, endpoints, complain));
  }
  return { groups, problems };
}

function readGroup(
  name: string,
  group: LocatedMap,
  endpoints: ReadonlySet<string>,
  complain: (at: Pick<Located, 'at'>, message: string) => void,
): EndpointGroup {
  for (const [key, { at }] of group.entries)
    if (!KEYS.includes(key)) complain({ at }, `${name}: unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}`);
  const list = locate(group, ['endpoints']);
  if (list?.kind !== 'list') complain(list ?? group, `${name}: endpoints must be a list like [host1, host2]`);
  const members: EndpointName[] = [];
  for (const item of list?.kind === 'list' ? list.items : []) {
    const member = item.kind === 'scalar' ? item.text : '';
    if (endpoints.has(member)) members.push(member as EndpointName);
    else complain(item, `${name}: there is no endpoint ${JSON.stringify(member)}${didYouMean(member, endpoints)}`);
  }
  const given = locate(group, ['place']);
  const place = PLACINGS.find((one) => given?.kind === 'scalar' && given.text === one);
  if (given && given.kind !== 'nothing' && place === undefined)
    complain(given, `${name}: place must be ${PLACINGS.join(', ')}`);
  return { endpoints: members, place };
}
