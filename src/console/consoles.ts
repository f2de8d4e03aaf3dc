/** The consoles that are open, of which one is in front; and those that get what is typed. */
import type { Clock } from '../clock.ts';
import type { Key, Paste } from '../terminal/keys.ts';
import type { ConsoleSession } from './console-session.ts';
import { keyBytes } from './key-bytes.ts';
import { createPacer } from './pacer.ts';

export interface ConsoleEntry {
  /** Of the VM or the node that it is of; another one when the VM has moved to another endpoint. */
  readonly id: string;
  /** Whether that is still who was chosen. */
  readonly isSame: () => boolean;
  /** As a user asks for when it was closed. */
  readonly reopen: () => Promise<void>;
  readonly session: ConsoleSession;
}

export interface Consoles {
  /** In the order in which they were opened. */
  readonly all: readonly ConsoleSession[];
  /** The one that is shown, or was last. */
  readonly front: ConsoleSession | undefined;
  /** The one of this object, unless another machine has its id by now. */
  find(id: string): ConsoleSession | undefined;
  /** Puts it in front. */
  add(entry: ConsoleEntry): void;
  toFront(session: ConsoleSession): void;
  reopen(session: ConsoleSession): Promise<void>;
  step(by: number): void;
  /** Ends it; the one beside it comes to the front. */
  remove(session: ConsoleSession): Promise<void>;
  /** Whether the one in front can be seen now. */
  setShown(isShown: boolean): void;
  /** Beside the tree, where there is room. */
  isSplit: boolean;
  /** Takes it among those that can be typed into at once, or out of them. */
  choose(session: ConsoleSession): void;
  readonly chosen: ReadonlySet<ConsoleSession>;
  /** All that get what is typed; empty while that is the one in front alone. */
  readonly group: ReadonlySet<ConsoleSession>;
  broadcast(to: readonly ConsoleSession[]): void;
  /** Draws again, not too often. */
  readonly changed: () => void;
  close(): Promise<void>;
}

/** Between two frames: more often than that is not read. */
const FRAME_MS = 20;

/** Sends what was typed to all that get it; answers those that did not take it. */
export function typeInto(sessions: Iterable<ConsoleSession>, event: Key | Paste): readonly ConsoleSession[] {
  return [...sessions].filter((session) => !session.send(keyBytes(event, session.model.modes())));
}

export function createConsoles(clock: Clock, draw: () => void): Consoles {
  let entries: readonly ConsoleEntry[] = [];
  let front: ConsoleSession | undefined;
  let isShown = false;
  let detach = () => {};
  let attached: ConsoleSession | undefined;
  const chosen = new Set<ConsoleSession>();
  const group = new Set<ConsoleSession>();

  function settle(): void {
    const wanted = isShown ? front : undefined;
    if (wanted === attached) return;
    detach();
    attached = wanted;
    detach = wanted?.attach() ?? (() => {});
  }

  function toFront(session: ConsoleSession | undefined): void {
    front = session;
    settle();
    draw();
  }

  const consoles: Consoles = {
    get all() {
      return entries.map(({ session }) => session);
    },
    get front() {
      return front;
    },
    find: (id) => entries.find((entry) => entry.id === id && entry.isSame())?.session,
    add(entry) {
      entries = [...entries, entry];
      toFront(entry.session);
    },
    toFront,
    async reopen(session) {
      await entries.find((entry) => entry.session === session)?.reopen();
    },
    step(by) {
      const { all } = consoles;
      const at = front ? all.indexOf(front) : -1;
      toFront(all[(at + by + all.length) % all.length]);
    },
    async remove(session) {
      const { all } = consoles;
      const at = all.indexOf(session);
      entries = entries.filter((entry) => entry.session !== session);
      chosen.delete(session);
      group.delete(session);
      if (session === front) toFront(all[at + 1] ?? all[at - 1]);
      draw();
      await session.close();
    },
    setShown(now) {
      isShown = now;
      settle();
    },
    isSplit: false,
    choose(session) {
      if (!chosen.delete(session)) chosen.add(session);
      draw();
    },
    chosen,
    group,
    broadcast(to) {
      group.clear();
      for (const session of to) group.add(session);
      draw();
    },
    changed: createPacer(clock, FRAME_MS, draw),
    async close() {
      detach();
      const all = entries;
      entries = [];
      await Promise.all(all.map(({ session }) => session.close()));
    },
  };
  return consoles;
}
