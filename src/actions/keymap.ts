import { readKey } from '../state/keys/key-name.ts';
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
  /** The action that has the key, where it is a clash. */
  readonly holder?: string;
  /** Sentence without a full stop. */
  readonly message: string;
}

/** The console's own: it must always get through. Changed by the configuration like any other key. */
export const DETACH_KEY = 'ctrl-]';
/** Opens the menu of a console, since all other keys are the guest's. */
export const MENU_KEY = 'ctrl-\\';
/** What a terminal sends for the key that detaches. */
export const DETACH_BYTE = 0x1d;

/**
 * The keymap of these actions, with what the configuration says in place of the defaults. What it names gets its keys
 * first, in its order; then the others, in theirs. A clash leaves the key where it is and is reported; so is a key that
 * no terminal sends.
 */
export function createKeymap(
  actions: readonly Action[],
  overrides: ReadonlyMap<string, readonly string[]> = new Map(),
): { readonly keymap: Keymap; readonly problems: readonly KeyProblem[] } {
  const byKey = new Map<string, Action[]>();
  const byAction = new Map<string, string[]>();
  const problems: KeyProblem[] = [];
  const byId = new Map(actions.map((action) => [action.id, action]));

  const bind = (action: Action, keys: readonly string[]) => {
    for (const key of keys) {
      const read = readKey(key);
      const holders = byKey.get(key) ?? [];
      const clash = holders.find((other) => !share(action, other));
      if ('complaint' in read) {
        problems.push({ actionId: action.id, key, message: read.complaint });
      } else if (clash) {
        problems.push({ actionId: action.id, key, holder: clash.id, message: `${key} is taken by ${clash.id}` });
      } else {
        byKey.set(key, [...holders, action]);
        byAction.set(action.id, [...(byAction.get(action.id) ?? []), key]);
      }
    }
  };
  for (const [id, keys] of overrides) {
    const action = byId.get(id);
    if (action) bind(action, keys);
    else problems.push({ actionId: id, key: '', message: `there is no action ${id}` });
  }
  for (const action of actions) if (!overrides.has(action.id)) bind(action, action.keys);

  const rank = new Map(actions.map(({ id }, index) => [id, index]));
  for (const holders of byKey.values()) holders.sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0));
  return {
    keymap: { actionsOf: (key) => byKey.get(key) ?? [], keysOf: (id) => byAction.get(id) ?? [] },
    problems,
  };
}

/** Two actions may share a key when they say so, or when they are for different things: `a` adds what is selected. */
function share(one: Action, other: Action): boolean {
  if (one.sharesKeyWith === other.id || other.sharesKeyWith === one.id) return true;
  return one.noun !== other.noun && one.kind !== 'view' && other.kind !== 'view';
}
