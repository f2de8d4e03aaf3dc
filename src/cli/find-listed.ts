import { readListing } from '../actions/read-listing.ts';
import { FleetError } from '../errors.ts';
import { createGate } from '../gate.ts';
import { nativeOfSnapshot, rowOf, type SnapshotId, type VmId } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { ListedKind, ObjectOf, Vm } from '../platforms/contract.ts';
import { oneOf } from '../state/kinds.ts';
import { clean } from '../terminal/width.ts';
import type { CommandContext } from './command.ts';
import { findVms } from './find.ts';

const AT_ONCE = 4;

/** What is under each of these VMs, in their order. Rejects with the first that can't be read. */
export function listingsOf<K extends ListedKind>(
  kind: K,
  vms: readonly Vm[],
  { app, signal }: CommandContext,
): Promise<readonly (readonly ObjectOf<K>[])[]> {
  const gate = createGate(AT_ONCE);
  return Promise.all(vms.map(({ id }) => gate.run(signal, () => readListing(kind, id, app, signal))));
}

/**
 * The objects that these words mean: ids (`host1/web1#monday`), or a VM and then names of what is under it. With
 * `--filter` all words are names, and each VM that matches and has one of that name is meant.
 */
export async function findListed<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  byFilter: boolean,
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly ObjectOf<K>[]> {
  if (words.length > 0 && words.every((word) => word.includes('#'))) return byIds(kind, words, context, onlyById);
  const one = oneOf(context.app.kinds, kind);
  const [first, ...rest] = words;
  const names = byFilter ? words : rest;
  if ((first === undefined && !byFilter) || names.length === 0) {
    throw new FleetError('usage', `which ${one}? Name its VM and then the ${one}`);
  }
  const vms = await findVms(byFilter || first === undefined ? [] : [first], context, onlyById);
  const lists = await listingsOf(kind, vms, context);
  return vms.flatMap((vm, at) => {
    const items = lists[at] ?? [];
    if (!byFilter) return names.map((name) => named(kind, one, name, vm, items));
    const found = names.flatMap((name) => items.filter((item) => item.name === name));
    if (found.length === 0) context.say(clean(`left out: ${vm.name} has no ${one} ${names.join(' or ')}`));
    return found;
  });
}

async function byIds<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly ObjectOf<K>[]> {
  const owners = [...new Set(words.map((word) => rowOf(word as SnapshotId) as VmId))];
  const vms = await findVms(owners, context, onlyById);
  const lists = await listingsOf(kind, vms, context);
  return words.map((word) => {
    const at = owners.indexOf(rowOf(word as SnapshotId) as VmId);
    const found = lists[at]?.find(({ id }) => id === word);
    if (found) return found;
    throw new FleetError(`${kind}.not-found`, `there is no ${oneOf(context.app.kinds, kind)} ${JSON.stringify(word)}`);
  });
}

/** The one of this name under a VM, or that its platform calls so. Two of one name are ambiguous: their ids are listed. */
function named<K extends ListedKind>(
  kind: K,
  one: string,
  name: string,
  vm: Vm,
  items: readonly ObjectOf<K>[],
): ObjectOf<K> {
  const [found, ...others] = items.filter(
    (item) => item.name === name || nativeOfSnapshot(item.id as SnapshotId) === name,
  );
  if (found && others.length === 0) return found;
  if (!found) {
    const guess = didYouMean(
      name,
      items.map((item) => item.name),
    );
    throw new FleetError(`${kind}.not-found`, `${vm.name} has no ${one} ${JSON.stringify(name)}${guess}`);
  }
  const ids = [found, ...others].map(({ id }) => id).join(', ');
  throw new FleetError('name.ambiguous', `${others.length + 1} ${one}s of ${vm.name} are called ${name}: ${ids}`, {
    fix: 'use one of these ids',
  });
}
