import { expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import type { Api } from './api.ts';
import { createCatalog } from './catalog.ts';

const { signal } = new AbortController();
const about = { subject: 'cloud', signal };

it('does without types and images in a cloud that knows no such question, and asks once', async () => {
  const asked: string[] = [];
  const read = async (name: string) => {
    asked.push(name);
    throw new FleetError('op.refused', `InvalidAction: ${name}`);
  };
  const catalog = createCatalog({ read } as Pick<Api, 'read'> as Api);
  expect(await catalog.learn(['t3.micro'], ['ami-1'], about)).toBe(true);
  expect(await catalog.learn(['t3.micro'], ['ami-1'], about)).toBe(false);
  expect(asked).toEqual(['DescribeInstanceTypes', 'DescribeImages']);
});

it('gives its answer to the list also when another caller who wanted the same has given up', async () => {
  const leaving = new AbortController();
  const read = async (_name: string, _input: unknown, { signal: its }: typeof about) => {
    await new Promise((resolve) => setImmediate(resolve));
    its.throwIfAborted();
    return { InstanceTypes: [{ InstanceType: 't3.micro', VCpuInfo: { DefaultVCpus: 2 } }] };
  };
  const catalog = createCatalog({ read } as Pick<Api, 'read'> as Api);
  const first = catalog.learn(['t3.micro'], [], { subject: 'web1', signal: leaving.signal });
  const second = catalog.learn(['t3.micro'], [], about);
  leaving.abort(new Error('the details were closed'));
  await expect(first).rejects.toThrow('the details were closed');
  expect(await second).toBe(true);
  expect(catalog.type('t3.micro')?.cpus).toBe(2);
});

it('keeps of each type what instances have by it, and of each image its name', async () => {
  const pages: Readonly<Record<string, readonly object[]>> = {
    DescribeInstanceTypes: [
      {
        InstanceTypes: [
          { InstanceType: 'a', VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 8 }, Hypervisor: 'nitro' },
          { VCpuInfo: { DefaultVCpus: 9 } },
        ],
        NextToken: 'more',
      },
      {
        InstanceTypes: [{ InstanceType: 'b', BareMetal: true, Hypervisor: 'xen' }, { InstanceType: 'c' }],
        NextToken: '',
      },
    ],
    DescribeImages: [
      { Images: [{ ImageId: 'x', Name: 'debian' }, { ImageId: 'y', Name: '' }, { Name: 'z' }], NextToken: 'more' },
      {},
    ],
  };
  const asked: unknown[] = [];
  const read = async (name: string, input: { readonly NextToken?: string }) => {
    asked.push([name, input]);
    return pages[name]?.[input.NextToken === undefined ? 0 : 1];
  };
  const catalog = createCatalog({ read } as unknown as Api);
  expect(await catalog.learn(['a', 'a', '', 'b', 'c'], ['x', 'y'], about)).toBe(true);
  expect(['a', 'b', 'c', 'd'].map((name) => catalog.type(name))).toEqual([
    { cpus: 2, memory: 8 * 1024 ** 2, nitro: true },
    { cpus: 0, memory: 0, nitro: true },
    { cpus: 0, memory: 0, nitro: false },
    undefined,
  ]);
  expect(['x', 'y', 'z'].map((id) => catalog.imageName(id))).toEqual(['debian', undefined, undefined]);
  const types = { Filters: [{ Name: 'instance-type', Values: ['a', 'b', 'c'] }], MaxResults: 100 };
  const images = { Filters: [{ Name: 'image-id', Values: ['x', 'y'] }], IncludeDeprecated: true, MaxResults: 100 };
  expect(asked).toHaveLength(4);
  expect(asked).toEqual(
    expect.arrayContaining([
      ['DescribeInstanceTypes', types],
      ['DescribeInstanceTypes', { ...types, NextToken: 'more' }],
      ['DescribeImages', images],
      ['DescribeImages', { ...images, NextToken: 'more' }],
    ]),
  );
  expect(await catalog.learn([''], [], about)).toBe(false);
  expect(await catalog.learn(['a'], ['new'], about)).toBe(true);
});

it('asks for two hundred types at once, and again for those that it failed to ask for', async () => {
  const counts: number[] = [];
  let broken = true;
  const read = async (
    _name: string,
    { Filters }: { readonly Filters: readonly { readonly Values: readonly string[] }[] },
  ) => {
    counts.push(Filters[0]?.Values.length ?? 0);
    if (broken && counts.length === 2) throw new FleetError('host.unreachable', 'cut');
    return {};
  };
  const catalog = createCatalog({ read } as unknown as Api);
  const names = Array.from({ length: 450 }, (_, at) => `t${at}`);
  await expect(catalog.learn(names, [], about)).rejects.toThrow('cut');
  broken = false;
  await catalog.learn(names, [], about);
  expect(counts).toEqual([200, 200, 200, 50]);
});
