import { createGate } from '../gate.ts';
import type { EndpointName } from '../ids.ts';
import type { ListedKind } from '../platforms/contract.ts';
import { listedKinds, specOf } from '../state/kinds.ts';
import { readListing } from './read-listing.ts';
import type { Services } from './services.ts';

/** How old a list may get. */
const EVERY_MS = 60_000;
/** How often it is looked which endpoints are connected and whose lists are too old. */
const LOOK_EVERY_MS = 5_000;
/** A host that answers slowly must not hold up the lists of the others. */
const AT_ONCE = 4;

/**
 * Keeps the lists of kinds that are followed (`KindSpec.followed`) about a minute young for every connected endpoint: one
 * request for each kind, so that a table is there at once when a user opens it. What can't be read stays as it was, and is
 * tried again a minute later. Ends with the function that it answers.
 */
export function followLists(services: Services): () => void {
  const { clock, store, sessions, kinds } = services;
  const followed = listedKinds(kinds).filter((kind) => specOf(kinds, kind).followed);
  const ended = new AbortController();
  const gate = createGate(AT_ONCE);
  /** When each endpoint was asked last, with the session that it had then. */
  const asked = new Map<EndpointName, { readonly at: number; readonly session: object | undefined }>();
  let stopTimer = () => {};

  const readAll = async (name: EndpointName): Promise<void> => {
    for (const kind of followed) {
      if (ended.signal.aborted) return;
      await readOne(kind, name).catch(() => {});
    }
  };

  const readOne = async (kind: ListedKind, name: EndpointName): Promise<void> => {
    if (sessions.connection(name)?.[kind]?.list) await readListing(kind, name, services, ended.signal);
  };

  const look = () => {
    stopTimer = clock.after(LOOK_EVERY_MS, look);
    for (const { name, phase } of store.fleet.endpoints.values()) {
      const before = asked.get(name);
      const session = sessions.current(name);
      const isYoung = before !== undefined && before.session === session && clock.ticks() - before.at < EVERY_MS;
      if (phase !== 'up' || isYoung) continue;
      asked.set(name, { at: clock.ticks(), session });
      void gate.run(ended.signal, () => readAll(name)).catch(() => {});
    }
  };

  stopTimer = clock.after(LOOK_EVERY_MS, look);
  return () => {
    ended.abort();
    stopTimer();
  };
}
