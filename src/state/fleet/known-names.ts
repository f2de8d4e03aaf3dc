import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EndpointName, isEndpointName } from '../../ids.ts';
import { cacheKey, replaceCache } from './cache-file.ts';

/** A name with the id that belongs to it, since two may share a name. */
export type NamedId = readonly [name: string, id: string];

export interface EndpointNames {
  readonly vms: readonly NamedId[];
  readonly nodes: readonly NamedId[];
  /** Of each kind that was listed. */
  readonly listed: Readonly<Record<string, readonly NamedId[]>>;
}

/** What things were called when they were last seen, so that a shell can complete names without a connection. */
export type KnownNames = ReadonlyMap<EndpointName, EndpointNames>;

/** With more names a user does not complete one by its first letters, and reading them must not be noticeable. */
const MOST_NAMES = 20_000;

/** `configPath` is part of the name: two configurations may call different hosts by one name. */
export const namesFile = (cache: string, configPath: string): string =>
  join(cache, 'names', `${cacheKey(configPath)}.json`);

/** Empty for a file that is not there or not ours: names are worth no error. */
export async function readNames(file: string): Promise<KnownNames> {
  try {
    const found: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof found !== 'object' || found === null) return new Map();
    return new Map(
      Object.entries(found).flatMap(([name, names]) =>
        isEndpointName(name) && isEndpointNames(names) ? [[name, names] as const] : [],
      ),
    );
  } catch {
    return new Map();
  }
}

/**
 * Keeps `fresh` in place of what was known of these endpoints, and of the others what was known while they are
 * `configured`. Never rejects. Of two that write at once the later one wins.
 */
export async function rememberNames(
  file: string,
  fresh: KnownNames,
  configured: Iterable<EndpointName>,
): Promise<void> {
  const before = await readNames(file);
  const names: Record<string, EndpointNames> = {};
  for (const endpoint of configured) {
    const known = before.get(endpoint) ?? NONE;
    const { vms, nodes, listed } = fresh.get(endpoint) ?? known;
    // What was not listed in this run is as it was.
    const lists = Object.entries({ ...known.listed, ...listed });
    names[endpoint] = {
      vms: vms.slice(0, MOST_NAMES),
      nodes: nodes.slice(0, MOST_NAMES),
      listed: Object.fromEntries(lists.map(([kind, all]) => [kind, all.slice(0, MOST_NAMES)])),
    };
  }
  await replaceCache(file, [JSON.stringify(names)]);
}

const NONE: EndpointNames = { vms: [], nodes: [], listed: {} };

const isNamedId = (one: unknown): one is NamedId =>
  Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string');

const isEndpointNames = (found: unknown): found is EndpointNames =>
  typeof found === 'object' &&
  found !== null &&
  'vms' in found &&
  'nodes' in found &&
  'listed' in found &&
  typeof found.listed === 'object' &&
  found.listed !== null &&
  [found.vms, found.nodes, ...Object.values(found.listed)].every(
    (list) => Array.isArray(list) && list.every(isNamedId),
  );
