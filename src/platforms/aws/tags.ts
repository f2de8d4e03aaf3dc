/** Tags of an instance: those that kcli keeps under names of its own, and metadata beside them. */
import type { Pairs } from '../contract.ts';
import { refused } from '../lib/spec-values.ts';

/** The zone that a name was reserved in, as kcli keeps it, and the entry there: `web1.shop.example 203.0.113.5`. */
export const DOMAIN_TAG = 'domain';
export const ENTRY_TAG = 'domain-entry';

/** What kcli writes; these have columns and settings of their own, or are the platform's business. */
export const OWN_TAGS: readonly string[] = ['Name', 'plan', 'profile', 'image', DOMAIN_TAG, ENTRY_TAG];

/** Written by AWS alone, as the tags of an Auto Scaling group. */
const isOfAws = (key: string): boolean => key.startsWith('aws:');

/** All that a user may call metadata of an instance. */
export const metadataIn = (tags: ReadonlyMap<string, string>): Pairs =>
  Object.fromEntries([...tags].filter(([key]) => !OWN_TAGS.includes(key) && !isOfAws(key)));

/** Throws op.refused for a key that means something else. */
export function refuseOwnTags(name: string, metadata: Pairs): void {
  const taken = Object.keys(metadata).find((key) => OWN_TAGS.includes(key) || isOfAws(key));
  if (taken !== undefined) throw refused(`${name}: the tag ${taken} is not for metadata`);
}
