import type { Stage, View, ViewId } from '../stage.ts';

/** The view in front. */
export interface Views {
  readonly current: View;
  show(id: ViewId): void;
}

export function createViews(stage: Stage, all: Readonly<Record<string, View> & { fleet: View }>): Views {
  let current = all.fleet;
  let leave = current.enter?.() ?? (() => {});
  return {
    get current() {
      return current;
    },
    show(id) {
      leave();
      current = all[id] ?? all.fleet;
      leave = current.enter?.() ?? (() => {});
      stage.changed();
    },
  };
}
