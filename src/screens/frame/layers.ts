import type { ReactNode } from 'react';
import type { Key } from '../../terminal/keys.ts';
import type { Room } from './look.ts';

/** A key and what it does, for the line at the bottom. */
export interface Hint {
  readonly key: string;
  readonly does: string;
  /** Shown dimmed: why it can't be used now is shown when it is pressed. */
  readonly disabled?: boolean;
  /** Gets room before the others, and stands behind them. */
  readonly always?: boolean;
}

/** Something that lies over the screen and has all keys while it is on top: a prompt, a question, a form. */
export interface Layer {
  readonly hints: () => readonly Hint[];
  press(key: Key): void;
  /** Pasted text; ignored where nothing can be typed. */
  paste?(text: string): void;
  /** Called when the layer is removed from outside, so that the caller that waits for its answer gets one. */
  dismiss(): void;
  draw(room: Room): ReactNode;
}

/**
 * The stack of layers. It lives outside of React on purpose: the key that comes right behind the one that opened a
 * dialog must already go to the dialog, also when nothing was painted between.
 */
export interface Layers {
  open(layer: Layer): void;
  close(layer: Layer): void;
  readonly top: Layer | undefined;
  readonly all: readonly Layer[];
}

export function createLayers(changed: () => void): Layers {
  let stack: readonly Layer[] = [];
  return {
    open(layer) {
      stack = [...stack, layer];
      changed();
    },
    close(layer) {
      stack = stack.filter((other) => other !== layer);
      changed();
    },
    get top() {
      return stack.at(-1);
    },
    get all() {
      return stack;
    },
  };
}
