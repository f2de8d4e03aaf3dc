import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { gib, mib } from '../../../units.ts';
import type { Connection, Settings } from '../../contract.ts';
import type { FakeCloud } from '../testkit/fake-cloud.ts';
import { CLOUD, withCloud } from '../testkit/with-cloud.ts';

const { signal } = new AbortController();
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdN+8f0GQ0mRZ1dXc3VQm4m3WZb3eWn0Q5pM anna';
const SPEC: Settings = { name: 'web9', image: 'debian-13', memory: mib(512), vcpus: 1 };

const create = (connection: Connection, spec: Settings) => {
  if (!connection.vm.create) throw new Error('nothing makes VMs');
  return connection.vm.create(CLOUD, spec, signal);
};
const there = ({ world }: FakeCloud) => [...world.servers.values()].filter(({ deleted }) => !deleted);

describe('a new server', () => {
  it('F-345 keeps plan, profile, image and user as kcli does, and has what was asked for', () =>
    withCloud(async (cloud, connection) => {
      const spec = { ...SPEC, plan: 'shop', profile: 'web', tags: 'a, b', metadata: { owner: 'anna' }, keys: KEY };
      const { warnings } = await create(connection, spec);
      expect(warnings).toEqual([]);
      const [server] = there(cloud);
      expect(server).toMatchObject({ name: 'web9', vmState: 'active', tags: ['a', 'b'] });
      expect(server?.metadata).toEqual({
        plan: 'shop',
        profile: 'web',
        image: 'debian-13',
        user: 'debian',
        owner: 'anna',
      });
      expect(cloud.complaints).toEqual([]);
    }));

  it('F-345 has volumes where disks are named, the first made of the image, and is off where it was not to be started', () =>
    withCloud(async (cloud, connection) => {
      const disk = [{ size: gib(3), storage: 'fast' }, { size: gib(1) + 1 }];
      await create(connection, { ...SPEC, disk, start: false });
      const [server] = there(cloud);
      expect(server).toMatchObject({ vmState: 'stopped', imageId: '' });
      const sizes = server?.volumes.map(({ id }) => [
        cloud.world.volumes.get(id),
        cloud.world.volumeWords.get(id)?.type,
      ]);
      expect(sizes).toEqual([
        [3, 'fast'],
        [2, '__DEFAULT__'],
      ]);
    }));

  it('that can not be built is deleted again, and it is said why', () =>
    withCloud(async (cloud, connection) => {
      cloud.world.failNext = 'No valid host was found.';
      const error = await refusal(create(connection, SPEC));
      expect(error).toMatchObject({ code: 'op.failed', message: 'web9 could not be built: No valid host was found.' });
      expect(there(cloud)).toEqual([]);
    }));

  it('whose floating address is refused is deleted again', () =>
    withCloud(async (cloud, connection) => {
      const error = await refusal(create(connection, { ...SPEC, floating: 'no-such-network' }));
      expect(error.code).toBe('network.not-found');
      expect(there(cloud)).toEqual([]);
      const unplugged = await refusal(create(connection, { ...SPEC, floating: 'outside', nic: [{ network: 'gone' }] }));
      expect(unplugged.code).toBe('network.not-found');
      expect(there(cloud)).toEqual([]);
    }));

  it.each<[Settings, string]>([
    [{ flavor: 'm1.small' }, 'web9 would need 2 of 0 vCPUs left in its project'],
    [{ disk: [{ size: gib(990) }] }, 'web9 would need 990G of 980G volume space left in its project'],
  ])('F-345 that would be more than the quota has left is refused before anything is made: %j', (more, message) =>
    withCloud(async (cloud, connection) => {
      if ('flavor' in more) for (let at = 0; at < 30; at++) cloud.world.add({ name: `other${at}` });
      else cloud.world.volumes.set('full', 20);
      const error = await refusal(create(connection, { ...SPEC, ...more }));
      expect([error.code, error.message]).toEqual(['op.refused', message]);
      expect(cloud.requests.filter((request) => request.startsWith('POST /compute'))).toEqual([]);
    }),
  );

  it.each<[Settings, string, RegExp]>([
    [{ image: '' }, 'op.refused', /nothing to boot from/],
    [{ volume: 'data' }, 'op.refused', /an image, a volume or a snapshot/],
    [{ flavor: 'm9' }, 'flavor.not-found', /m9/],
    [{ memory: gib(64) }, 'flavor.not-found', /no flavor with as many vCPUs/],
    [{ metadata: { plan: 'x' } }, 'op.refused', /plan comes from a setting of its own/],
    [{ 'server-group': 'apart' }, 'op.refused', /no server group "apart"/],
    [{ nic: [{ port: 'p', network: 'lan' }] }, 'op.refused', /a port has its network/],
    [{ 'user-data': `#cloud-config\n# ${'x'.repeat(50_000)}\n`, keys: '' }, 'op.refused', /Nova takes 48 KiB/],
  ])('%j is refused before anything is made', (more, code, message) =>
    withCloud(async (cloud, connection) => {
      const error = await refusal(create(connection, { ...SPEC, ...more }));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
      expect(cloud.requests.filter((request) => request.startsWith('POST /compute'))).toEqual([]);
    }),
  );
});
