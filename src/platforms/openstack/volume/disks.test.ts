import { expect, it } from 'vitest';
import { readServer } from '../servers.ts';
import { disksOf } from './disks.ts';

const volume = (id: string, deleted: boolean | undefined) => ({
  id,
  device: `/dev/${id}`,
  deleted,
  name: undefined,
  size: undefined,
});

it('counts a volume among what goes, unless nova says that it stays', () => {
  const server = readServer({ id: 's', status: 'SHUTOFF', image: '' });
  const disks = disksOf(server, [volume('vda', true), volume('vdb', false), volume('vdc', undefined)]);
  expect(disks.map(({ device, goes }) => [device, goes])).toEqual([
    ['/dev/vda', true],
    ['/dev/vdb', false],
    ['/dev/vdc', true],
  ]);
});

it('does not know what becomes of a volume of which nova says nothing', () => {
  const attached = [{ id: 'a', delete_on_termination: false }, { id: 'b' }];
  const { volumes } = readServer({ id: 's', 'os-extended-volumes:volumes_attached': attached });
  expect(volumes).toEqual([
    { id: 'a', deleted: false },
    { id: 'b', deleted: undefined },
  ]);
});
