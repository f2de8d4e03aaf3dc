import type { Action } from '../actions/action.ts';
import type { Keymap } from '../actions/keymap.ts';
import type { Services } from '../actions/services.ts';
import type { ViewActionId } from '../actions/view.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import type { Key } from '../terminal/keys.ts';
import type { Attach } from './console/attach.ts';
import { createLayers, type Hint, type Layers } from './layers.ts';
import type { Look, Room } from './look.ts';
import { createMessageLine, type MessageLine } from './message.ts';

/** What the terminal can do beside showing frames. Tests give their own. */
export interface TerminalPowers {
  size(): ConsoleSize;
  repaint(): void;
  suspend(): void;
  /** Puts text on the clipboard of whoever sits at the terminal. */
  copy(text: string): void;
  /** Hands the terminal over to a console or a shell. */
  attach: Attach;
  /** Keys for a widget that reads Ink's own input. */
  feed(key: Key): void;
}

export type ViewId = 'fleet' | 'tasks' | 'events' | 'wire-log';

/** One of the things that fill the screen between header and message line. */
export interface View {
  readonly id: ViewId;
  readonly title: string;
  /** Exactly `room.rows` lines, each `room.columns` wide at most. */
  lines(room: Room): readonly string[];
  /** What the view does for the screen's own actions; those that are missing do nothing here. */
  readonly handlers: Partial<Record<ViewActionId, () => void>>;
  /** Keys that have a meaning in this view only; true when it took the key. */
  press?(name: string): boolean;
  hints(): readonly Hint[];
  /** Called when it comes to the front, and the function that it answers when it leaves. */
  enter?(): () => void;
}

export interface StageOptions {
  readonly services: Services;
  readonly actions: readonly Action[];
  readonly keymap: Keymap;
  readonly look: Look;
  readonly terminal: TerminalPowers;
  quit(): void;
}

/** What all screens share: the services below, the layers above, the message line, and when to draw anew. */
export interface Stage extends StageOptions {
  readonly layers: Layers;
  readonly message: MessageLine;
  /** Something that is drawn may have changed. */
  changed(): void;
  subscribe(listener: () => void): () => void;
  readonly version: number;
}

export function createStage(options: StageOptions): Stage {
  const listeners = new Set<() => void>();
  let version = 0;
  const changed = () => {
    version++;
    for (const listener of listeners) listener();
  };
  return {
    ...options,
    layers: createLayers(changed),
    message: createMessageLine(options.services.clock, changed),
    changed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get version() {
      return version;
    },
  };
}
