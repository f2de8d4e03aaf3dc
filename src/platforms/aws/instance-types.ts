/** Instance types of a region (DescribeInstanceTypes), page by page. */
import type { Filter, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { readPages } from '../transport/http/rest-pages.ts';
import type { About, Api } from './api.ts';

/** Most types in one answer. */
const PAGE = 100;

/** All types of the region, or those that the filters let through, page by page. */
export function instanceTypePages(
  api: Api,
  about: About,
  Filters?: readonly Filter[],
): AsyncGenerator<readonly InstanceTypeInfo[]> {
  const wanted = Filters ? { Filters: [...Filters] } : {};
  return readPages('DescribeInstanceTypes', async (marker) => {
    const page = { ...wanted, MaxResults: PAGE, ...(marker === undefined ? {} : { NextToken: marker }) };
    const answer = await api.read('DescribeInstanceTypes', page, about);
    return { items: answer.InstanceTypes ?? [], next: answer.NextToken || undefined };
  });
}
