import { readListing } from '../../actions/read-listing.ts';
import type { Services } from '../../actions/services.ts';
import { sentence } from '../../errors.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import { type ListedKind, whyAbsent } from '../../platforms/contract.ts';

/** Lists are not watched: they are read when a table opens, after each task, and every half minute while it is open. */
const AGAIN_AFTER_MS = 30_000;
const AT_ONCE = 4;

export interface ListingLoader {
  /** Reads all of them, those that are being read are not asked again. */
  load(): void;
  readonly isLoading: boolean;
  /** Why a list could not be read, by VM. */
  readonly failures: ReadonlyMap<VmId, string>;
  stop(): void;
}

/** Reads what is under these VMs, now and again until it is stopped. */
export function loadListings(
  kind: ListedKind,
  under: readonly VmId[],
  services: Services,
  changed: () => void,
): ListingLoader {
  const { sessions, clock, tasks } = services;
  const failures = new Map<VmId, string>();
  const ended = new AbortController();
  const loading = new Set<VmId>();
  let stopTimer = () => {};

  const read = async (id: VmId): Promise<void> => {
    const connection = sessions.connection(endpointOf(id));
    const why = connection
      ? connection[kind]?.list
        ? undefined
        : (whyAbsent(connection, `${kind}.list`) ?? `this platform has no ${kind}s`)
      : `${endpointOf(id)} is not connected`;
    if (why !== undefined || !connection) return void failures.set(id, why ?? '');
    loading.add(id);
    try {
      await readListing(kind, id, services, connection, ended.signal);
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
    const waiting = under.filter((id) => !loading.has(id));
    const worker = async () => {
      for (let id = waiting.shift(); id && !ended.signal.aborted; id = waiting.shift()) await read(id);
    };
    void Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, worker)).then(() => {
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
