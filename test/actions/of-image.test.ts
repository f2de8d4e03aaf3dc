import { expect, it } from 'vitest';
import { diskActions } from '../../src/actions/disk.ts';
import { volumeActions } from '../../src/actions/storage.ts';
import type { Connection } from '../../src/platforms/contract.ts';
import { aVm } from '../state/objects.ts';

it.each(['disk', 'volume'] as const)(
  'a new %s is a copy of an image, or a layer on it where that is said',
  async (noun) => {
    const action = [...diskActions, ...volumeActions].find(({ id }) => id === `${noun}.create`);
    const specs: object[] = [];
    const create = async (_of: unknown, spec: object) => {
      specs.push(spec);
      return { warnings: [] };
    };
    const connection = { [noun]: { create } } as unknown as Connection;
    const { signal } = new AbortController();
    const vm = aVm('web1') as never;
    for (const args of [{}, { image: 'debian12' }, { image: 'debian12', linked: true }])
      await action?.send(connection, vm, args, signal, () => {});
    const [empty, copy, layer] = specs;
    expect(empty).not.toHaveProperty('image');
    expect(copy).toMatchObject({ image: 'debian12' });
    expect(copy).not.toHaveProperty('linked');
    expect(layer).toMatchObject({ image: 'debian12', linked: true });
  },
);
