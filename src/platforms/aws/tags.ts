/** Tags of an instance: those that kcli keeps under names of its own, and metadata beside them. */
import type { Pairs } from '../contract.ts';
import { refused } from '../lib/spec-values.ts';

/** The zone that a name was reserved in, as kcli keeps it, and the entry there: `web1.shop.example 203.0.113.5`. */
export const DOMAIN_TAG = 'domain';
export const ENTRY_TAG = 'domain-entry';

/** What kcli writes; these have columns and settings of their own, or are the platform's business. */
const OWN_TAGS: readonly string[] = ['Name', 'plan', 'profile', 'image', ENTRY_TAG];

type Tags = ReadonlyMap<string, string>;

/** The zone that the name is reserved in. Without an entry of ours only what looks like one: many have tags as domain=payments. */
export function zoneIn(tags: Tags): string | undefined {
  const domain = tags.get(DOMAIN_TAG);
  return domain !== undefined && (domain.includes('.') || tags.has(ENTRY_TAG)) ? domain : undefined;
}

/** A tag among these that means something else than what it says. */
export const isOwnTag = (key: string, tags: Tags): boolean =>
  key === DOMAIN_TAG ? zoneIn(tags) !== undefined : OWN_TAGS.includes(key);

/** Written by AWS alone, as the tags of an Auto Scaling group. */
const isOfAws = (key: string): boolean => key.startsWith('aws:');

/** All that a user may call metadata of an instance. */
export const metadataIn = (tags: Tags): Pairs =>
  Object.fromEntries([...tags].filter(([key]) => !isOwnTag(key, tags) && !isOfAws(key)));

/** Throws op.refused for a key that means something else, also beside the tags `now` that the instance has or gets. */
export function refuseOwnTags(name: string, metadata: Pairs, now: Tags): void {
  const wanted = new Map(Object.entries(metadata));
  const taken = [...wanted.keys()].find(
    (key) => isOwnTag(key, wanted) || isOfAws(key) || (key === DOMAIN_TAG && zoneIn(now)),
  );
  if (taken !== undefined) throw refused(`${name}: the tag ${taken} is not for metadata`);
}
