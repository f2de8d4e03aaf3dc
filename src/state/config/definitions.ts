/**
 * What is to be on every node of a pool: storages and networks, F-176 and F-181. They stand below their pool in the configuration,
 * in the words of `storage create` and `network create`:
 *
 *     pools:
 *       Production:
 *         nodes: [host1, host2]
 *         storages:
 *           images: { type: netfs, host: nas, source: /export/vms, path: /srv/images }
 *         networks:
 *           lab: { mode: nat, cidr: 192.168.150.0/24, description: for tests }
 */
import { type EndpointName, endpointOf, type NodeId } from '../../ids.ts';
import type { Located, LocatedEntry } from './located.ts';
import type { PoolConfig } from './model.ts';
import type { Complain } from './read-endpoints.ts';

export const DEFINED_KINDS = ['storage', 'network'] as const;
export type DefinedKind = (typeof DEFINED_KINDS)[number];

export interface Definition {
  readonly kind: DefinedKind;
  /** What it is called on each node; no other one of its pool has it. */
  readonly name: string;
  /** For people; empty where there is none. */
  readonly description: string;
  /** As written, by the options of `KIND create`. Whether they can be taken is for those who use it to say. */
  readonly values: Readonly<Record<string, string>>;
}

/** A definition with the pool whose it is. */
export interface OfPool {
  readonly pool: string;
  readonly definition: Definition;
}

/** The group of a pool that has the definitions of a kind. */
export const sectionOf = (kind: DefinedKind): 'storages' | 'networks' => `${kind}s`;

const DESCRIPTION = 'description';

/** Why a definition can't be called that; undefined when it can. A platform may want less. */
export const definitionNameComplaint = (name: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$/.test(name)
    ? undefined
    : 'must be letters, digits, dot, dash, plus or underscore';

/** The definitions of a pool. Wrong entries are reported and left out. */
export function readDefinitions(
  pool: string,
  entries: ReadonlyMap<string, LocatedEntry>,
  complain: Complain,
): readonly Definition[] {
  const all = new Map<string, Definition>();
  for (const kind of DEFINED_KINDS) {
    const section = entries.get(sectionOf(kind))?.value;
    if (section?.kind === 'scalar' || section?.kind === 'list')
      complain(section.at, `pool ${pool}: ${sectionOf(kind)} must be names with settings below them`);
    for (const [name, { at, value }] of section?.kind === 'map' ? section.entries : []) {
      const wrong = all.has(name)
        ? `there is a ${all.get(name)?.kind} of this name, too`
        : (definitionNameComplaint(name) ?? shapeComplaint(value));
      if (wrong === undefined) all.set(name, definitionIn(kind, name, value));
      else complain(at, `pool ${pool}: ${kind} ${JSON.stringify(name)}: ${wrong}`);
    }
  }
  return [...all.values()];
}

function shapeComplaint(value: Located): string | undefined {
  if (value.kind === 'scalar' || value.kind === 'list') return 'must be settings like "type: dir"';
  const odd = value.kind === 'map' ? [...value.entries].find(([, one]) => isGroup(one.value)) : undefined;
  return odd && `${JSON.stringify(odd[0])} must be one value`;
}

const isGroup = ({ kind }: Located): boolean => kind === 'map' || kind === 'list';

function definitionIn(kind: DefinedKind, name: string, value: Located): Definition {
  const words = [...(value.kind === 'map' ? value.entries : [])].map(
    ([key, one]) => [key, one.value.kind === 'scalar' ? one.value.text : ''] as const,
  );
  const { [DESCRIPTION]: description = '', ...values } = Object.fromEntries(words);
  return { kind, name, description, values };
}

/** As it stands in the file. */
export const writtenDefinition = ({ description, values }: Definition): Readonly<Record<string, string>> => ({
  ...values,
  ...(description !== '' && { [DESCRIPTION]: description }),
});

type Pools = ReadonlyMap<string, PoolConfig>;

/** The endpoints whose nodes are in a pool, or in one inside it. */
export function endpointsIn(pools: Pools, name: string): readonly EndpointName[] {
  const inside = [...pools.values()].filter((pool) => around(pools, pool).some((one) => one.name === name));
  return [...new Set(inside.flatMap(({ nodes }) => nodes.map((node) => endpointOf(node))))];
}

/** What is to be on an endpoint: the definitions of the pools that its nodes are in, and of those around them. */
export function definitionsFor(pools: Pools, endpoint: EndpointName): readonly OfPool[] {
  const own = [...pools.values()].filter(({ nodes }) => nodes.some((node) => endpointOf(node) === endpoint));
  const all = new Set(own.flatMap((pool) => around(pools, pool)));
  return [...all].flatMap(({ name, definitions }) => definitions.map((definition) => ({ pool: name, definition })));
}

/** A pool and those that it is in, the inner ones first. */
function around(pools: Pools, inner: PoolConfig): readonly PoolConfig[] {
  const all: PoolConfig[] = [];
  for (
    let pool: PoolConfig | undefined = inner;
    pool && !all.includes(pool);
    pool = pool.in === undefined ? undefined : pools.get(pool.in)
  )
    all.push(pool);
  return all;
}

/** The pools as they are when a node, or an endpoint with all its nodes, has moved. */
export function poolsAfterMove(pools: Pools, node: EndpointName | NodeId, to: string | undefined): Pools {
  const goes = (one: string) => one === node || one.startsWith(`${node}/`);
  return new Map(
    [...pools].map(([name, pool]) => {
      const stays = pool.nodes.filter((one) => !goes(one));
      return [name, { ...pool, nodes: name === to ? [...stays, node] : stays }] as const;
    }),
  );
}
