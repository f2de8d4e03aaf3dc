/** Which definitions the words of a command mean, and on which nodes. */
import { type DefinitionState, readStates } from '../../actions/definitions/node-states.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import type { OfPool } from '../../state/config/definitions.ts';
import { endpointsIn } from '../../state/config/definitions-of-nodes.ts';
import type { PoolConfig } from '../../state/config/model.ts';
import { chosenEndpoints } from '../chosen-endpoints.ts';
import type { CommandContext } from '../command.ts';
import { connectUnfiltered } from '../connect.ts';

/** Throws usage where no pool is named, and pool.not-found. */
export function poolCalled(word: string | undefined, { app }: CommandContext): PoolConfig {
  const { pools } = app.config();
  if (word === undefined) throw new FleetError('usage', 'which pool? Name one');
  const pool = pools.get(word);
  if (pool) return pool;
  throw new FleetError('pool.not-found', `there is no pool ${JSON.stringify(word)}${didYouMean(word, pools.keys())}`);
}

/** Those of a pool, or the one of this name. Throws usage where the pool has none. */
export function definitionsCalled(
  poolWord: string | undefined,
  word: string | undefined,
  context: CommandContext,
): readonly OfPool[] {
  const { name: pool, definitions } = poolCalled(poolWord, context);
  const found = definitions.filter(({ name }) => word === undefined || name === word);
  if (found.length > 0) return found.map((definition) => ({ pool, definition }));
  const known = definitions.map(({ name }) => name);
  const none = word === undefined ? 'definitions' : `definition ${JSON.stringify(word)}${didYouMean(word, known)}`;
  throw new FleetError('usage', `pool ${pool} has no ${none}`, {
    fix: known.length === 0 ? `drover definition add-storage ${pool} NAME makes one` : `it has ${known.join(', ')}`,
  });
}

/** The one that is named. */
export function definitionCalled(words: readonly string[], context: CommandContext): OfPool {
  const [pool, name, ...more] = words;
  if (pool === undefined || name === undefined || more.length > 0)
    throw new FleetError('usage', 'which definition? Name its pool and then the definition');
  const [found] = definitionsCalled(pool, name, context);
  if (!found) throw new Error('a definition that was found is one');
  return found;
}

/** The nodes of the pool, or those of them that `-C` names. Throws usage for one that is not in the pool. */
export async function nodesMeant(pool: string, context: CommandContext): Promise<readonly EndpointName[]> {
  const inPool = endpointsIn(context.app.config().pools, pool);
  if (context.global.clients.length === 0) return inPool;
  const chosen = await chosenEndpoints(context);
  const other = chosen.find((one) => !inPool.includes(one));
  if (other === undefined) return chosen;
  throw new FleetError('usage', `${other} is not in pool ${pool}`, {
    fix: `it has ${inPool.length === 0 ? 'no nodes' : inPool.join(', ')}`,
  });
}

/** What the nodes that are meant have of them. A node that does not answer is one of which it is not known. */
export async function statesMeant(
  all: readonly OfPool[],
  context: CommandContext,
): Promise<readonly DefinitionState[]> {
  const { app, signal } = context;
  const { endpoints } = app.config();
  const nodes = new Map<string, readonly EndpointName[]>();
  for (const { pool } of all) if (!nodes.has(pool)) nodes.set(pool, await nodesMeant(pool, context));
  const names = [...new Set([...nodes.values()].flat())].filter((name) => endpoints.get(name)?.enabled);
  if (names.length > 0) await connectUnfiltered(context, names);
  return readStates(all, app, signal, (pool) => nodes.get(pool) ?? []);
}
