/** The real services for the contract suite: Keystone and Nova through one door that can be cut. */
import { systemClock } from '../../../src/clock.ts';
import { endpointName, vmId } from '../../../src/ids.ts';
import type { Endpoint } from '../../../src/platforms/contract.ts';
import { facts } from '../../../src/platforms/openstack/testkit/facts.ts';
import { http } from '../../../src/platforms/openstack/testkit/http-facts.ts';
import type { PlatformTestkit } from '../../../src/platforms/testkit.ts';
import { gib, kib, mib } from '../../../src/units.ts';
import { isBooted } from './cloud.ts';
import { openContractServers } from './contract-servers.ts';
import { openGateway } from './gateway.ts';
import { loginOf } from './people.ts';
import { siteFrom } from './site.ts';

const ENDPOINT = endpointName('openstack-lab');

export const labTestkit: PlatformTestkit = {
  lab: 'openstack',
  facts: {
    ...facts,
    startTakesMs: 20_000,
    stopTakesMs: 20_000,
    // No Cinder here.
    operations: facts.operations.filter((name) => !/^(storage|volume)\./.test(name)),
    listed: {
      network: {
        name: 'lan',
        type: 'local',
        active: true,
        cidrs: ['192.168.50.0/24'],
        dhcp: true,
        vlan: undefined,
        mtu: 1500,
        domain: undefined,
      },
      image: { name: 'debian-12', type: 'disk', format: 'raw', size: kib(64), status: 'active', visibility: 'public' },
      flavor: { name: 'nano', cpus: 1, memory: mib(512), disk: gib(1), description: undefined },
    },
    changes: {
      ...facts.changes,
      config: { name: 'renamed', description: 'changed by the suite', tags: 'a,b', plan: 'other', profile: 'large' },
    },
  },
  http,
  available: async () =>
    isBooted(siteFrom(process.env)) ? undefined : 'the cloud is down: npm run lab -- up openstack',
  start,
};

async function start() {
  const site = siteFrom(process.env);
  const gateway = await openGateway(site);
  const servers = await openContractServers(site);
  let doomed = 0;
  // Diagnostics are for administrators, as nova has it.
  const { user, password, project } = loginOf('captain');
  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'openstack',
    values: {
      'auth-url': `${gateway.origin}/identity`,
      'compute-url': `${gateway.origin}/compute/v2.1`,
      username: user,
      password,
      project,
      ca: site.files.ca,
    },
  };
  const bring = async (name: string, status: 'ACTIVE' | 'SHUTOFF') => vmId(ENDPOINT, await servers.bring(name, status));

  // The suite looks at a list before it asks for one of them.
  await Promise.all([bring('contract-stopped', 'SHUTOFF'), bring('contract-running', 'ACTIVE')]);

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
    clock: systemClock,
    stoppedVm: () => bring('contract-stopped', 'SHUTOFF'),
    runningVm: () => bring('contract-running', 'ACTIVE'),
    doomedVm: () => bring(`contract-doomed-${++doomed}`, 'SHUTOFF'),
    // Its own disk is there as long as the server is: the pretended hypervisor has nothing that could be looked at.
    hasDisk: async (path: string) => (await servers.find(path.replace(/\/root$/, ''))) !== undefined,
    cutLink: () => gateway.cut(),
    restoreLink: () => gateway.restore(),
    async close() {
      await servers.clear();
      await gateway.close();
    },
  };
}
