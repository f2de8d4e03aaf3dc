import type { Filter } from '@aws-sdk/client-ec2';
import { readPages } from '../transport/http/rest-pages.ts';
import type { About, Api } from './api.ts';
import type { Machine } from './machine.ts';

/** A page is parsed beside the main thread; to take over what came of it takes 1 ms here. */
const PAGE = 200;
/** Most values of a filter. */
const MOST_IDS = 200;

/** All instances of the region that the filters let through, or no answer at all: half a list would make the other half disappear. */
export async function listMachines(
  api: Api,
  about: About,
  filters: readonly Filter[] = [],
): Promise<readonly Machine[]> {
  const which = filters.length === 0 ? {} : { Filters: [...filters] };
  const machines: Machine[] = [];
  const pages = readPages('DescribeInstances', (marker) =>
    api.machines({ MaxResults: PAGE, ...which, ...(marker === undefined ? {} : { NextToken: marker }) }, about),
  );
  for await (const page of pages) machines.push(...page);
  return machines;
}

/**
 * These alone. By a filter, since asking for ids fails as a whole when one of them is gone; what is gone is not in the
 * answer.
 */
export async function lookAt(api: Api, ids: readonly string[], about: About): Promise<readonly Machine[]> {
  const machines: Machine[] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const Filters = [{ Name: 'instance-id', Values: ids.slice(from, from + MOST_IDS) }];
    machines.push(...(await api.machines({ Filters }, about)).items);
  }
  return machines;
}
