/** Instance types of a region (DescribeInstanceTypes): what instances have by them, and what can be chosen. */
import type { Filter, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { type EndpointName, flavorId } from '../../ids.ts';
import { type Bytes, bytes, mib, UNKNOWN_SIZE } from '../../units.ts';
import type { Flavor } from '../contract.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { About, Api } from './api.ts';
import type { AwsRegion } from './region.ts';
import { readPrices } from './services/prices.ts';

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

/** What the region offers, in the order of names, since AWS tells them in none, with its prices. A request for each hundred. */
export async function listFlavors(
  region: AwsRegion,
  hasPrices: boolean,
  signal: AbortSignal,
): Promise<readonly Flavor[]> {
  const { api, endpoint } = region;
  const about = { subject: endpoint, signal };
  const flavors: Flavor[] = [];
  for await (const page of instanceTypePages(api, about)) {
    for (const type of page) flavors.push(flavorOf(endpoint, type, flavors.length));
  }
  const prices = await readPrices(region, hasPrices, about);
  return flavors
    .map((flavor): Flavor => {
      const price = prices.get(flavor.name);
      return price === undefined ? flavor : { ...flavor, price };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function flavorOf(endpoint: EndpointName, type: InstanceTypeInfo, place: number): Flavor {
  const { InstanceType, VCpuInfo, MemoryInfo, ProcessorInfo, InstanceStorageInfo } = type;
  const name = InstanceType ?? `without a name, number ${place}`;
  const cpus = VCpuInfo?.DefaultVCpus;
  const memory = sizeOf(MemoryInfo?.SizeInMiB, mib(1));
  const incomplete = InstanceType === undefined || cpus === undefined || memory === undefined;
  const message = 'AWS does not tell its name, how many vCPUs or how much memory it has';
  return {
    id: flavorId(endpoint, name),
    name,
    cpus: cpus ?? Number.NaN,
    memory: memory ?? UNKNOWN_SIZE,
    // Disks of the host itself, in decimal GB. Volumes are chosen with an instance, not by its type.
    disk: sizeOf(InstanceStorageInfo?.TotalSizeInGB, GB),
    arch: ProcessorInfo?.SupportedArchitectures?.join(', ') || undefined,
    description: undefined,
    ...(incomplete ? { trouble: { message, since: 0 } } : {}),
  };
}

const GB = bytes(1e9);

/** Undefined for what is no size. */
function sizeOf(count: number | undefined, unit: Bytes): Bytes | undefined {
  const value = (count ?? Number.NaN) * unit;
  return Number.isSafeInteger(value) && value >= 0 ? bytes(value) : undefined;
}
