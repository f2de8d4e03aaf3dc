import type { LocatedMap } from '../state/config/located.ts';
import type { Position, Problem } from '../state/config/problem.ts';
import { readKeys } from '../state/keys/keys-config.ts';
import type { Action } from './action.ts';
import { createKeymap, DETACH_KEY, type Keymap, type KeyProblem, MENU_KEY } from './keymap.ts';

export interface ConfiguredKeymap {
  readonly keymap: Keymap;
  /** `ctrl-]` unless the file says otherwise; always a single byte, see controlByte(). */
  readonly detachKey: string;
  /** `ctrl-\\` unless the file says otherwise: opens the menu of a console; a single byte too, and another one. */
  readonly menuKey: string;
  /** Everything that is wrong with `keys:`, in the order of the file. */
  readonly problems: readonly Problem[];
}

/** One of these must have a key, so that a user who does not know ctrl-c can quit. */
const LAST_WAY_OUT = 'view.quit-now';
const WAYS_OUT = ['view.quit', LAST_WAY_OUT] as const;
const LAST_KEY = 'ctrl-c';

/** The keymap that the `keys:` section of this file makes of the actions. `tree` is the whole file. */
export function configuredKeymap(actions: readonly Action[], file: string, tree: LocatedMap): ConfiguredKeymap {
  const ids = actions.map(({ id }) => id);
  const config = readKeys(file, tree, ids);
  const made = createKeymap(actions, config.overrides);
  const problems = [...config.problems, ...made.problems.map((problem) => located(problem, made.keymap))];

  const wayOut = (keymap: Keymap) => WAYS_OUT.some((id) => keymap.keysOf(id).length > 0);
  let { keymap } = made;
  if (WAYS_OUT.some((id) => ids.includes(id)) && !wayOut(keymap)) {
    keymap = createKeymap(actions, new Map([[LAST_WAY_OUT, [LAST_KEY]], ...withoutLast(config.overrides)])).keymap;
    problems.push({
      severity: 'warning',
      file,
      ...at(tree.entries.get('keys')?.at),
      message: `keys: no key was left to quit with, so ${LAST_KEY} still does`,
    });
  }
  return {
    keymap,
    detachKey: config.detach ?? DETACH_KEY,
    menuKey: config.menu ?? MENU_KEY,
    problems: problems.sort(byPlace),
  };

  /** At the place where the key was given: to this action, or to the one that took it away. */
  function located({ actionId, key, holder, message }: KeyProblem, keymap: Keymap): Problem {
    const own = config.placeOf(actionId, key);
    if (own || holder === undefined) {
      return {
        severity: 'error',
        file,
        ...at(own),
        message: `keys: ${actionId}: ${message}`,
        ...(holder !== undefined && { fix: `give ${holder} another key, or none: ${holder}: []` }),
      };
    }
    const left = keymap.keysOf(actionId);
    return {
      severity: 'warning',
      file,
      ...at(config.placeOf(holder, key)),
      message: `keys: ${holder} takes ${key} from ${actionId}, which keeps ${left.length > 0 ? left.join(' ') : 'no key'}`,
      fix: `give ${actionId} keys of its own, or none: ${actionId}: []`,
    };
  }
}

const withoutLast = (overrides: ReadonlyMap<string, readonly string[]>) =>
  [...overrides].filter(([id]) => id !== LAST_WAY_OUT);

const at = (place: Position | undefined): { readonly at?: Position } => (place ? { at: place } : {});

const byPlace = (a: Problem, b: Problem): number =>
  (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
