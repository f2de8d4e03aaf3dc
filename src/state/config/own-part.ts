import { isDeepStrictEqual } from 'node:util';
import { FleetError } from '../../errors.ts';
import { APPLICATIONS } from './applications.ts';
import type { ConfigChange } from './change.ts';
import { type DefinedKind, sectionOf } from './definitions.ts';
import { poolNameOf } from './grouping.ts';
import { locate, plainOf } from './located.ts';
import type { Config } from './model.ts';

/**
 * What a change rests on, by the names that the user knows. When another program changes any other part of the file, the
 * two are merged; when it changes these, that is a conflict.
 */
function ownPart(change: ConfigChange, config: Config): ReadonlyMap<string, unknown> {
  const at = (...path: string[]) => plainOf(locate(config.file, path));
  /** The keys of a group one by one, so that a conflict can name them. */
  const keysBelow = (...path: string[]): ReadonlyMap<string, unknown> => {
    const group = locate(config.file, path);
    const whole = path.slice(1).join('.');
    if (group?.kind !== 'map') return new Map([[whole, plainOf(group)]]);
    return new Map([...group.entries].map(([key, { value }]) => [`${whole}: ${key}`, plainOf(value)]));
  };
  const definitionPart = (pool: string, kind: DefinedKind, name: string) =>
    new Map([[`pool ${pool}: ${kind} ${name}`, at('pools', pool, sectionOf(kind), name)]]);
  switch (change.kind) {
    case 'endpoint-add':
    case 'endpoint-edit':
    case 'endpoint-remove':
      // Of an edit too: a password that was typed for one address must not go to the one that is there by now.
      return keysBelow('endpoints', change.name);
    case 'endpoint-enable':
      return new Map([[`${change.name}: enabled`, at('endpoints', change.name, 'enabled')]]);
    case 'pool-add':
    case 'pool-remove':
      return keysBelow('pools', change.name);
    case 'pool-rename':
      return new Map([[`pool ${change.name}`, config.pools.has(change.name)]]);
    case 'pool-nest':
      return new Map([[`pool ${change.name}: in`, at('pools', change.name, 'in')]]);
    case 'pool-variables':
      return new Map([[`pool ${change.name}: variables`, at('pools', change.name, 'variables')]]);
    case 'definition-add': {
      const { kind, name } = change.definition;
      return definitionPart(change.pool, kind, name);
    }
    case 'definition-edit':
    case 'definition-remove':
      return definitionPart(change.pool, change.of.kind, change.of.name);
    case 'pool-read-only':
      return new Map([[`pool ${change.name}: read-only`, at('pools', change.name, 'read-only')]]);
    case 'pool-defaults':
      return new Map([['pools', config.pools.size]]);
    case 'node-move':
      return new Map([[`the pool of ${change.node}`, poolNameOf(config, change.node)]]);
    case 'note-write':
    case 'note-remove':
      return new Map([[`the note of ${change.of}`, at('notes', change.of)]]);
    case 'application-details':
      return new Map([[`the application in ${change.of}`, at(APPLICATIONS, change.of)]]);
    case 'view-save':
    case 'view-remove':
      return new Map([[`view ${change.name}`, at('views', change.name)]]);
    case 'profile-add':
    case 'profile-edit':
    case 'profile-remove':
      return keysBelow('profiles', change.name);
    case 'set':
      return new Map([[change.path.join('.'), at(...change.path)]]);
  }
}

/** Throws config.conflict, naming what changed, when another program changed what this change rests on. */
export function assertUntouched(change: ConfigChange, basedOn: Config, now: Config): void {
  const before = ownPart(change, basedOn);
  const after = ownPart(change, now);
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => !isDeepStrictEqual(before.get(key), after.get(key)),
  );
  if (touched.length === 0) return;
  throw new FleetError(
    'config.conflict',
    `another program has changed the configuration meanwhile: ${touched.join(', ')}`,
    {
      fix: 'look at what is there now, and repeat the change if it is still wanted',
    },
  );
}
