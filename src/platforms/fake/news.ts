import type { Clock } from '../../clock.ts';
import type { NodeId, VmId } from '../../ids.ts';
import type { Change, Feed, PlatformTask, Sink } from '../contract.ts';

/** What the server tells everybody who watches. */
export interface News {
  subscribe(sink: Sink): () => void;
  /** Of a VM in this row; kept back while its node says nothing. */
  change(row: number, change: Change): void;
  /** Of the cluster itself. */
  announce(change: Change): void;
  event(subject: VmId | NodeId, text: string): void;
  /** How far something is that was accepted. */
  task(task: PlatformTask): void;
  /** Tells what was kept back of all who speak again. */
  catchUp(): void;
}

export function createNews(clock: Clock, silent: (row: number) => boolean, frozen: () => boolean): News {
  const sinks = new Set<Sink>();
  /** The newest per row. */
  const untold = new Map<number, Change>();

  function feed(news: Feed) {
    for (const sink of sinks) sink(news);
  }

  const announce = (...changes: readonly Change[]) => feed({ kind: 'changes', at: clock.now(), changes });

  return {
    subscribe(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    change(row, change) {
      if (silent(row)) untold.set(row, change);
      else announce(change);
    },
    announce,
    event(subject, text) {
      if (!frozen()) feed({ kind: 'events', events: [{ at: clock.now(), subject, text }] });
    },
    task(task) {
      if (!frozen()) feed({ kind: 'tasks', tasks: [task] });
    },
    catchUp() {
      const told = [...untold].filter(([row]) => !silent(row));
      for (const [row] of told) untold.delete(row);
      if (told.length > 0) announce(...told.map(([, change]) => change));
    },
  };
}
