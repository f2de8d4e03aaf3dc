import { readListing } from '../../actions/read-listing.ts';
import type { Services } from '../../actions/services.ts';
import { sentence } from '../../errors.ts';
import { createGate } from '../../gate.ts';
import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';

/** Lists are not watched: they are read when a table opens, after each task, and every half minute while it is open. */
const AGAIN_AFTER_MS = 30_000;
const AT_ONCE = 4;

export interface ListingLoader {
  /** Reads all of them, those that are being read are not asked again. */
  load(): void;
  readonly isLoading: boolean;
  /** Why a list could not be read, by what it is of. */
  readonly failures: ReadonlyMap<OwnerId, string>;
  stop(): void;
}

/** Reads what is under these VMs or endpoints, now and again until it is stopped. */
export function loadListings(
  kind: ListedKind,
  under: readonly OwnerId[],
  services: Services,
  changed: () => void,
): ListingLoader {
  const { clock, tasks } = services;
  const failures = new Map<OwnerId, string>();
  const ended = new AbortController();
  /** Those that wait for their turn are among them. */
  const loading = new Set<OwnerId>();
  const gate = createGate(AT_ONCE);
  let stopTimer = () => {};

  const read = async (id: OwnerId): Promise<void> => {
    loading.add(id);
    try {
      await gate.run(ended.signal, () => readListing(kind, id, services, ended.signal));
      failures.delete(id);
    } catch (error) {
      if (!ended.signal.aborted) failures.set(id, sentence(error));
    } finally {
      loading.delete(id);
    }
  };

  const load = () => {
    stopTimer();
    if (ended.signal.aborted) return;
    stopTimer = clock.after(AGAIN_AFTER_MS, load);
    void Promise.all(under.filter((id) => !loading.has(id)).map(read)).then(() => {
      if (!ended.signal.aborted) changed();
    });
  };

  let running = tasks.running;
  const stopTasks = tasks.subscribe(() => {
    if (tasks.running < running) load();
    running = tasks.running;
  });
  load();
  return {
    load,
    failures,
    get isLoading() {
      return loading.size > 0;
    },
    stop() {
      ended.abort();
      stopTimer();
      stopTasks();
    },
  };
}
