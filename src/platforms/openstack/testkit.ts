/** A cloud that is pretended: Keystone, Nova, Glance and Cinder on loopback, every request checked. */
import { endpointName, vmId } from '../../ids.ts';
import type { Endpoint } from '../contract.ts';
import type { PlatformTestkit } from '../testkit.ts';
import { quickClock } from '../testkit-clock.ts';
import { facts } from './testkit/facts.ts';
import { startFakeCloud } from './testkit/fake-cloud.ts';
import { http } from './testkit/http-facts.ts';
import { ACCOUNTS, PROJECT } from './testkit/keystone.ts';
import type { WorldServer } from './testkit/world.ts';

const ENDPOINT = endpointName('openstack-test');
const VOLUME = 'cb49b381-9012-40cb-b8ee-80c19a4801b5';
/** Three seconds of the cloud take one. */
const clock = quickClock(3);

export const testkit: PlatformTestkit = {
  lab: undefined,
  facts,
  http,
  available: async () => undefined,
  start,
};

async function start() {
  const cloud = await startFakeCloud(clock);
  const { world } = cloud;
  const stopped = world.add({ name: 'contract-stopped' });
  const running = world.add({ name: 'contract-running', metadata: { plan: 'shop', profile: 'small' } });
  const error = { name: 'contract-error', vmState: 'error', powerState: 0, host: null };
  world.volumes.set(VOLUME, 20);
  world.add({ ...error, volumes: [{ id: VOLUME, device: '/dev/vdb', deleteOnTermination: false }] });
  let doomed = 0;

  const { username, password } = ACCOUNTS.admin;
  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'openstack',
    values: { 'auth-url': `${cloud.origin}/identity`, username, password, project: PROJECT.name },
  };
  const bring = (server: WorldServer, to: Partial<WorldServer>) => {
    Object.assign(server, { taskState: null, ...to });
    world.touch(server);
    return vmId(ENDPOINT, server.id);
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
    clock,
    stoppedVm: async () => bring(stopped, { vmState: 'stopped', powerState: 4 }),
    runningVm: async () => bring(running, { vmState: 'active', powerState: 1, startedAt: clock.now() - 60_000 }),
    async doomedVm() {
      const kept = `9d0e1f2a-0000-4000-8000-00000000000${++doomed}`;
      world.volumes.set(kept, 5);
      const volumes = [{ id: kept, device: '/dev/vdb', deleteOnTermination: false }];
      const { id } = world.add({ name: `contract-doomed-${doomed}`, volumes });
      return vmId(ENDPOINT, id);
    },
    hasDisk: async (path: string) =>
      world.disks.has(path) || world.volumes.has(path.split(' ').at(-1) ?? '') || /^203\.0\.113\.\d+$/.test(path),
    cutLink: () => cloud.cut(),
    restoreLink: () => cloud.restore(),
    async close() {
      await cloud.close();
      if (cloud.complaints.length > 0) throw new Error(`not in OpenStack's API:\n${cloud.complaints.join('\n')}`);
    },
  };
}
