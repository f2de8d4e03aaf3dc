/** Words of other tools for what is listed beside VMs: networks, storages, volumes and the like. */
import { tables } from '../actions/tables.ts';
import { manyOf } from '../state/kinds.ts';
import { commands } from './commands.ts';

/** The noun here, by what is typed for it. In `pool-list` of virsh a pool is a storage; a word alone it is a pool of nodes. */
const NOUNS: Readonly<Record<string, string>> = {
  datastore: 'storage',
  iso: 'image',
  net: 'network',
  vol: 'volume',
};
const JOINED: Readonly<Record<string, string>> = { ...NOUNS, pool: 'storage' };

/** The verbs here, by what is typed for them: the first one that the noun has counts. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  list: ['list'],
  ls: ['list'],
  tree: ['list'],
  get: ['list'],
  info: ['info'],
  show: ['info'],
  inspect: ['info'],
  dumpxml: ['info'],
  create: ['create'],
  'create-as': ['create'],
  define: ['create'],
  'define-as': ['create'],
  add: ['create'],
  new: ['create'],
  download: ['create'],
  delete: ['delete'],
  remove: ['delete'],
  rm: ['delete'],
  undefine: ['delete'],
  destroy: ['stop', 'delete'],
  start: ['start'],
  stop: ['stop'],
  refresh: ['refresh'],
  resize: ['resize'],
  grow: ['resize'],
  revert: ['revert'],
  rollback: ['revert'],
};

/** What is made by a verb of what it is made of. */
const MADE_BY: Readonly<Record<string, string>> = { 'volumesnapshot create': 'volume snapshot NAME NAME' };

const LISTED = tables.actions.flatMap((one) => (one.kind === 'list' ? [one.noun] : []));
type Noun = (typeof LISTED)[number];

function nounOf(word: string, nouns = NOUNS): Noun | undefined {
  const one = word.replace(/s$/, '');
  const noun = Object.hasOwn(nouns, one) ? nouns[one] : one;
  return LISTED.find((kind) => kind === noun);
}

/** Noun and verb in whichever order and spelling: `net-list`, `snapshot.create`, `network create`, `create network`. */
function nounAndVerb(first: string, second: string): readonly [noun: Noun, verb: string] | undefined {
  const [, head = '', tail = ''] = /^([a-z]+)[-.](.+)$/.exec(first) ?? [];
  const joined = nounOf(head, JOINED);
  if (joined !== undefined) return [joined, tail];
  const noun = nounOf(first);
  if (noun !== undefined) return [noun, second];
  const behind = nounOf(second);
  return behind !== undefined && Object.hasOwn(VERBS, first) ? [behind, first] : undefined;
}

/**
 * The command that is meant, with what stands behind it, or what there is not, as `create flavors`; undefined for words that
 * name nothing that is listed, and for verbs that mean nothing here. A noun alone is its list.
 */
export function commandOfKind(
  first: string,
  second: string,
): { readonly use: string } | { readonly missing: string } | undefined {
  const [noun, verb] = nounAndVerb(first, second) ?? [];
  if (noun === undefined || verb === undefined) return undefined;
  const verbs = verb === '' ? ['list'] : Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!verbs) return undefined;
  const elsewhere = MADE_BY[`${noun} ${verbs[0]}`];
  if (elsewhere !== undefined) return { use: elsewhere };
  const command = verbs
    .map((one) => commands.find((command) => command.noun === noun && command.verb === one))
    .find((one) => one !== undefined);
  if (command) return { use: [noun, command.verb, command.takes].filter((word) => word !== '').join(' ') };
  return { missing: `${verbs[0]} ${manyOf(tables.kinds, noun)}` };
}
