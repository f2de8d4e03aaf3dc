import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { type ConfigChange, DEFAULT_POOLS } from './change.ts';
import { DEFINED_KINDS, sectionOf } from './definitions.ts';
import type { Draft } from './draft.ts';
import { isAroundItself, isNodeReference, poolNameComplaint } from './read-pools.ts';

type PoolChange = Extract<ConfigChange, { kind: `pool-${string}` | 'node-move' }>;

const invalid = (message: string, fix?: string) =>
  new FleetError('config.invalid', message, fix === undefined ? {} : { fix });

function assertFree(draft: Draft, name: string): void {
  const wrong = poolNameComplaint(name);
  if (wrong !== undefined) throw invalid(wrong);
  if (draft.has(['pools', name])) throw invalid(`there is a pool ${name} already`, 'choose another name');
}

function assertThere(draft: Draft, name: string): void {
  if (draft.has(['pools', name])) return;
  throw new FleetError('pool.not-found', `there is no pool ${name}${didYouMean(name, draft.keys(['pools']))}`);
}

/** Nodes would keep what nothing knows of any more. */
function refuseDefinitions(draft: Draft, name: string): void {
  const names = DEFINED_KINDS.flatMap((kind) => draft.keys(['pools', name, sectionOf(kind)]));
  const [first] = names;
  if (first === undefined) return;
  throw new FleetError('op.refused', `pool ${name} has definitions: ${names.join(', ')}`, {
    fix: `remove them from its nodes first: drover definition remove ${name} ${first}`,
  });
}

const around = (draft: Draft, name: string): string | undefined => draft.text(['pools', name, 'in']);

function nest(draft: Draft, name: string, into: string | undefined): void {
  if (into === undefined) {
    draft.remove(['pools', name, 'in']);
    return;
  }
  assertThere(draft, into);
  draft.set(['pools', name, 'in'], into);
  if (isAroundItself(name, (pool) => around(draft, pool))) {
    throw invalid(name === into ? `pool ${name} can't be inside itself` : `pool ${into} is inside pool ${name}`);
  }
}

/** Takes an endpoint with all its nodes, or one node, out of the pool where it is, and into `to`. Throws FleetError. */
export function moveNode(draft: Draft, node: string, to: string | undefined): void {
  if (!isNodeReference(node)) throw invalid(`${JSON.stringify(node)} is no node`);
  const endpoint = node.split('/', 1)[0] ?? node;
  if (!draft.has(['endpoints', endpoint]))
    throw new FleetError('endpoint.not-found', `there is no endpoint ${endpoint}`);
  if (to !== undefined) assertThere(draft, to);
  let poolOfEndpoint: string | undefined;
  for (const pool of draft.keys(['pools'])) {
    // Nodes that were named on their own go with their endpoint when the whole of it moves.
    draft.removeItems(
      ['pools', pool, 'nodes'],
      (item) => item === node || (node === endpoint && item.startsWith(`${node}/`)),
    );
    if (draft.items(['pools', pool, 'nodes']).includes(endpoint)) poolOfEndpoint = pool;
  }
  if (to === undefined) {
    if (poolOfEndpoint === undefined) return;
    throw new FleetError('op.refused', `${node} is in pool ${poolOfEndpoint} with all of ${endpoint}`, {
      fix: `move ${endpoint}, or move ${node} to another pool`,
    });
  }
  // Where its whole endpoint is, it is already.
  if (poolOfEndpoint !== to) draft.append(['pools', to, 'nodes'], node);
}

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyPoolChange(draft: Draft, change: PoolChange): void {
  switch (change.kind) {
    case 'pool-add':
      assertFree(draft, change.name);
      draft.addGroup(['pools', change.name]);
      if (change.in !== undefined) nest(draft, change.name, change.in);
      return;
    case 'pool-defaults':
      if (draft.keys(['pools']).length > 0) throw invalid('there are pools already');
      for (const name of DEFAULT_POOLS) draft.addGroup(['pools', name]);
      return;
    case 'node-move':
      moveNode(draft, change.node, change.to);
      return;
  }
  assertThere(draft, change.name);
  switch (change.kind) {
    case 'pool-rename':
      if (change.to === change.name) return;
      assertFree(draft, change.to);
      for (const pool of draft.keys(['pools'])) {
        if (around(draft, pool) === change.name) draft.set(['pools', pool, 'in'], change.to);
      }
      draft.rename(['pools'], change.name, change.to);
      return;
    case 'pool-remove': {
      refuseDefinitions(draft, change.name);
      const outer = around(draft, change.name);
      for (const pool of draft.keys(['pools'])) {
        if (around(draft, pool) === change.name) nest(draft, pool, outer);
      }
      draft.remove(['pools', change.name]);
      return;
    }
    case 'pool-nest':
      nest(draft, change.name, change.in);
      return;
    case 'pool-read-only':
      if (change.readOnly) draft.set(['pools', change.name, 'read-only'], true);
      else draft.remove(['pools', change.name, 'read-only']);
      return;
    case 'pool-variables': {
      const path = ['pools', change.name, 'variables'] as const;
      for (const key of draft.keys(path)) if (!(key in change.variables)) draft.remove([...path, key]);
      for (const [key, value] of Object.entries(change.variables)) draft.set([...path, key], value);
    }
  }
}
