/** What a region costs in requests: a thousand instances, and what they have, in pages of what EC2 gives at once. */
import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { type Id, networkId, vmId } from '../../ids.ts';
import type { NetworkOps } from '../contract.ts';
import { createCatalog } from './catalog.ts';
import { createDelete } from './delete.ts';
import { createImageOps } from './image/images.ts';
import { readInfo } from './info.ts';
import { listMachines } from './list-machines.ts';
import { createAddressOps } from './network/addresses.ts';
import { createKeyPairOps } from './network/key-pairs.ts';
import { createSecurityGroupOps } from './network/security-groups.ts';
import { createSubnetOps } from './network/subnets.ts';
import { createNetworkOps } from './network/vpcs.ts';
import type { AwsRegion } from './region.ts';
import { createSettings } from './settings.ts';
import { createVolumeSnapshotOps } from './storage/volume-snapshots.ts';
import { createVolumeOps } from './storage/volumes.ts';
import { CLOUD, scriptedApi } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const ZONE = 'eu-test-1a';

interface Asked {
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly Filters?: readonly { readonly Name: string; readonly Values: readonly string[] }[];
  readonly InstanceIds?: readonly string[];
}

/** So many instances, each with a volume, a snapshot of it, a network interface and an Elastic IP. */
function regionOf(count: number) {
  const numbers = Array.from({ length: count }, (_, at) => at.toString(16).padStart(8, '0'));
  const instances: readonly Instance[] = numbers.map((number) => ({
    InstanceId: `i-${number}`,
    State: { Name: 'stopped' },
    Placement: { AvailabilityZone: ZONE },
    InstanceType: 't3.micro',
    ImageId: 'ami-1',
    Tags: [{ Key: 'Name', Value: `vm-${number}` }],
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: `vol-${number}` } }],
  }));
  /** What EC2 gives in a page: as many as are asked for. */
  const pages = (key: string, all: readonly object[]) => (asked: Asked) => {
    const from = Number(asked.NextToken ?? 0);
    const to = from + (asked.MaxResults ?? all.length);
    return { [key]: all.slice(from, to), ...(to < all.length && { NextToken: String(to) }) };
  };
  const described = (asked: Asked) => {
    const ids = asked.InstanceIds ?? asked.Filters?.find(({ Name }) => Name === 'instance-id')?.Values;
    const wanted = ids ? instances.filter(({ InstanceId = '' }) => ids.includes(InstanceId)) : instances;
    const { Instances, ...next } = pages('Instances', wanted)(asked) as { readonly Instances: readonly Instance[] };
    return { Reservations: [{ Instances }], ...next };
  };
  const { api, asked } = scriptedApi({
    DescribeInstances: described,
    DescribeVolumes: pages(
      'Volumes',
      numbers.map((number) => ({ VolumeId: `vol-${number}`, Attachments: [{ InstanceId: `i-${number}` }] })),
    ),
    DescribeSnapshots: pages(
      'Snapshots',
      numbers.map((number) => ({ SnapshotId: `snap-${number}`, VolumeId: `vol-${number}`, State: 'completed' })),
    ),
    DescribeAddresses: {
      Addresses: numbers.map((number) => ({ AllocationId: `eipalloc-${number}`, InstanceId: `i-${number}` })),
    },
    DescribeNetworkInterfaces: pages(
      'NetworkInterfaces',
      numbers.map((number) => ({ Attachment: { InstanceId: `i-${number}` } })),
    ),
    DescribeImages: { Images: [{ ImageId: 'ami-1', Name: 'debian' }] },
    DescribeInstanceTypes: { InstanceTypes: [{ InstanceType: 't3.micro' }] },
    DescribeVpcs: { Vpcs: [{ VpcId: 'vpc-1', IsDefault: true }] },
    DescribeInternetGateways: {},
    DescribeSubnets: { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1' }] },
    DescribeSecurityGroups: { SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'web', VpcId: 'vpc-1' }] },
    DescribeKeyPairs: { KeyPairs: [{ KeyName: 'ada' }] },
    DescribeAvailabilityZones: { AvailabilityZones: [{ ZoneName: ZONE }] },
    DescribeInstanceAttribute: {},
  });
  const region: AwsRegion = {
    ...{ api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() },
    ...{ endpoint: CLOUD, region: 'eu-test-1' },
  };
  return { region, asked, first: vmId(CLOUD, instances[0]?.InstanceId ?? '') };
}

const networksOf = (region: AwsRegion) => createNetworkOps(region) as Required<NetworkOps>;

type List = (of: typeof CLOUD, signal: AbortSignal) => Promise<readonly { readonly id: Id }[]>;

/** Requests by what they are for. */
async function costOf(count: number): Promise<Readonly<Record<string, number>>> {
  const { region, asked, first } = regionOf(count);
  const about = { subject: CLOUD, signal };
  const lists: Readonly<Record<string, { readonly list: List }>> = {
    volumes: createVolumeOps(region),
    snapshots: createVolumeSnapshotOps(region),
    addresses: createAddressOps(region),
    images: createImageOps(region),
    networks: networksOf(region),
    subnets: createSubnetOps(region),
    securitygroups: createSecurityGroupOps(region),
    keypairs: createKeyPairOps(region),
  };
  const cost: Record<string, number> = {};
  const measure = async (what: string, work: () => Promise<unknown>) => {
    const before = asked.length;
    await work();
    cost[what] = asked.length - before;
  };
  await measure('instances', () => listMachines(region.api, about));
  for (const [what, { list }] of Object.entries(lists)) await measure(what, () => list(CLOUD, signal));
  await measure('details', () => readInfo(region, { region: 'eu-test-1', profile: undefined }, first, signal, {}));
  await measure('details again', () =>
    readInfo(region, { region: 'eu-test-1', profile: undefined }, first, signal, {}),
  );
  await measure('settings', () => createSettings(region).settings(first, 'config', signal));
  await measure('deletion', () => createDelete(region).planDelete(first, signal));
  return cost;
}

describe('a thousand instances', () => {
  it('cost a request for each page more than ten, and their details the same', async () => {
    const few = {
      ...{
        instances: 1,
        volumes: 2,
        snapshots: 2,
        addresses: 2,
        images: 1,
        networks: 2,
        subnets: 3,
        securitygroups: 3,
      },
      ...{ keypairs: 1, details: 4, 'details again': 2, settings: 2, deletion: 2 },
    };
    expect(await costOf(10)).toEqual(few);
    // 200 instances, 500 volumes, 500 snapshots in a page, and the names of 200 that have some of those
    const pages = { instances: 5, volumes: 2 + 5, snapshots: 2 + 2, addresses: 1 + 5 };
    expect(await costOf(1_000)).toEqual({ ...few, ...pages });
  });

  it('cost the same to say what uses a network, but for the names of those that do', async () => {
    const { region, asked } = regionOf(1_000);
    const { list, planDelete } = networksOf(region);
    const [network] = await list(CLOUD, signal);
    const before = asked.length;
    const { refused } = await planDelete(network?.id ?? networkId(CLOUD, ''), signal);
    expect(refused).toMatch(/default is used by vm-00000000/);
    const names = asked.slice(before).map(([name]) => name);
    expect(
      Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((one) => one === name).length])),
    ).toEqual({
      ...{ DescribeVpcs: 1, DescribeInternetGateways: 2, DescribeSubnets: 1, DescribeSecurityGroups: 1 },
      // 500 in a page, and the names of 200 instances
      ...{ DescribeNetworkInterfaces: 2, DescribeInstances: 5 },
    });
  });
});
