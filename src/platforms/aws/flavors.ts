/** Instance types as sizes that can be chosen, with what they have and what an hour of each costs. */
import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { type EndpointName, flavorId } from '../../ids.ts';
import { type Bytes, bytes, mib, UNKNOWN_SIZE } from '../../units.ts';
import type { Flavor } from '../contract.ts';
import { instanceTypePages } from './instance-types.ts';
import type { AwsRegion } from './region.ts';
import { readPrices } from './services/prices.ts';

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
