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

it('gives its answer to the list also when somebody who wanted the same has gone', async () => {
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
