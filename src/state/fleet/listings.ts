import { endpointOf, type Id, type OwnerId, ownerOf } from '../../ids.ts';
import type { ListedKind, ObjectOf } from '../../platforms/contract.ts';

/** What was under an object when it was last looked at. */
export interface Listing<K extends ListedKind = ListedKind> {
  /** Epoch, ms. */
  readonly at: number;
  readonly items: readonly ObjectOf<K>[];
}

/** Objects that are not watched: what a user has looked at, each list with its time. */
export interface Listings {
  /** Undefined until it was read. */
  of<K extends ListedKind>(kind: K, under: OwnerId): Listing<K> | undefined;
  /** As it was read last. */
  get<K extends ListedKind>(kind: K, id: Id<K>): ObjectOf<K> | undefined;
  put<K extends ListedKind>(kind: K, under: OwnerId, listing: Listing<K>): void;
  /** Of a VM that is gone. */
  forget(under: OwnerId): void;
  forgetEndpoint(name: string): void;
  /** Grows with each list that was read or forgotten. */
  readonly version: number;
}

/** The oldest are forgotten first: who looks at many VMs one after the other needs no memory for all of them. */
const MOST_KEPT = 2_000;

export function createListings(): Listings {
  const known = new Map<
    string,
    { readonly listing: Listing; readonly byId: ReadonlyMap<string, Listing['items'][number]> }
  >();
  const seen = new Set<ListedKind>();
  let version = 0;
  const keyOf = (kind: ListedKind, under: OwnerId) => `${kind} ${under}`;

  return {
    // One key, one kind: what is under it is what was put there.
    of: (kind, under) => known.get(keyOf(kind, under))?.listing as Listing<typeof kind> | undefined,
    get: (kind, id) => known.get(keyOf(kind, ownerOf(id)))?.byId.get(id) as ObjectOf<typeof kind> | undefined,
    put(kind, under, listing) {
      const key = keyOf(kind, under);
      version++;
      seen.add(kind);
      known.delete(key);
      known.set(key, { listing, byId: new Map(listing.items.map((item) => [item.id, item])) });
      const [oldest] = known.size > MOST_KEPT ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
    },
    forget(under) {
      version++;
      for (const kind of seen) known.delete(keyOf(kind, under));
    },
    forgetEndpoint(name) {
      version++;
      for (const key of [...known.keys()])
        if (endpointOf(key.slice(key.indexOf(' ') + 1) as Id) === name) known.delete(key);
    },
    get version() {
      return version;
    },
  };
}
