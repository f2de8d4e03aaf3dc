import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { refusal } from '../../../test/contract/refusal.ts';
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { createCatalog } from './catalog.ts';
import { listFlavors } from './flavors.ts';
import { CLOUD, scriptedApi } from './testkit/scripted-calls.ts';

const { signal } = new AbortController();
const MIB = 1024 ** 2;
const forbidden = new FleetError('auth.forbidden', 'not for you');
const list = (api: Api, hasPrices = false) => {
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
  return listFlavors({ ...region, endpoint: CLOUD, region: 'eu-test-1' }, hasPrices, signal);
};

it('lists what the region offers, a hundred at a time, by name', async () => {
  const pages: Readonly<Record<string, object>> = {
    first: {
      InstanceTypes: [
        {
          InstanceType: 'm5d.large',
          VCpuInfo: { DefaultVCpus: 2 },
          MemoryInfo: { SizeInMiB: 8192 },
          ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
          InstanceStorageInfo: { TotalSizeInGB: 75 },
        },
        {
          InstanceType: 't2.nano',
          VCpuInfo: { DefaultVCpus: 1 },
          MemoryInfo: { SizeInMiB: 512 },
          ProcessorInfo: { SupportedArchitectures: ['i386', 'x86_64'] },
        },
      ],
      NextToken: 'more',
    },
    more: {
      InstanceTypes: [{ InstanceType: 'a1.large', VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 4096 } }],
      NextToken: '',
    },
  };
  const page = ({ NextToken = 'first' }: { readonly NextToken?: string }) => pages[NextToken];
  const { api, asked } = scriptedApi({ DescribeInstanceTypes: page, DescribeSpotPriceHistory: forbidden });
  const rest = { description: undefined };
  expect(await list(api)).toEqual([
    { ...rest, id: 'cloud/a1.large', name: 'a1.large', cpus: 2, memory: 4096 * MIB, disk: undefined, arch: undefined },
    { ...rest, id: 'cloud/m5d.large', name: 'm5d.large', cpus: 2, memory: 8192 * MIB, disk: 75e9, arch: 'x86_64' },
    {
      ...rest,
      id: 'cloud/t2.nano',
      name: 't2.nano',
      cpus: 1,
      memory: 512 * MIB,
      disk: undefined,
      arch: 'i386, x86_64',
    },
  ]);
  expect(asked.filter(([name]) => name === 'DescribeInstanceTypes')).toEqual([
    ['DescribeInstanceTypes', { MaxResults: 100 }],
    ['DescribeInstanceTypes', { MaxResults: 100, NextToken: 'more' }],
  ]);
});

it('keeps a type of which AWS tells half, or nonsense, and says so', async () => {
  const { api } = scriptedApi({
    DescribeSpotPriceHistory: {},
    DescribeInstanceTypes: {
      InstanceTypes: [
        { VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 1 } },
        { InstanceType: 'x.big', VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 2 ** 60 } },
        { InstanceType: 'x.none' },
        {
          InstanceType: 'x.well',
          VCpuInfo: { DefaultVCpus: 1 },
          MemoryInfo: { SizeInMiB: 1 },
          InstanceStorageInfo: { TotalSizeInGB: -1 },
        },
      ],
    },
  });
  const flavors = await list(api);
  expect(flavors.map(({ name, cpus, memory, disk, trouble }) => [name, cpus, memory, disk, !!trouble])).toEqual([
    ['without a name, number 0', 2, MIB, undefined, true],
    ['x.big', 2, Number.NaN, undefined, true],
    ['x.none', Number.NaN, Number.NaN, undefined, true],
    ['x.well', 1, MIB, undefined, false],
  ]);
});

it('says who may not list types, rather than that there are none', async () => {
  const { api } = scriptedApi({ DescribeInstanceTypes: forbidden });
  expect(await refusal(list(api))).toBe(forbidden);
});
