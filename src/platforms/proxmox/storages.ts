/** Storages: what the cluster tells of each (catalog.ts), and where it lies, of GET /storage (PVE::API2::Storage::Config). */
import { nodeId, storageId } from '../../ids.ts';
import type { Storage } from '../contract.ts';
import { asRows, type Row, textOf } from '../lib/json.ts';
import { isNotOffered } from './api.ts';
import { inOrder, type KnownStorage, type ListContext, readCatalog, troubleNow, wordsOf } from './catalog.ts';
import { flagOf } from './json.ts';

/** One row for each shared storage, one for each node of a local one: two requests. Sizes in bytes, some seconds old. */
export async function listStorages(context: ListContext, signal: AbortSignal): Promise<readonly Storage[]> {
  const [{ storages }, configs] = await Promise.all([readCatalog(context, signal), readConfigs(context, signal)]);
  const named = new Set(storages.map(({ name }) => name));
  const untold = [...configs].filter(([name]) => !named.has(name));
  const all = [
    ...storages.map((one) => rowOf(context, one.name, configs.get(one.name) ?? {}, one)),
    ...untold.map(([name, config]) => rowOf(context, name, config)),
  ];
  return inOrder(all, ({ name, node }) => `${name} ${node ?? ''}`);
}

/** By name. None where the server does not let this login see them, or has no such list. */
async function readConfigs({ api, cluster }: ListContext, signal: AbortSignal): Promise<ReadonlyMap<string, Row>> {
  try {
    const rows = asRows(await api.get('/storage', { signal, subject: cluster }), 'the storages');
    return new Map(rows.flatMap((row) => [[textOf(row, 'storage') ?? '', row] as const]).filter(([name]) => name));
  } catch (error) {
    if (isNotOffered(error)) return new Map();
    throw error;
  }
}

/**
 * `told`: what the cluster tells of it. Nothing of one that is disabled; of another one without it this login may not see how
 * it is.
 */
function rowOf(context: ListContext, name: string, config: Row, told?: KnownStorage): Storage {
  const isUnseen = told === undefined && !flagOf(config, 'disable');
  const why = isUnseen ? 'no node tells this login how it is (Datastore.Audit)' : told?.offline;
  return {
    id: storageId(context.endpoint, told?.key ?? name),
    name,
    type: told?.type ?? textOf(config, 'type') ?? 'unknown',
    node: told?.node === undefined ? undefined : nodeId(context.endpoint, told.node),
    shared: told?.shared ?? flagOf(config, 'shared'),
    active: told !== undefined && told.through.length > 0,
    size: told?.size,
    used: told?.used,
    path: placeOf(config),
    content: told?.content ?? wordsOf(textOf(config, 'content')),
    ...(why !== undefined && { trouble: troubleNow(context, why) }),
  };
}

/** What is behind it, by the keys that its plugin has (options() of PVE::Storage::*Plugin). */
function placeOf(config: Row): string | undefined {
  const text = (key: string) => textOf(config, key);
  const server = text('server') ?? text('portal') ?? '';
  const [exported, share, datastore] = [text('export'), text('share'), text('datastore')];
  if (exported !== undefined) return `${server}:${exported}`;
  if (share !== undefined) return `//${server}/${share}`;
  if (datastore !== undefined) return `${server}:${datastore}`;
  const group = [text('vgname'), text('thinpool')].filter(Boolean).join('/') || undefined;
  return group ?? text('pool') ?? text('target') ?? text('path') ?? (server === '' ? undefined : server);
}
