import { readListing } from '../actions/read-listing.ts';
import { FleetError, sentence } from '../errors.ts';
import { createGate } from '../gate.ts';
import {
  type EndpointName,
  endpointOf,
  type Id,
  nativeOfListed,
  type OwnerId,
  type OwnerKind,
  ownerOf,
} from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { EndpointObject, ListedKind, ObjectOf } from '../platforms/contract.ts';
import { columnsOf, oneOf, specOf } from '../state/kinds.ts';
import { passes } from '../state/query/row-filter.ts';
import { clean } from '../terminal/width.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { CommandContext } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import { findVms } from './find.ts';
import { placedOn } from './placement.ts';

const AT_ONCE = 4;

interface Owner {
  readonly id: OwnerId;
  readonly name: string;
}

/** What each of these VMs or endpoints has, in their order. Rejects with the first that can't be read. */
export function listingsOf<K extends ListedKind>(
  kind: K,
  owners: readonly Owner[],
  { app, signal }: CommandContext,
): Promise<readonly (readonly ObjectOf<K>[])[]> {
  const gate = createGate(AT_ONCE);
  return Promise.all(owners.map(({ id }) => gate.run(signal, () => readListing(kind, id, app, signal))));
}

/**
 * The objects that these words mean. Under VMs: ids (`host1/web1#monday`), or a VM and then names of what is under it; with
 * `--filter` all words are names, and each VM that matches and has one of that name is meant. Of endpoints: ids
 * (`host1/default`) or names that only one of them has; without words, what `--filter` lets through.
 */
export async function findListed<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  byFilter: boolean,
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly ObjectOf<K>[]> {
  const { under } = specOf(context.app.kinds, kind);
  if (under === 'endpoint') return ofEndpoints(kind, words, context, onlyById);
  if (words.length > 0 && words.every((word) => word.includes('#'))) return byIds(kind, words, context, onlyById);
  const one = oneOf(context.app.kinds, kind);
  const [first, ...rest] = words;
  const names = byFilter ? words : rest;
  if ((first === undefined && !byFilter) || names.length === 0) {
    throw new FleetError('usage', `which ${one}? Name its ${oneOf(context.app.kinds, under)} and then the ${one}`);
  }
  const vms = await findOwners(under, byFilter || first === undefined ? [] : [first], context, onlyById);
  const lists = await listingsOf(kind, vms, context);
  return vms.flatMap((vm, at) => {
    const items = lists[at] ?? [];
    if (!byFilter) return names.map((name) => named(kind, one, name, `${vm.name} has no`, items));
    const found = names.flatMap((name) => items.filter((item) => item.name === name));
    if (found.length === 0) context.say(clean(`left out: ${vm.name} has no ${one} ${names.join(' or ')}`));
    return found;
  });
}

/** The VMs of these words, or what else is meant that lists are of; only VMs are chosen by `--filter`. */
async function findOwners(
  under: OwnerKind,
  words: readonly string[],
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly Owner[]> {
  if (under === 'vm' || under === 'endpoint') return findVms(words, context, onlyById);
  const one = oneOf(context.app.kinds, under);
  if (words.length === 0) throw new FleetError('usage', `which ${one}? Name it first`);
  return findListed(under, words, false, withoutFilter(context), onlyById);
}

const withoutFilter = (context: CommandContext): CommandContext => ({
  ...context,
  global: { ...context.global, filter: '' },
});

/** What is listed under these objects, by name or id, and `--filter` lets through. */
export async function listedUnder<K extends ListedKind>(
  kind: K,
  under: Exclude<OwnerKind, 'vm' | 'endpoint'>,
  words: readonly string[],
  context: CommandContext,
): Promise<readonly ObjectOf<K>[]> {
  const owners = await findOwners(under, words, context, false);
  return filtered(kind, (await listingsOf(kind, owners, context)).flat(), context);
}

async function byIds<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly ObjectOf<K>[]> {
  const owners = [...new Set(words.map((word) => ownerOf(word as Id)))];
  const vms = await findOwners(specOf(context.app.kinds, kind).under, owners, context, onlyById);
  const lists = await listingsOf(kind, vms, context);
  return words.map((word) => {
    const at = owners.indexOf(ownerOf(word as Id));
    const found = lists[at]?.find(({ id }) => id === word);
    if (found) return found;
    throw new FleetError(`${kind}.not-found`, `there is no ${oneOf(context.app.kinds, kind)} ${JSON.stringify(word)}`);
  });
}

async function ofEndpoints<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly ObjectOf<K>[]> {
  const { global } = context;
  const one = oneOf(context.app.kinds, kind);
  if (words.length === 0 && global.filter.trim() === '') {
    throw new FleetError('usage', `which ${one}? Name it, or say --filter QUERY`);
  }
  const items = await listedOfEndpoints(kind, await endpointsIn(words, context), context, onlyById && words.length > 0);
  return words.length === 0 ? items : [...new Set(words.map((word) => named(kind, one, word, 'there is no', items)))];
}

/** The endpoints of these words, when all are ids; otherwise those that the command is about. */
async function endpointsIn(words: readonly string[], context: CommandContext): Promise<readonly EndpointName[]> {
  const { endpoints } = context.app.config();
  const owners = words.map((word) => (word.includes('/') ? endpointOf(word as Id) : undefined));
  const known = owners.filter((name) => name !== undefined && endpoints.has(name));
  return words.length > 0 && known.length === words.length
    ? [...new Set(known as readonly EndpointName[])]
    : await chosenEndpoints(context);
}

/**
 * What these endpoints have of this kind, and `--filter` lets through. What one of them can't list is said and left out;
 * rejects when none can. `all`: something is to be destroyed by its name, which counts only when every endpoint has answered.
 */
export async function listedOfEndpoints<K extends ListedKind>(
  kind: K,
  names: readonly EndpointName[],
  context: CommandContext,
  all = false,
): Promise<readonly ObjectOf<K>[]> {
  const { app } = context;
  const connected = await connectUnfiltered(context, names);
  const [failed] = connected.failed.values();
  if (connected.answered.length === 0 && failed !== undefined) throw failed;
  sayFailures(context, connected);
  if (all && connected.failed.size > 0) {
    throw new FleetError('op.refused', 'an endpoint did not answer, so a name could mean another one there', {
      fix: `name the ${oneOf(app.kinds, kind)} by its id, or the endpoints with -C`,
    });
  }
  const refusals: unknown[] = [];
  const lists = await Promise.all(
    connected.answered.map(async (name) => {
      try {
        return (await listingsOf(kind, [{ id: name, name }], context)).flat();
      } catch (error) {
        if (!(error instanceof FleetError) || error.code !== 'op.unsupported') throw error;
        refusals.push(error);
        if (connected.answered.length > 1) context.say(clean(`left out: ${name}: ${sentence(error)}`));
        return [];
      }
    }),
  );
  if (refusals.length === connected.answered.length && refusals.length > 0) throw refusals[0];
  return filtered(kind, lists.flat(), context);
}

function filtered<K extends ListedKind>(
  kind: K,
  items: readonly ObjectOf<K>[],
  { app, global }: CommandContext,
): readonly ObjectOf<K>[] {
  if (global.filter.trim() === '') return items;
  const spec = specOf(app.kinds, kind);
  return items.filter((item) => passes(spec.row(item, app.store.fleet), global.filter, columnsOf(app.kinds, kind)));
}

/** The one endpoint that something is made on, connected. Throws usage as `placedOn` does. */
export async function findEndpoint(context: CommandContext): Promise<EndpointObject> {
  const name = await placedOn(context);
  const { failed } = await connectUnfiltered(context, [name]);
  const error = failed.get(name);
  if (error !== undefined) throw error;
  return { id: name, name };
}

/** The one of this name, of this id, or that its platform calls so. Two of one name are ambiguous: their ids are listed. */
function named<K extends ListedKind>(
  kind: K,
  one: string,
  name: string,
  hasNo: string,
  items: readonly ObjectOf<K>[],
): ObjectOf<K> {
  const byId = items.find(({ id }) => id === name);
  if (byId) return byId;
  const [found, ...others] = items.filter((item) => item.name === name || nativeOfListed(item.id) === name);
  if (found && others.length === 0) return found;
  if (!found) {
    const guess = didYouMean(
      name,
      items.map((item) => item.name),
    );
    throw new FleetError(`${kind}.not-found`, `${hasNo} ${one} ${JSON.stringify(name)}${guess}`);
  }
  const ids = [found, ...others].map(({ id }) => id).join(', ');
  throw new FleetError('name.ambiguous', `${others.length + 1} ${one}s are called ${name}: ${ids}`, {
    fix: 'use one of these ids',
  });
}
