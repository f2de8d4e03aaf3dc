import { type EndpointName, isEndpointName, type NodeId } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import { parse } from '../fields.ts';
import { commonFields } from './common-fields.ts';
import type { Located, LocatedEntry } from './located.ts';
import type { PoolConfig } from './model.ts';
import { readDefinitions } from './read-definitions.ts';
import type { Complain } from './read-endpoints.ts';

const KEYS = ['nodes', 'in', 'variables', 'storages', 'networks', 'read-only'] as const;
const readOnlyField = commonFields.find((field) => field.key === 'read-only');

/** Why a pool can't have this name; undefined when it can. Whether it is taken is asked elsewhere. */
export function poolNameComplaint(name: string): string | undefined {
  if (name.trim() === '') return 'a pool needs a name';
  if (name !== name.trim()) return 'the name of a pool must not start or end with a space';
  if (name.length > 100) return 'the name of a pool has 100 characters at most';
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)
    ? 'the name of a pool must not contain control characters or direction marks'
    : undefined;
}

/** `host1` for all its nodes, or `host1/NATIVE-ID` for one. */
export function isNodeReference(text: string): text is EndpointName | NodeId {
  const slash = text.indexOf('/');
  return slash < 0 ? isEndpointName(text) : isEndpointName(text.slice(0, slash)) && slash < text.length - 1;
}

const textOf = (found: Located | undefined): string | undefined => (found?.kind === 'scalar' ? found.text : undefined);

function readPool(
  name: string,
  entries: ReadonlyMap<string, LocatedEntry>,
  endpoints: ReadonlySet<string>,
  placed: Map<string, string>,
  complain: Complain,
): PoolConfig {
  for (const [key, { at }] of entries) {
    if (!KEYS.some((known) => known === key)) {
      complain(at, `pool ${name}: unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}`);
    }
  }

  const nodes: (EndpointName | NodeId)[] = [];
  const list = entries.get('nodes')?.value;
  if (list?.kind === 'scalar' || list?.kind === 'map')
    complain(list.at, `pool ${name}: nodes must be a list like [host1, host2]`);
  for (const item of list?.kind === 'list' ? list.items : []) {
    const reference = textOf(item);
    if (reference === undefined || !isNodeReference(reference)) {
      complain(item.at, `pool ${name}: a node is the name of an endpoint, or endpoint/id of one node of it`);
      continue;
    }
    const elsewhere = placed.get(reference);
    if (elsewhere !== undefined) {
      complain(
        item.at,
        `pool ${name}: ${reference} is in ${elsewhere === name ? 'it twice' : `pool ${elsewhere} already`}`,
        {
          fix: 'a node is in exactly one pool: take it out of the other',
        },
      );
      continue;
    }
    placed.set(reference, name);
    nodes.push(reference);
    const endpoint = reference.split('/', 1)[0] ?? reference;
    if (!endpoints.has(endpoint)) {
      complain(item.at, `pool ${name}: there is no endpoint ${endpoint}${didYouMean(endpoint, endpoints)}`, {
        severity: 'warning',
      });
    }
  }

  const variables: Record<string, string> = {};
  const given = entries.get('variables')?.value;
  if (given?.kind === 'scalar' || given?.kind === 'list')
    complain(given.at, `pool ${name}: variables must be names with values`);
  for (const [key, { value }] of given?.kind === 'map' ? given.entries : []) {
    if (value.kind === 'map' || value.kind === 'list')
      complain(value.at, `pool ${name}: variable ${JSON.stringify(key)} must be one value`);
    else variables[key] = textOf(value) ?? '';
  }

  const readOnlyAt = entries.get('read-only')?.value;
  const readOnly = readOnlyField && readOnlyAt?.kind === 'scalar' ? parse(readOnlyField, readOnlyAt.text) : false;
  if (typeof readOnly !== 'boolean' && readOnlyAt) complain(readOnlyAt.at, `pool ${name}: Read-only must be yes or no`);

  const around = textOf(entries.get('in')?.value);
  return {
    name,
    in: around === '' ? undefined : around,
    nodes,
    variables,
    definitions: readDefinitions(name, entries, complain),
    // What can't be understood is taken for the careful answer.
    readOnly: readOnly !== false,
  };
}

/** True when the pool is around itself, over however many others. */
export function isAroundItself(name: string, around: (name: string) => string | undefined): boolean {
  const seen = new Set<string>();
  for (let pool = around(name); pool !== undefined && !seen.has(pool); pool = around(pool)) {
    if (pool === name) return true;
    seen.add(pool);
  }
  return false;
}

/** The `pools:` section. Wrong entries are reported and left out; a pool whose outer pool can't be is at the top. */
export function readPools(
  section: LocatedEntry | undefined,
  endpoints: ReadonlySet<string>,
  complain: Complain,
): ReadonlyMap<string, PoolConfig> {
  const pools = new Map<string, PoolConfig>();
  if (!section || section.value.kind === 'nothing') return pools;
  if (section.value.kind !== 'map') {
    complain(section.value.at, 'pools must be names with settings below them');
    return pools;
  }
  const placed = new Map<string, string>();
  for (const [name, { at, value }] of section.value.entries) {
    const wrong = poolNameComplaint(name);
    if (wrong !== undefined) complain(at, wrong);
    else if (value.kind === 'scalar' || value.kind === 'list')
      complain(value.at, `pool ${name}: must be settings like "nodes:"`);
    else pools.set(name, readPool(name, value.kind === 'map' ? value.entries : new Map(), endpoints, placed, complain));
  }

  for (const pool of pools.values()) {
    if (pool.in === undefined) continue;
    const unknown = !pools.has(pool.in);
    if (!unknown && !isAroundItself(pool.name, (name) => pools.get(name)?.in)) continue;
    const entry = section.value.entries.get(pool.name);
    const at = entry?.value.kind === 'map' ? entry.value.entries.get('in')?.value.at : undefined;
    complain(
      at ?? section.at,
      unknown
        ? `pool ${pool.name}: there is no pool ${JSON.stringify(pool.in)} to be in${didYouMean(pool.in, pools.keys())}`
        : `pool ${pool.name}: is inside itself, by way of pool ${pool.in}`,
    );
    pools.set(pool.name, { ...pool, in: undefined });
  }
  return pools;
}
