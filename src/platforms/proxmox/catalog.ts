/**
 * What the cluster knows of its storages: rows of GET /cluster/resources with the type `storage`, one per storage and node
 * (PVE::API2Tools::extract_storage_stats). Their figures are those that each node told last, every ten seconds or so; one that
 * a node can't use now has no figures and is `unknown`.
 */
import type { Clock } from '../../clock.ts';
import type { EndpointName } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Trouble } from '../contract.ts';
import { asRows, type Row, textOf } from '../lib/json.ts';
import type { Api } from './api.ts';
import { type ClusterNode, type Resources, readResources } from './guests.ts';
import { flagOf, sizeOf } from './json.ts';
import type { Permissions } from './rights.ts';

/** What every list needs. */
export interface ListContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly endpoint: EndpointName;
  /** Name of the cluster, for sentences. */
  readonly cluster: string;
  readonly permissions: Permissions | undefined;
}

export interface KnownStorage {
  /** `nas` for one that nodes share, `pve1/local` for one that is a node's own: a storage's name has no slash. */
  readonly key: string;
  readonly name: string;
  /** `lvmthin`; undefined where the cluster does not say. */
  readonly type: string | undefined;
  readonly shared: boolean;
  /** The node whose it is; undefined for a shared one. */
  readonly node: string | undefined;
  /** `images`, `iso`. */
  readonly content: readonly string[];
  readonly size: Bytes | undefined;
  readonly used: Bytes | undefined;
  /** Nodes that can be asked what is in it: they are not offline and say that it is available. */
  readonly through: readonly string[];
  /** Why it can't be asked: all its nodes are offline. */
  readonly offline: string | undefined;
}

export interface Catalog {
  readonly resources: Resources;
  /** In the order of their names. */
  readonly storages: readonly KnownStorage[];
}

/** Guests, nodes and storages of the cluster, in one request. */
export async function readCatalog({ api, cluster }: ListContext, signal: AbortSignal): Promise<Catalog> {
  const data = await api.get('/cluster/resources', { signal, subject: cluster });
  const resources = readResources(data);
  const told = asRows(data, 'the resources of the cluster').flatMap((row) => toldOf(row, resources.nodes) ?? []);
  const storages = [...Map.groupBy(told, ({ key }) => key).values()].flatMap((rows) => together(rows) ?? []);
  return { resources, storages: inOrder(storages, ({ name, node }) => `${name} ${node ?? ''}`) };
}

/** The server's order changes from one answer to the next. */
export const inOrder = <T>(all: readonly T[], word: (one: T) => string): readonly T[] =>
  all.toSorted((a, b) => ORDER.compare(word(a), word(b)));

const ORDER = new Intl.Collator('en', { numeric: true });

export const wordsOf = (text: string | undefined): readonly string[] => text?.split(/[,\s]+/).filter(Boolean) ?? [];

/** Of something that can't be read whole; since when is not known. */
export const troubleNow = ({ clock }: ListContext, message: string): Trouble => ({ message, since: clock.now() });

/** What one node tells of one storage. */
interface Told {
  readonly key: string;
  readonly node: string;
  readonly isOnline: boolean;
  readonly isAvailable: boolean;
  readonly row: Row;
}

function toldOf(row: Row, nodes: ReadonlyMap<string, ClusterNode>): Told | undefined {
  const name = textOf(row, 'storage');
  const node = textOf(row, 'node');
  if (row['type'] !== 'storage' || name === undefined || node === undefined) return undefined;
  // A login may see storages of a node that it may not see.
  const isOnline = nodes.get(node)?.online ?? true;
  const key = flagOf(row, 'shared') ? name : `${node}/${name}`;
  return { key, node, isOnline, isAvailable: isOnline && row['status'] === 'available', row };
}

function together(all: readonly Told[]): KnownStorage | undefined {
  const best = all.find((one) => one.isAvailable) ?? all[0];
  if (!best) return undefined;
  const { key, node, row } = best;
  const shared = flagOf(row, 'shared');
  // Portals of iSCSI tell a size of 0, and mean none.
  const size = sizeOf(row, 'maxdisk') || undefined;
  return {
    key,
    name: textOf(row, 'storage') ?? key,
    type: textOf(row, 'plugintype'),
    shared,
    node: shared ? undefined : node,
    content: wordsOf(textOf(row, 'content')),
    size,
    used: size && sizeOf(row, 'disk'),
    through: all.filter((one) => one.isAvailable).map((one) => one.node),
    offline: all.some((one) => one.isOnline) ? undefined : offlineWords(all.map((one) => one.node)),
  };
}

const offlineWords = (nodes: readonly string[]): string =>
  nodes.length === 1 ? `its node ${nodes[0]} is offline` : `its nodes ${nodes.toSorted().join(', ')} are offline`;
