/** The consoles that are open, of which one is in front; and those that get what is typed. */
import type { Clock } from '../clock.ts';
import type { Key, Paste } from '../terminal/keys.ts';
import type { ConsoleSession } from './console-session.ts';
import { keyBytes } from './key-bytes.ts';
import { createPacer } from './pacer.ts';
import type { TypedEarly } from './typed-early.ts';

export interface ConsoleEntry {
  /** Of the VM or the node that it is of; another one when the VM has moved to another endpoint. */
  readonly id: string;
  /** Whether that is still who was chosen. */
  readonly isSame: () => boolean;
  /** As a user asks for when it was closed. */
  readonly reopen: () => Promise<void>;
  readonly session: ConsoleSession;
}

/** A console that was asked for, before there is anything of it to be shown. */
export interface Awaited {
  /** Cleaned: `the console of web1 on host3`. */
  readonly name: string;
  /** What is typed for it meanwhile; undefined where that is refused. */
  readonly early: TypedEarly | undefined;
  /** Aborted when the user does not want it any more. */
  readonly signal: AbortSignal;
  giveUp(): void;
  /** It is there, or never will be. */
  end(): void;
}

export interface Consoles {
  /** In the order in which they were opened. */
  readonly all: readonly ConsoleSession[];
  /** The one that is shown, or was last. */
  readonly front: ConsoleSession | undefined;
  /** All that is typed is for it, while it is awaited. */
  readonly awaited: Awaited | undefined;
  await(name: string, early?: TypedEarly): Awaited;
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

/** Sends what was typed to all that get it; answers those that did not take it, and get it never. */
export function typeInto(sessions: Iterable<ConsoleSession>, event: Key | Paste): readonly ConsoleSession[] {
  return [...sessions].filter((session) => !session.send(keyBytes(event, session.model.modes())));
}

/** The same to one alone, which gets it as soon as its link is there. False when it never does. */
export const typeTo = (session: ConsoleSession, event: Key | Paste): boolean =>
  session.type(keyBytes(event, session.model.modes()));

export function createConsoles(clock: Clock, draw: () => void): Consoles {
  let entries: readonly ConsoleEntry[] = [];
  let front: ConsoleSession | undefined;
  let awaited: Awaited | undefined;
  let isShown = false;
  let detach = () => {};
  let attached: ConsoleSession | undefined;
  const chosen = new Set<ConsoleSession>();
  const group = new Set<ConsoleSession>();

  function settle(): void {
    const wanted = isShown && !awaited ? front : undefined;
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
    get awaited() {
      return awaited;
    },
    await(name, early) {
      const giving = new AbortController();
      const { signal } = giving;
      const mine: Awaited = {
        name,
        early,
        signal,
        giveUp() {
          giving.abort();
          mine.end();
        },
        end() {
          if (awaited !== mine) return;
          awaited = undefined;
          settle();
          draw();
        },
      };
      awaited = mine;
      settle();
      draw();
      return mine;
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
