/** One account in one region, as operations on what it has see it. */
import type { Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName, Id } from '../../ids.ts';
import { nativeOfListed } from '../../ids.ts';
import type { Accepted, ListedKind } from '../contract.ts';
import { noListed } from '../lib/listed.ts';
import { type Page, readPages } from '../transport/http/rest-pages.ts';
import type { About, Api } from './api.ts';
import { lookAt } from './list-machines.ts';
import type { VmCalls } from './vm-call.ts';

export interface AwsRegion extends VmCalls {
  readonly api: Api;
  readonly clock: Clock;
  readonly endpoint: EndpointName;
  readonly region: string;
}

/** Of requests about the region as a whole. */
export const aboutRegion = ({ endpoint }: AwsRegion, signal: AbortSignal): About => ({ subject: endpoint, signal });

/** All items of a list that comes in pages. `read` is asked with the marker of a page, none at first. */
export async function readAll<Item>(
  what: string,
  read: (marker: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const page of readPages(what, read)) all.push(...page);
  return all;
}

/** What a list of EC2 is asked with: most in a page, and which. */
export const pageOf = (most: number, marker: string | undefined) => ({
  MaxResults: most,
  ...(marker === undefined ? {} : { NextToken: marker }),
});

export const where = (Name: string, ...Values: readonly string[]): Filter => ({ Name, Values: [...Values] });

const tagIn = (tags: readonly Tag[] | undefined, key: string): string | undefined =>
  tags?.find(({ Key }) => Key === key)?.Value || undefined;

/** The tag Name, which is all the name that most things have; else the id. */
export const nameOf = (tags: readonly Tag[] | undefined, id: string): string => tagIn(tags, 'Name') ?? id;

export const planOf = (tags: readonly Tag[] | undefined): { readonly plan?: string } => {
  const plan = tagIn(tags, 'plan');
  return plan === undefined ? {} : { plan };
};

export const tagsOf = (name: string, plan?: string): Tag[] => [
  ...(name === '' ? [] : [{ Key: 'Name', Value: name }]),
  ...(plan === undefined ? [] : [{ Key: 'plan', Value: plan }]),
];

/** Tags of what is made by a request, which are put on it at once. */
export function tagged(type: ResourceType, tags: readonly Tag[]): { readonly TagSpecifications?: TagSpecification[] } {
  return tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: type, Tags: [...tags] }] };
}

export const accepted: Accepted = { warnings: [] };

/** What EC2 calls it. */
export const nativeId = (id: Id): string => nativeOfListed(id);

/** The one that was found by its id. Throws KIND.not-found. */
export function present<T>(kind: ListedKind, id: string, found: T | undefined): T {
  if (found === undefined) throw noListed(kind, id);
  return found;
}

/** The one that is called so, or has this id. Throws KIND.not-found, and name.ambiguous for a name of several. */
export function meant<T extends { readonly id: string; readonly name: string }>(
  kind: ListedKind,
  where_: string,
  all: readonly T[],
  word: string,
): T {
  const byId = all.find(({ id }) => nativeOfListed(id as Id) === word);
  if (byId) return byId;
  const [found, ...others] = all.filter(({ name }) => name === word);
  if (!found) throw new FleetError(`${kind}.not-found`, `${where_} has no ${kind} ${JSON.stringify(word)}`);
  if (others.length === 0) return found;
  throw new FleetError('name.ambiguous', `${others.length + 1} are called ${word} in ${where_}`, {
    fix: `use one of the ids: ${[found, ...others].map(({ id }) => nativeOfListed(id as Id)).join(', ')}`,
  });
}

/** Names of instances by their ids; those of terminated ones are not told. */
export async function namesOf(
  { api }: AwsRegion,
  ids: readonly (string | undefined)[],
  about: About,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== undefined);
  const machines = await lookAt(api, wanted, about);
  return new Map(machines.map(({ id, name }) => [id, name]));
}
