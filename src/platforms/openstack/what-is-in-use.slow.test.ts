import { describe, expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import { nodeId, vmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { DiskSpec } from '../contract.ts';
import { CLOUD, withCloud } from './testkit/with-cloud.ts';

const { signal } = new AbortController();
const NEW: DiskSpec = { volume: '', size: gib(1), storage: '', format: '', bus: '', shareable: false };

/** A method that this cloud has. */
function the<T>(method: T | undefined): T {
  if (method === undefined) throw new Error('the connection lacks it');
  return method;
}

describe('what is in use is not deleted, and who has it is said', () => {
  it('a volume', () =>
    withCloud(async ({ world }, { volume }) => {
      world.volumes.set('9d0e1f2a-0000-4000-8000-000000000001', 5);
      const volumes = [{ id: '9d0e1f2a-0000-4000-8000-000000000001', device: '/dev/vdb', deleteOnTermination: false }];
      world.add({ name: 'db1', volumes });
      const [one] = await the(volume?.list)(CLOUD, signal);
      expect((await the(volume?.planDelete)(the(one).id, signal)).refused).toMatch(/data-5 is used by db1/);
      expect(await refusal(the(volume?.delete)(the(one).id, signal))).toMatchObject({ code: 'op.refused' });
      expect(world.volumes.size).toBe(1);
    }));

  it('an image', () =>
    withCloud(async ({ world }, { image }) => {
      world.add({ name: 'web1' });
      const one = (await the(image?.list)(CLOUD, signal)).find(({ name }) => name === 'debian-13');
      const error = await refusal(the(image?.delete)(the(one).id, signal));
      expect(error.message).toMatch(/debian-13 is used by web1: they can't be rebuilt/);
      expect(world.images.size).toBe(2);
    }));

  it('a network and its subnet', () =>
    withCloud(async ({ world }, { network, subnet }) => {
      world.add({ name: 'web1' });
      const lan = (await the(network?.list)(CLOUD, signal)).find(({ name }) => name === 'lan');
      expect((await refusal(the(network?.delete)(the(lan).id, signal))).message).toMatch(/lan is used by web1/);
      const own = (await the(subnet?.list)(CLOUD, signal)).find(({ cidr }) => cidr === '10.0.0.0/24');
      expect((await refusal(the(subnet?.delete)(the(own).id, signal))).message).toMatch(/lan is used by web1/);
      expect(world.neutron.rows('networks').length).toBe(2);
    }));

  it('a router, its way outside, and its way to a network', () =>
    withCloud(async ({ world }, { router, address }) => {
      const server = world.add({ name: 'web1' });
      const [gate] = await the(router?.list)(CLOUD, signal);
      const { id } = the(gate);
      await the(router?.connect)(id, 'lan', signal);
      await the(address?.associate)(vmId(CLOUD, server.id), { address: '203.0.113.99', privateIp: '' }, signal);
      for (const change of [
        the(router?.update)(id, { outside: '' }, signal),
        the(router?.disconnect)(id, 'lan', signal),
      ])
        expect((await refusal(change)).message).toMatch(/is used by 203\.0\.113\.99/);
      expect((await refusal(the(router?.delete)(id, signal))).message).toMatch(/gate leads to lan: disconnect/);
      expect(world.neutron.rows('routers')).toMatchObject([
        { external_gateway_info: { network_id: expect.any(String) } },
      ]);
      expect(
        world.neutron.rows('ports').filter((row) => row['device_id'] === world.neutron.rows('routers')[0]?.id),
      ).toHaveLength(2);
    }));

  it('one of the two subnets that a router leads to, and that its way to the other is gone', () =>
    withCloud(async ({ world }, { router }) => {
      const [gate] = await the(router?.list)(CLOUD, signal);
      await the(router?.connect)(the(gate).id, 'lan', signal);
      world.neutron.failOn = 'last interface';
      const error = await refusal(the(router?.disconnect)(the(gate).id, 'lan', signal));
      expect(error.message).toMatch(/^gate leads to [0-9a-f-]{36} of lan no more, but still to [0-9a-f-]{36}: /);
    }));

  it('a volume type', () =>
    withCloud(async ({ world }, { storage, volume }) => {
      const spec = { name: 'kept', storage: 'fast', size: gib(1), format: 'raw' };
      await the(volume?.create)(CLOUD, spec, signal);
      const fast = (await the(storage?.list)(CLOUD, signal)).find(({ name }) => name === 'fast');
      const removal = the(storage?.delete)(the(fast).id, { volumes: false }, signal);
      expect((await refusal(removal)).message).toBe('fast has volumes (kept): delete them first');
      expect([...world.volumeTypes.values()]).toContain('fast');
    }));

  it('a security group: the default one, and one that a server has', () =>
    withCloud(async ({ world }, { securitygroup }) => {
      const [usual] = await the(securitygroup?.list)(CLOUD, signal);
      expect((await the(securitygroup?.planDelete)(the(usual).id, signal)).refused).toMatch(/default group/);
      const { id } = await the(securitygroup?.create)(CLOUD, { name: 'web', description: '', network: '' }, signal);
      const server = world.add({ name: 'web1' });
      const port = world.neutron.rows('ports').find((row) => row['device_id'] === server.id);
      Object.assign(port ?? {}, { security_groups: [world.neutron.rows('security-groups').at(-1)?.id] });
      expect((await refusal(the(securitygroup?.delete)(the(id), signal))).message).toMatch(/web is used by web1/);
    }));
});

describe('what was made half is taken back', () => {
  it('a volume that can not be attached', () =>
    withCloud(async (cloud, { disk }) => {
      const { id } = cloud.world.add({ name: 'web1' });
      cloud.nova.denied.add('os_compute_api:os-volume_attachments:create');
      expect(await refusal(the(disk?.create)(vmId(CLOUD, id), NEW, signal))).toMatchObject({ code: 'auth.forbidden' });
      expect(cloud.world.volumes.size).toBe(0);
      expect(cloud.requests.some((request) => /^DELETE .*\/volumes\//.test(request))).toBe(true);
    }));

  it('a port of a NIC that can not be plugged in', () =>
    withCloud(async (cloud, { nic }) => {
      const { id } = cloud.world.add({ name: 'web1' });
      const before = cloud.world.neutron.rows('ports').length;
      cloud.nova.denied.add('os_compute_api:os-interface:create');
      const spec = { network: 'lan', model: '', mac: '52:54:00:aa:bb:01' };
      expect(await refusal(the(nic?.create)(vmId(CLOUD, id), spec, signal))).toMatchObject({ code: 'auth.forbidden' });
      expect(cloud.world.neutron.rows('ports').length).toBe(before);
    }));

  it('a network whose router can not be made', () =>
    withCloud(async ({ world }, { network }) => {
      const spec = {
        name: 'new',
        mode: 'nat',
        cidr: '10.9.0.0/24',
        dhcp: true,
        device: '',
        domain: '',
        mtu: 1,
      } as const;
      const rows = () => ['networks', 'subnets', 'routers'].map((path) => world.neutron.rows(path).length);
      const before = rows();
      world.neutron.failOn = 'router';
      expect(await refusal(the(network?.create)(CLOUD, spec, signal))).toMatchObject({ code: 'op.conflict' });
      expect(rows()).toEqual(before);
    }));

  it('a network that a router leads to in part', () =>
    withCloud(async (cloud, { router }) => {
      const [gate] = await the(router?.list)(CLOUD, signal);
      cloud.world.neutron.failOn = 'second interface';
      expect(await refusal(the(router?.connect)(the(gate).id, 'lan', signal))).toMatchObject({ code: 'op.conflict' });
      expect(await the(router?.list)(CLOUD, signal)).toMatchObject([{ name: 'gate', networks: [] }]);
    }));

  it('an image that the cloud can not fetch', () =>
    withCloud(async ({ world }, { image }) => {
      const spec = { name: 'tiny', url: 'https://images.example/missing.img', storage: '' };
      const error = await refusal(the(image?.create)(CLOUD, spec, signal));
      expect(error).toMatchObject({
        code: 'op.failed',
        message: 'tiny: Glance could not fetch https://images.example',
      });
      expect([...world.images.values()].map(({ name }) => name)).not.toContain('tiny');
    }));
});

describe('a move', () => {
  it('of a server whose host is down is an evacuation, which Nova takes without a word', () =>
    withCloud(async ({ world }, { vm }) => {
      const { id, host } = world.add({ name: 'web1', vmState: 'active', powerState: 1 });
      world.down.add(the(host ?? undefined));
      const other = host === 'compute-1' ? 'compute-2' : 'compute-1';
      const spec = { live: true, copyDisks: false, removeCopied: false, storage: '', despite: [] };
      const accepted = await the(vm.migrate)(vmId(CLOUD, id), { node: nodeId(CLOUD, `host/${other}`) }, spec, signal);
      expect(accepted.task).toMatch(/^req-/);
      await expect.poll(() => world.find(id).host).toBe(other);
    }));

  it.each([
    ['host/compute-1', /there already/],
    ['host/nowhere', /no hypervisor of this cloud/],
  ])('to %s is refused before it is asked for', (node, why) =>
    withCloud(async (cloud, { vm }) => {
      const { id } = cloud.world.add({ name: 'web1', vmState: 'active', powerState: 1 });
      const spec = { live: true, copyDisks: false, removeCopied: false, storage: '', despite: ['node', 'vm'] };
      const target = { node: `${CLOUD}/${node}` as never };
      expect((await refusal(the(vm.migrate)(vmId(CLOUD, id), target, spec, signal))).message).toMatch(why);
      expect(cloud.requests.some((request) => request.endsWith('/action'))).toBe(false);
    }),
  );
});
