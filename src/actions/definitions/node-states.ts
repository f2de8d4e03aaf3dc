/** What the nodes of a pool have of what was defined for it, F-178 and F-180. */
import { sentence } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Network, Storage } from '../../platforms/contract.ts';
import type { DefinedKind, Definition, OfPool } from '../../state/config/definitions.ts';
import { endpointsIn } from '../../state/config/definitions-of-nodes.ts';
import { networkIn } from '../network.ts';
import { readListing } from '../read-listing.ts';
import type { Services } from '../services.ts';
import { storageIn } from '../storage.ts';
import { networkDifferences, storageDifferences } from './differences.ts';
import { argsOf } from './maker.ts';

export const SYNC_STATES = ['in sync', 'out of sync', 'missing', 'unknown'] as const;
type SyncState = (typeof SYNC_STATES)[number];

/** What one node has. A node here is an endpoint, since storages and networks are made on these. */
export interface NodeState {
  readonly endpoint: EndpointName;
  readonly state: SyncState;
  /** Why it is out of sync, or not known; empty otherwise. */
  readonly detail: string;
  /** What it has of this name. */
  readonly found?: Storage | Network;
  /** What it has is what was defined, even if it is not active. */
  readonly isMeant: boolean;
}

export interface DefinitionState extends OfPool {
  readonly nodes: readonly NodeState[];
}

/** Reads the lists of all nodes, each once. Rejects only when `signal` aborts: what can't be read is `unknown`. */
export async function readStates(
  all: readonly OfPool[],
  services: Services,
  signal: AbortSignal,
  endpointsOf: (pool: string) => readonly EndpointName[] = (pool) => endpointsIn(services.config().pools, pool),
): Promise<readonly DefinitionState[]> {
  const lists = new Map<string, Promise<readonly (Storage | Network)[]>>();
  const listOf = (kind: DefinedKind, endpoint: EndpointName) => {
    const key = `${kind} ${endpoint}`;
    const list = lists.get(key) ?? readListing(kind, endpoint, services, signal);
    lists.set(key, list);
    return list;
  };
  return Promise.all(
    all.map(async ({ pool, definition }) => ({
      pool,
      definition,
      nodes: await Promise.all(
        endpointsOf(pool).map(async (endpoint) => {
          try {
            return { endpoint, ...(await stateOn(endpoint, definition, listOf, services, signal)) };
          } catch (error) {
            signal.throwIfAborted();
            return { endpoint, ...unknown(sentence(error)) };
          }
        }),
      ),
    })),
  );
}

type State = Omit<NodeState, 'endpoint'>;

const unknown = (detail: string): State => ({ state: 'unknown', detail, isMeant: false });

async function stateOn(
  endpoint: EndpointName,
  definition: Definition,
  listOf: (kind: DefinedKind, endpoint: EndpointName) => Promise<readonly (Storage | Network)[]>,
  services: Services,
  signal: AbortSignal,
): Promise<State> {
  const { kind, name } = definition;
  const all = await listOf(kind, endpoint);
  const found = all.find((one) => one.name === name);
  if (!found && all.some(({ unread }) => unread)) return unknown(`not all ${kind}s could be read`);
  if (!found) return { state: 'missing', detail: '', isMeant: false };
  if (found.trouble) return unknown(found.trouble.message);
  const differences = await differencesOf(definition, found, services, endpoint, signal);
  const isMeant = differences.length === 0;
  const details = [...differences, ...(found.active ? [] : ['it is not active'])];
  return { state: details.length === 0 ? 'in sync' : 'out of sync', detail: details.join('; '), found, isMeant };
}

async function differencesOf(
  definition: Definition,
  found: Storage | Network,
  { sessions }: Services,
  endpoint: EndpointName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const args = argsOf(definition);
  if (definition.kind === 'storage') return storageDifferences(storageIn(args), found as Storage);
  const network = found as Network;
  const spec = networkIn(args);
  // Asked for only where it is needed: it is a request for each network.
  const isNeeded = spec.range !== undefined || spec.forwarders !== undefined;
  const now = isNeeded ? await sessions.connection(endpoint)?.network?.settings?.(network.id, signal) : undefined;
  return networkDifferences(spec, network, now?.settings ?? {});
}

/** `2 in sync, 1 missing`; `no nodes` for a pool without any. */
export function summaryOf(nodes: readonly NodeState[]): string {
  const parts = SYNC_STATES.flatMap((state) => {
    const count = nodes.filter((one) => one.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return parts.length === 0 ? 'no nodes' : parts.join(', ');
}
