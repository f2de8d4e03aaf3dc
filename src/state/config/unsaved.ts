import type { EndpointName } from '../../ids.ts';
import { emptyMap, type LocatedEntry, type LocatedMap } from './located.ts';
import type { Loaded, PlatformFields } from './model.ts';
import type { Problem } from './problem.ts';
import { readDefaults } from './read-defaults.ts';
import { type Complain, readEndpoints } from './read-endpoints.ts';
import type { ConfigStore } from './store.ts';

/** An endpoint that is of this run alone. */
export interface UnsavedEndpoint {
  readonly name: EndpointName;
  readonly platform: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The configuration with endpoints that are of this run alone, and in no file. One of the file counts more. What the `defaults:` of the
 * file say holds for them too: with `read-only: true` there nothing is changed by them.
 */
export function withUnsaved(
  store: ConfigStore,
  unsaved: readonly UnsavedEndpoint[],
  platforms: PlatformFields,
): ConfigStore {
  if (unsaved.length === 0) return store;
  const section = entry(
    new Map(
      unsaved.map(({ name, platform, values }) => [
        name,
        // It was named to be connected to.
        entry(
          new Map(Object.entries({ platform, enabled: 'true', ...values }).map(([key, text]) => [key, word(text)])),
        ),
      ]),
    ),
  );
  const withThem = onceEach(({ config, problems }) => {
    const found: Problem[] = [];
    const complain: Complain = (at, message, more = {}) => {
      const problem: Problem = { severity: 'error', file: store.file, at, message, ...more };
      // What is wrong with the defaults themselves was said with the rest of the file.
      if (problem.endpoint !== undefined && !config.endpoints.has(problem.endpoint as EndpointName))
        found.push(problem);
      return problem;
    };
    const defaults = readDefaults(config.file.entries.get('defaults'), platforms, complain);
    const own = readEndpoints(section, platforms, complain, defaults);
    return {
      config: { ...config, endpoints: new Map([...own, ...config.endpoints]) },
      problems: [...problems, ...found],
    };
  });
  return {
    file: store.file,
    get current() {
      return withThem(store.current);
    },
    load: async () => withThem(await store.load()),
    edit: async (change, options) => withThem(await store.edit(change, options)),
    watch: (changed) => store.watch((loaded) => changed(withThem(loaded))),
  };
}

/** The configuration is asked for again and again, and is seldom another one. */
function onceEach(make: (loaded: Loaded) => Loaded): (loaded: Loaded) => Loaded {
  const made = new WeakMap<Loaded, Loaded>();
  return (loaded) => {
    const whole = made.get(loaded) ?? make(loaded);
    made.set(loaded, whole);
    return whole;
  };
}

/** They stand in no file: what is wrong with them has the place of its beginning. */
const { at } = emptyMap;
const entry = (entries: LocatedMap['entries']): LocatedEntry => ({ at, value: { kind: 'map', at, entries } });
const word = (text: string): LocatedEntry => ({ at, value: { kind: 'scalar', at, text, quoted: true } });
