import type { EndpointName } from '../../ids.ts';
import { groupingOf } from '../config/grouping.ts';
import type { Config, EndpointConfig } from '../config/model.ts';
import { spellProblem } from '../config/problem.ts';
import type { ConfigStore } from '../config/store.ts';
import type { Store } from '../fleet/store.ts';
import type { Secrets } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import type { SessionSpec } from './spec.ts';

/**
 * Keeps sessions and pools as the configuration has them, also when another program changes it. Sessions of endpoints that stay the same stay
 * connected.
 */
export interface ConfigFollower {
  /** Reads the configuration. Nothing is connected yet. */
  load(): Promise<Config>;
  /** Opens sessions for these endpoints, or for all: a command that works with some of them opens no others later. */
  open(names?: readonly EndpointName[]): void;
  takeOver(config: Config): void;
  /** Takes over what other programs write to the file, from now on. */
  watch(): void;
  stop(): void;
}

export interface ConfigFollowerOptions {
  readonly configStore: ConfigStore;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly secrets: Secrets;
  readonly specOf: (config: EndpointConfig) => SessionSpec;
  readonly warn: (message: string) => void;
}

export function createConfigFollower(options: ConfigFollowerOptions): ConfigFollower {
  const { configStore, store, sessions, secrets, specOf, warn } = options;
  const opened = new Map<EndpointName, EndpointConfig>();
  let all = false;
  let stop = () => {};

  const openOne = (config: EndpointConfig) => {
    opened.set(config.name, config);
    sessions.open(specOf(config));
  };

  const takeOver = (config: Config) => {
    store.setGrouping(groupingOf(config));
    if (!all) return;
    for (const [name, before] of opened) {
      const after = config.endpoints.get(name);
      if (after && JSON.stringify(after) === JSON.stringify(before)) continue;
      opened.delete(name);
      secrets.forget(name);
      if (after) openOne(after);
      else void sessions.remove(name);
    }
    for (const [name, endpoint] of config.endpoints) if (!opened.has(name)) openOne(endpoint);
  };

  return {
    async load() {
      const { config } = await configStore.load();
      store.setGrouping(groupingOf(config));
      return config;
    },
    open(names) {
      all = names === undefined;
      for (const [name, endpoint] of configStore.current.config.endpoints) {
        if (!names || names.includes(name)) openOne(endpoint);
      }
    },
    takeOver,
    watch() {
      stop = configStore.watch(({ config, problems }) => {
        takeOver(config);
        const [first] = problems;
        if (first) warn(spellProblem(first));
      });
    },
    stop: () => stop(),
  };
}
