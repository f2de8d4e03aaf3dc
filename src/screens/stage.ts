import type { Action } from '../actions/action.ts';
import type { Keymap } from '../actions/keymap.ts';
import type { Services } from '../actions/services.ts';
import type { ViewActionId } from '../actions/view.ts';
import { type Consoles, createConsoles } from '../console/consoles.ts';
import type { ConsoleSize, ListedKind } from '../platforms/contract.ts';
import type { Theme, Themes } from '../state/theme/theme.ts';
import type { InputEvent, Key, Mouse } from '../terminal/keys.ts';
import { type Advice, createAdvice } from './advice.ts';
import type { Attach } from './console/attach.ts';
import type { Dialogs } from './dialogs/dialogs.ts';
import { createLayers, type Hint, type Layers } from './frame/layers.ts';
import type { Look, Room } from './frame/look.ts';
import { createMessageLine, type MessageLine } from './frame/message.ts';
import type { TableFront } from './tables/table-front.ts';
import { createTour, type Tour } from './tour/tour.ts';

/** What the terminal can do beside showing frames. Tests give their own. */
export interface TerminalPowers {
  size(): ConsoleSize;
  repaint(): void;
  suspend(): void;
  /** Whether clicks and the wheel come to us, or to the terminal itself. */
  setMouse(on: boolean): void;
  /** Puts text on the clipboard of the user's terminal; returns what may stop it on its way, as far as that is known. */
  copy(text: string): string | undefined;
  /** Hands the terminal over to a console or a shell. */
  attach: Attach;
  /** Of consoles that are drawn on the screen; the usual ones unless they are said. */
  readonly consoleKeys?: ConsoleKeys;
  /**
   * Calls back once, when what is drawn now is on the terminal, with the number of the newest read of the keyboard (as
   * `Key.read`): a key of a later read was pressed by a user who could see it.
   */
  whenSeen(call: (lastRead: number) => void): void;
  /** Keys for a widget that reads Ink's own input. */
  feed(key: Key): void;
}

/** What is no key of the guest; both are sent as one byte. */
export interface ConsoleKeys {
  readonly detach: string;
  readonly menu: string;
}

export type ViewId = 'fleet' | 'tasks' | 'events' | 'notifications' | 'schedules' | 'wire-log' | 'console' | ListedKind;

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
  /** It has the whole screen, the line of keys and messages included. */
  readonly fills?: true;
  /** Everything that is typed, before any other meaning that it has; true when it took that. */
  take?(event: InputEvent): boolean;
  /** A click or a drag in its room, counted from its own corner. True when that meant something; the wheel scrolls then. */
  point?(event: Mouse, room: Room): boolean;
  hints(): readonly Hint[];
  /** Whether what it does by this may lead far away, so that back leads here again. */
  leadsAway?(id: ViewActionId): boolean;
  /** The table in it that has the keys. */
  table?(): TableFront | undefined;
  /** Reads what it has to show from the disk; for who reads it out once. */
  load?(): Promise<unknown>;
  /** Called when it comes to the front, and the function that it answers when it leaves. */
  enter?(): () => void;
}

/** What this run is, as opposed to what the configuration says. */
export interface Run {
  /** `--read-only`: nothing may be changed. */
  readonly readOnly: boolean;
  /** `--demo`: the configuration and all that is saved in it end with the run. */
  readonly demo: boolean;
  /** What was wrong at the start beside the configuration: keys, theme, flags. Sentences without a full stop. */
  readonly problems: readonly string[];
}

export interface StageOptions {
  readonly services: Services;
  readonly actions: readonly Action[];
  readonly keymap: Keymap;
  readonly look: Look;
  /** What else it may look like. */
  readonly themes: Themes;
  readonly terminal: TerminalPowers;
  readonly run: Run;
  readonly dialogs: (stage: Stage) => Dialogs;
  quit(): void;
}

/** What all screens share: the services below, the layers above, the message line, and when to redraw. */
export interface Stage extends Omit<StageOptions, 'dialogs'> {
  readonly layers: Layers;
  readonly message: MessageLine;
  readonly dialogs: Dialogs;
  readonly tour: Tour;
  readonly advice: Advice;
  /** Those that are open, seen or not. */
  readonly consoles: Consoles;
  mouse: boolean;
  /** Ids of the columns that were chosen for tables, by kind. */
  readonly tableColumns: Map<string, readonly string[]>;
  /** Choices of the user that are being written to the configuration: what it says of them is older. */
  keeping: number;
  /** Changes the colours, from the next frame on. */
  wear(theme: Theme): void;
  /** Something that is drawn may have changed. */
  changed(): void;
  subscribe(listener: () => void): () => void;
  readonly version: number;
}

export function createStage(options: StageOptions): Stage {
  const listeners = new Set<() => void>();
  let version = 0;
  let { look } = options;
  const changed = () => {
    version++;
    for (const listener of listeners) listener();
  };
  const { dialogs, ...given } = options;
  const advice = createAdvice(options.actions, options.keymap);
  const stage: Stage = {
    ...given,
    get look() {
      return look;
    },
    wear(theme) {
      look = { ...look, theme };
      changed();
    },
    layers: createLayers(changed),
    message: createMessageLine(options.services.clock, changed, advice.onScreen),
    advice,
    get dialogs() {
      return own;
    },
    tour: createTour(changed),
    consoles: createConsoles(options.services.clock, changed),
    mouse: false,
    tableColumns: new Map(),
    keeping: 0,
    changed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get version() {
      return version;
    },
  };
  const own = dialogs(stage);
  return stage;
}
