/** The real services for the contract suite: Keystone and Nova through one door that can be cut. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, vmId } from '../../../src/ids.ts';
import type { Endpoint } from '../../../src/platforms/contract.ts';
import { facts } from '../../../src/platforms/openstack/testkit/facts.ts';
import { http } from '../../../src/platforms/openstack/testkit/http-facts.ts';
import type { PlatformTestkit } from '../../../src/platforms/testkit.ts';
import { servePicture } from '../../../src/platforms/testkit-display.ts';
import { gib, kib, mib } from '../../../src/units.ts';
import { isBooted } from './cloud.ts';
import { openContractServers } from './contract-servers.ts';
import { openGateway } from './gateway.ts';
import { imageServer, serveImages } from './image-server.ts';
import { loginOf } from './people.ts';
import { siteFrom } from './site.ts';

/** Of no one: what an ed25519 key looks like. */
const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdN+8f0GQ0mRZ1dXc3VQm4m3WZb3eWn0Q5pM suite';

const ENDPOINT = endpointName('openstack-lab');
/** No router leads to it: that of `lan` has the address that another one would take. */
const SUITE_NETWORK = 'lan-of-suite';

export const labTestkit: PlatformTestkit = {
  lab: 'openstack',
  facts: {
    ...facts,
    // Neither Designate nor Swift nor Gnocchi here.
    operations: facts.operations.filter((name) => !/^(zone|dns|bucket|file)\.|^vm\.history$/.test(name)),
    startTakesMs: 20_000,
    stopTakesMs: 20_000,
    snapshots: { takeMs: 60_000, memory: false, revertsToOlder: true, apart: true },
    modes: { takeMs: 60_000, rescueImage: 'alma 9 (golden)', resize: { flavor: 'small' } },
    makesVms: {
      spec: { image: 'debian-12', memory: mib(512), vcpus: 1, plan: 'suite', disk: [], nic: [{ network: 'lan' }] },
      disks: [gib(1)],
      networks: ['lan'],
      missing: {
        image: { image: 'no-such-image' },
        network: { nic: [{ network: 'no-such-network' }] },
        storage: { disk: [{ size: gib(1), storage: 'no-such-type' }] },
      },
      clones: false,
      takeMs: 60_000,
    },
    migrates: { takeMs: 60_000, within: true, elsewhere: false },
    clouds: {
      subnet: { changes: { nameServers: ['192.168.51.3'] } },
      securityrule: true,
      address: { name: 'suite', network: '' },
      router: { network: SUITE_NETWORK },
    },
    parts: { takeMs: 30_000, networks: ['lan', 'outside'], volumes: true, diskSize: gib(1) },
    makes: {
      storage: { name: 'gold', type: 'volume-type', path: '', source: 'lvm-1' },
      volume: { name: 'spare', storage: 'fast', size: gib(2), format: 'raw' },
      network: { name: 'backyard', mode: 'nat', cidr: '192.168.77.0/24', dhcp: true, device: '', domain: '' },
      subnet: {
        ...{ name: 'lan-b', network: 'lan', cidr: '192.168.51.0/24', gateway: '192.168.51.1' },
        ...{ zone: '', dhcp: true, nameServers: [] },
      },
      router: { name: 'suite', outside: 'outside' },
      securitygroup: { name: 'suite', description: 'made by the suite', network: '' },
      keypair: { name: 'suite', publicKey: PUBLIC_KEY },
      image: { name: 'tiny', url: `${imageServer(siteFrom(process.env))}/tiny.img`, storage: '' },
    },
    volumesAreWhole: true,
    listedTakesMs: 30_000,
    listed: {
      subnet: { name: 'lan', network: 'lan', cidr: '192.168.50.0/24', dhcp: true },
      securitygroup: { name: 'default', network: undefined, rules: 4 },
      keypair: { name: 'admins', type: 'ssh' },
      router: { name: 'gate', outside: 'outside', networks: ['lan'], active: true },
      address: { network: 'outside', user: 'web1' },
      storage: { name: 'fast', type: 'volume type', active: true, size: undefined, used: undefined },
      volume: { name: 'data-20', storage: 'fast', type: 'fast', size: gib(20), users: ['web2'] },
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
  const screens = createServer((socket) => void servePicture(socket)).listen(0, site.gateway);
  await once(screens, 'listening');
  const servers = await openContractServers(site, `${site.gateway}:${(screens.address() as AddressInfo).port}`);
  const images = await serveImages(site);
  const { network } = await servers.session.ask<{ network: { readonly id: string } }>('network', '/v2.0/networks', {
    method: 'POST',
    json: { network: { name: SUITE_NETWORK } },
  });
  const subnet = { network_id: network.id, ip_version: 4, cidr: '192.168.52.0/24', enable_dhcp: false };
  await servers.session.ask('network', '/v2.0/subnets', { method: 'POST', json: { subnet } });
  await servers.session
    .ask('compute', '/os-keypairs', {
      method: 'POST',
      json: { keypair: { name: 'admins', public_key: PUBLIC_KEY } },
    })
    .catch(() => undefined);
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
      await servers.session.ask('network', `/v2.0/networks/${network.id}`, { method: 'DELETE' });
      screens.close();
      await gateway.close();
      await images.close();
    },
  };
}
