/** What a newcomer sees beside the fleet until the first key. It takes no keys: each goes on to where it belongs. */
export interface Tour {
  readonly shown: boolean;
  show(): void;
  /** A key was pressed. */
  hide(): void;
}

/** `changed`: it has to be drawn, or not any more. */
export function createTour(changed: () => void): Tour {
  let shown = false;
  const set = (next: boolean) => {
    if (next === shown) return;
    shown = next;
    changed();
  };
  return {
    get shown() {
      return shown;
    },
    show: () => set(true),
    hide: () => set(false),
  };
}
