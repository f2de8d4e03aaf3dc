/** Storages: what the cluster tells of each (catalog.ts), and where it lies, of GET /storage (PVE::API2::Storage::Config). */
import { nodeId, storageId } from '../../ids.ts';
import type { Storage } from '../contract.ts';
import { isNotOffered } from './api.ts';
import { inOrder, type KnownStorage, type ListContext, readCatalog, troubleNow, wordsOf } from './catalog.ts';
import { asRows, flagOf, type Row, textOf } from './json.ts';

/** One row for each shared storage, one for each node of a local one: two requests. Sizes in bytes, some seconds old. */
export async function listStorages(context: ListContext, signal: AbortSignal): Promise<readonly Storage[]> {
  const [{ storages }, configs] = await Promise.all([readCatalog(context, signal), readConfigs(context, signal)]);
  const named = new Set(storages.map(({ name }) => name));
  const untold = [...configs].filter(([name]) => !named.has(name));
  const all = [
    ...storages.map((one) => toldRow(context, one, configs.get(one.name))),
    ...untold.map(([name, config]) => untoldRow(context, name, config)),
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

function toldRow(context: ListContext, told: KnownStorage, config: Row | undefined): Storage {
  const { key, name, node, offline } = told;
  return {
    id: storageId(context.endpoint, key),
    name,
    type: told.type ?? (config && textOf(config, 'type')) ?? 'unknown',
    node: node === undefined ? undefined : nodeId(context.endpoint, node),
    shared: told.shared,
    active: told.through.length > 0,
    size: told.size,
    used: told.used,
    path: config && placeOf(config),
    content: told.content,
    ...(offline !== undefined && { trouble: troubleNow(context, offline) }),
  };
}

/** One that is configured, and of which no node tells: it is disabled, or this login may not see how it is. */
function untoldRow(context: ListContext, name: string, config: Row): Storage {
  return {
    id: storageId(context.endpoint, name),
    name,
    type: textOf(config, 'type') ?? 'unknown',
    node: undefined,
    shared: flagOf(config, 'shared'),
    active: false,
    size: undefined,
    used: undefined,
    path: placeOf(config),
    content: wordsOf(textOf(config, 'content')),
    ...(!flagOf(config, 'disable') && {
      trouble: troubleNow(context, 'no node tells this login how it is (Datastore.Audit)'),
    }),
  };
}

/** What is behind it, by the keys that its plugin has (options() of PVE::Storage::*Plugin). */
function placeOf(config: Row): string | undefined {
  const text = (key: string) => textOf(config, key);
  const server = text('server') ?? text('portal') ?? '';
  const [exported, share, datastore, group, pool] = [
    text('export'),
    text('share'),
    text('datastore'),
    text('vgname'),
    text('thinpool'),
  ];
  if (exported !== undefined) return `${server}:${exported}`;
  if (share !== undefined) return `//${server}/${share}`;
  if (datastore !== undefined) return `${server}:${datastore}`;
  if (group !== undefined) return pool === undefined ? group : `${group}/${pool}`;
  return text('pool') ?? text('target') ?? text('path') ?? (server === '' ? undefined : server);
}
