import type { ListedKind } from '../../platforms/contract.ts';
import type { NamedId } from '../../state/fleet/known-names.ts';
import { clean } from '../../terminal/width.ts';
import type { Command } from '../command.ts';
import { type Candidate, plain } from './candidate.ts';
import type { LiveNames } from './live-names.ts';

/** What a word on the command line can be the name of. */
export type Subject = 'vm' | 'node' | 'pool' | 'definition' | 'endpoint' | 'endpoints' | 'profile' | ListedKind;

/** What the words behind a command name, where it is not simply what the command is about. */
const OF_WORDS: Readonly<Record<string, readonly (Subject | undefined)[]>> = {
  'pool add': [undefined, 'pool'],
  'pool nest': ['pool', 'pool'],
  'pool rename': ['pool', undefined],
  'pool set': ['pool', undefined],
  'node move': ['node', 'pool'],
  'node setup': ['endpoints'],
  'definition list': ['pool', undefined],
  'definition info': ['pool', 'definition'],
  'definition add-storage': ['pool', undefined],
  'definition add-network': ['pool', undefined],
  'definition edit': ['pool', 'definition'],
  'definition apply': ['pool', 'definition'],
  'definition test': ['pool', 'definition'],
  'definition detach': ['pool', 'definition'],
  'definition remove': ['pool', 'definition'],
  'endpoint add': [undefined],
  'profile create': [undefined],
  'profile update': ['profile', undefined],
};

const OF_FLAGS: Readonly<Record<string, Subject>> = {
  client: 'endpoints',
  'vm create profile': 'profile',
  'vm create pool': 'pool',
  'pool add in': 'pool',
  'pool nest in': 'pool',
  'node move to': 'pool',
};

const OF_NOUNS: Readonly<Record<string, Subject>> = {
  vm: 'vm',
  node: 'node',
  pool: 'pool',
  endpoint: 'endpoint',
  profile: 'profile',
  network: 'network',
  storage: 'storage',
  volume: 'volume',
  volumesnapshot: 'volumesnapshot',
  image: 'image',
  flavor: 'flavor',
  backup: 'backup',
  subnet: 'subnet',
  securitygroup: 'securitygroup',
  keypair: 'keypair',
  address: 'address',
  bucket: 'bucket',
  zone: 'zone',
  balancer: 'balancer',
  router: 'router',
};

/** What the word at this place behind `noun verb` names; counts from 0. */
export function subjectAt({ noun, verb, takes, makes }: Command, at: number): Subject | undefined {
  const own = OF_WORDS[`${noun} ${verb}`];
  if (own) return own[at];
  if (makes && takes === 'NAME') return undefined;
  if (takes.startsWith('VM')) return at === 0 || takes.startsWith('VM…') ? 'vm' : undefined;
  return takes.startsWith('NAME') && (at === 0 || takes.endsWith('…'))
    ? (OF_NOUNS[noun] ?? (verb === 'list' ? 'vm' : undefined))
    : undefined;
}

export const subjectOfFlag = (key: string, command: Command | undefined): Subject | undefined =>
  OF_FLAGS[key] ?? OF_FLAGS[`${command?.noun} ${command?.verb} ${key}`];

/** `before`: the words that stand before it behind `noun verb`. */
export function namesOf(subject: Subject, names: LiveNames, before: readonly string[]): readonly Candidate[] {
  switch (subject) {
    case 'vm':
      return named(names.vms);
    case 'node':
      return [...named(names.nodes), ...plain(names.endpoints)];
    case 'pool':
      return plain(names.pools);
    case 'definition':
      return plain(names.definitions.get(before[0] ?? '') ?? []);
    case 'endpoint':
      return plain(names.endpoints);
    case 'endpoints':
      return plain([...names.endpoints, ...names.groups]);
    case 'profile':
      return plain(names.profiles);
    default:
      return named(names.listed.get(subject) ?? []);
  }
}

/** By name; by id where two share the name, or where it can't be typed. */
function named(things: readonly NamedId[]): readonly Candidate[] {
  const count = new Map<string, number>();
  for (const [name] of things) count.set(name, (count.get(name) ?? 0) + 1);
  return things.map(([name, id]) =>
    count.get(name) === 1 && isTypeable(name) && !name.startsWith('-')
      ? { value: name, help: clean(id) }
      : { value: id, help: clean(name) },
  );
}

/** One line of visible text: nothing that a terminal or a shell could take for more than a name. */
export const isTypeable = (text: string): boolean => text !== '' && clean(text) === text;
