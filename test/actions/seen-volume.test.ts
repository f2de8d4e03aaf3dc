import { expect, it } from 'vitest';
import { seenVolume } from '../../src/actions/seen-volume.ts';
import { endpointName } from '../../src/ids.ts';
import type { Connection, Volume } from '../../src/platforms/contract.ts';

const args = { name: 'tiny.img', storage: 'fast' };
const reads = (...volumes: readonly Pick<Volume, 'name' | 'storage'>[]) =>
  seenVolume(args, endpointName('one'), 1).read(
    { volume: { list: async () => volumes } } as unknown as Connection,
    new AbortController().signal,
    undefined,
  );

it('is a volume of this name in the storage that was chosen', async () => {
  expect(await reads({ name: 'tiny.img', storage: 'slow' }, { name: 'tiny.img', storage: 'fast' })).toBe(true);
});

it('is no volume of this name in another storage', async () => {
  expect(await reads({ name: 'tiny.img', storage: 'slow' })).toBe('has no volume tiny.img yet');
});
