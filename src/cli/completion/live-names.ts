import { systemClock } from '../../clock.ts';
import type { App } from '../../compose.ts';
import { type EndpointName, endpointOf } from '../../ids.ts';
import { openPlugins } from '../../plugins/open-plugins.ts';
import { readGroups } from '../../state/config/groups.ts';
import { type Located, locate } from '../../state/config/located.ts';
import { cacheDirectory, configFile } from '../../state/config/paths.ts';
import { createConfigStore } from '../../state/config/store.ts';
import { readViews, readyViews } from '../../state/config/views.ts';
import { homeOf } from '../../state/files/home.ts';
import {
  type EndpointNames,
  type NamedId,
  namesFile,
  readNames,
  rememberNames,
} from '../../state/fleet/known-names.ts';

import { listedKinds, specOf } from '../../state/kinds.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What can be named on a command line now. */
export interface LiveNames {
  readonly endpoints: readonly string[];
  /** Of endpoints. */
  readonly groups: readonly string[];
  readonly pools: readonly string[];
  /** Of storages and networks, by the pool that they are defined for. */
  readonly definitions: ReadonlyMap<string, readonly string[]>;
  /** Of the configuration. */
  readonly profiles: readonly string[];
  readonly platforms: readonly string[];
  /** Saved in the configuration, and the built-in ones. */
  readonly views: readonly string[];
  readonly vms: readonly NamedId[];
  readonly nodes: readonly NamedId[];
  /** Of each kind that was listed. */
  readonly listed: ReadonlyMap<string, readonly NamedId[]>;
}

/** From the configuration and from what was remembered; nothing is connected. `config` is what --config says. */
export async function readLiveNames(config: string | undefined, env: Env): Promise<LiveNames> {
  const home = homeOf(env);
  const file = configFile(config, env, home);
  const { platforms } = await openPlugins({ config, env, tell: () => {} });
  const fieldsOf = new Map(platforms.map(({ manifest }) => [manifest.id, manifest.endpoint]));
  const [loaded, names] = await Promise.all([
    createConfigStore(file, fieldsOf, systemClock).load(),
    readNames(namesFile(cacheDirectory(env, home), file)),
  ]);
  const { endpoints, pools } = loaded.config;
  const known = [...endpoints.keys()].flatMap((name) => names.get(name) ?? []);
  return {
    endpoints: [...endpoints.keys()],
    groups: [...readGroups(file, loaded.config.file, new Set(endpoints.keys())).groups.keys()],
    profiles: keysOf(locate(loaded.config.file, ['profiles'])),
    pools: [...pools.keys()],
    definitions: new Map([...pools].map(([pool, one]) => [pool, one.definitions.map(({ name }) => name)])),
    platforms: platforms.map(({ manifest }) => manifest.id),
    views: [...new Set([...readViews(file, loaded.config.file).views.keys(), ...readyViews.keys()])],
    vms: known.flatMap(({ vms }) => vms),
    nodes: known.flatMap(({ nodes }) => nodes),
    listed: new Map(
      [...new Set(known.flatMap(({ listed }) => Object.keys(listed)))].map((kind) => [
        kind,
        known.flatMap(({ listed }) => listed[kind] ?? []),
      ]),
    ),
  };
}

const keysOf = (tree: Located | undefined): readonly string[] => (tree?.kind === 'map' ? [...tree.entries.keys()] : []);

/** Keeps the names of all endpoints that have answered in this run. */
export async function rememberLiveNames({ store, config, configPath, kinds }: App, env: Env): Promise<void> {
  const { fleet } = store;
  const ofEndpoints = listedKinds(kinds).filter((kind) => specOf(kinds, kind).under === 'endpoint');
  const listedOf = (endpoint: EndpointName) =>
    Object.fromEntries(
      ofEndpoints.flatMap((kind): [string, readonly NamedId[]][] => {
        const listing = fleet.listings.of(kind, endpoint);
        return listing ? [[kind, listing.items.map(({ name, id }): NamedId => [name, id])]] : [];
      }),
    );
  const fresh = new Map<EndpointName, { vms: NamedId[]; nodes: NamedId[] } & EndpointNames>();
  for (const { name, phase } of fleet.endpoints.values())
    if (phase === 'up') fresh.set(name, { vms: [], nodes: [], listed: listedOf(name) });
  if (fresh.size === 0) return;
  for (const { id, name } of fleet.vms.values()) fresh.get(endpointOf(id))?.vms.push([name, id]);
  for (const { id, name } of fleet.nodes.values()) fresh.get(endpointOf(id))?.nodes.push([name, id]);
  const home = homeOf(env);
  await rememberNames(namesFile(cacheDirectory(env, home), configPath), fresh, config().endpoints.keys());
}
