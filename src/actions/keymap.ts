import type { Action } from './action.ts';

/** Keys by name: a printable character as it is, else `space`, `enter`, `esc`, `tab`, `up` …, `f1`, with `ctrl-`, `alt-`, `shift-` before it. */
export interface Keymap {
  /** All actions on a key, the one that is declared first in front. More than one only where they share it on purpose. */
  actionsOf(key: string): readonly Action[];
  keysOf(actionId: string): readonly string[];
}

export interface KeyProblem {
  readonly actionId: string;
  readonly key: string;
  /** Sentence without a full stop. */
  readonly message: string;
}

/** The console's own: it must always get through. Changed by the configuration like any other key. */
export const DETACH_KEY = 'ctrl-]';

/** Terminals send these as something else: ctrl-i is tab, ctrl-m is enter, ctrl-[ is esc. */
const UNREACHABLE = new Map([
  ['ctrl-i', 'tab'],
  ['ctrl-m', 'enter'],
  ['ctrl-[', 'esc'],
  ['ctrl-s', 'the terminal itself (stop output)'],
  ['ctrl-q', 'the terminal itself (go on with output)'],
]);

/**
 * The keymap of these actions, with what the configuration says in place of the defaults.
 * A clash keeps the earlier action's key and is told; so is a key that no terminal sends.
 */
export function createKeymap(
  actions: readonly Action[],
  overrides: ReadonlyMap<string, readonly string[]> = new Map(),
): { readonly keymap: Keymap; readonly problems: readonly KeyProblem[] } {
  const byKey = new Map<string, Action[]>();
  const byAction = new Map<string, string[]>();
  const problems: KeyProblem[] = [];
  const ids = new Set(actions.map(({ id }) => id));

  for (const id of overrides.keys()) {
    if (!ids.has(id)) problems.push({ actionId: id, key: '', message: `there is no action ${id}` });
  }
  for (const action of actions) {
    for (const key of overrides.get(action.id) ?? action.keys) {
      const instead = UNREACHABLE.get(key);
      const holders = byKey.get(key) ?? [];
      const clash = holders.find((other) => !share(action, other));
      if (instead !== undefined) {
        problems.push({ actionId: action.id, key, message: `${key} can't be told from ${instead}` });
      } else if (clash) {
        problems.push({ actionId: action.id, key, message: `${key} is taken by ${clash.id}` });
      } else {
        byKey.set(key, [...holders, action]);
        byAction.set(action.id, [...(byAction.get(action.id) ?? []), key]);
      }
    }
  }
  return {
    keymap: { actionsOf: (key) => byKey.get(key) ?? [], keysOf: (id) => byAction.get(id) ?? [] },
    problems,
  };
}

/** Two actions may share a key when they say so, or when they are for different things: `a` adds what is selected. */
function share(one: Action, other: Action): boolean {
  if (one.sharesKeyWith === other.id || other.sharesKeyWith === one.id) return true;
  return one.noun !== other.noun && one.noun !== 'view' && other.noun !== 'view';
}
