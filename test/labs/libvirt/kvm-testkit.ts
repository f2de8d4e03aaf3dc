import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, nodeId, type VmId, vmId } from '../../../src/ids.ts';
import type { Endpoint } from '../../../src/platforms/contract.ts';
import {
  LISTED_OPERATIONS,
  type PlatformTestkit,
  SNAPSHOT_OPERATIONS,
  type TestServer,
} from '../../../src/platforms/testkit.ts';
import { mib } from '../../../src/units.ts';
import { until } from '../until.ts';
import {
  cutLink,
  guestState,
  type Host,
  host1,
  imageFile,
  makeGuests,
  removeGuests,
  restoreHost,
  restoreLink,
  serialLog,
  site,
  virsh,
} from './hosts.ts';

/** A host of the lab over ssh, as an endpoint. */
export const sshEndpoint = (host: Host, name = host.name): Endpoint => ({
  name: endpointName(name),
  platform: 'kvm',
  values: {
    transport: 'ssh',
    host: host.address,
    user: 'root',
    key: site.files.key,
    'known-hosts': site.files.knownHosts,
  },
});

export const idOfGuest = async (host: Host, endpoint: Endpoint, guest: string): Promise<VmId> =>
  vmId(endpoint.name, (await virsh(host, 'domuuid', guest)).trim());

const IMAGES = '/var/lib/libvirt/images';
const NODE = nodeId(endpointName(host1.name), host1.uuid);
const OFF = 'suite-off';
const ON = 'suite-on';

/** Real QEMU guests on a real host, over ssh. */
export const labTestkit: PlatformTestkit = {
  lab: 'libvirt',
  facts: {
    operations: [
      'vm.info',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.pause',
      'vm.resume',
      'vm.suspend',
      'vm.planDelete',
      'vm.delete',
      'vm.settings',
      'vm.configure',
      'console.serial',
      'node.info',
      'node.shell',
      ...SNAPSHOT_OPERATIONS,
      ...LISTED_OPERATIONS.filter(
        (name) => name !== 'flavor.list' && (!name.startsWith('image.') || name === 'image.list'),
      ),
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 20_000,
    stopTakesMs: 30_000,
    guestsAnswer: true,
    snapshots: { takeMs: 20_000, memory: true, revertsToOlder: true },
    samples: ['cpu', 'memory'],
    listed: {
      storage: { name: 'default', type: 'dir', node: NODE, active: true, path: IMAGES, content: [] },
      volume: {
        name: 'web1.qcow2',
        storage: 'default',
        type: 'file',
        format: 'qcow2',
        size: mib(64),
        path: `${IMAGES}/web1.qcow2`,
        users: ['web1'],
      },
      network: {
        name: 'default',
        type: 'nat',
        mode: 'nat',
        node: NODE,
        active: true,
        cidrs: [`192.168.12${host1.number}.0/24`],
        dhcp: true,
        device: 'virbr0',
        vlan: undefined,
        mtu: undefined,
        domain: undefined,
      },
      image: {
        name: 'busybox.qcow2',
        type: 'disk',
        format: 'qcow2',
        size: mib(64),
        storage: 'default',
        path: `${IMAGES}/busybox.qcow2`,
      },
    },
    makes: {
      storage: { name: 'suite-made', type: 'dir', path: '/var/lib/libvirt/suite-made' },
      volume: { name: 'suite-made.qcow2', storage: 'default', size: mib(8), format: 'qcow2' },
      network: {
        name: 'suite-made',
        mode: 'nat',
        cidr: '10.205.0.0/24',
        dhcp: true,
        device: '',
        domain: 'suite.test',
      },
    },
    changes: {
      config: { memory: mib(96), 'max-memory': mib(384), vcpus: 2, 'max-vcpus': 4, autostart: true, title: 'changed' },
      // Live memory moves in the guest's own time, and live vCPUs only up: those have tests of their own.
      running: { autostart: true, title: 'changed live', description: 'by the suite' },
    },
    prompt: /login:/,
  },
  available: async () => (existsSync(site.files.config) ? undefined : 'the lab is not up: npm run lab -- up libvirt'),
  start,
};

async function start(): Promise<TestServer> {
  const host = host1;
  const endpoint = sshEndpoint(host);
  const { key: _key, ...keyless } = endpoint.values;
  const doomed: string[] = [];
  await removeGuests(host, OFF, ON);
  await makeGuests(host, OFF, ON);

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...keyless, password: 'wrong' } },
    clock: systemClock,
    async stoppedVm() {
      if ((await guestState(host, OFF)) !== 'shut off') await virsh(host, 'destroy', OFF);
      return idOfGuest(host, endpoint, OFF);
    },
    async runningVm() {
      // Restarted each time: a test before may have reset it, and what is asked of a guest that boots is lost.
      if ((await guestState(host, ON)) !== 'shut off') await virsh(host, 'destroy', ON);
      const before = (await serialLog(host, ON)).length;
      await virsh(host, 'start', ON);
      await until(`${ON} asks for a login`, 60_000, async () =>
        (await serialLog(host, ON)).slice(before).trimEnd().endsWith('login:'),
      );
      // It starts with all of its memory, and settings that still move can't be compared.
      await until(`${ON} has given back memory`, 20_000, async () =>
        /Used memory:\s+131072 KiB/.test(await virsh(host, 'dominfo', ON)),
      );
      return idOfGuest(host, endpoint, ON);
    },
    async doomedVm() {
      const name = `suite-doomed${doomed.length + 1}`;
      await removeGuests(host, name);
      await makeGuests(host, name);
      doomed.push(name);
      return idOfGuest(host, endpoint, name);
    },
    hasDisk: async (path) => existsSync(imageFile(host, basename(path))),
    cutLink: () => cutLink(host),
    restoreLink: () => restoreLink(host),
    async close() {
      await restoreHost(host);
      await removeGuests(host, OFF, ON, ...doomed);
      // a storage that is deleted leaves its folder
      await rm(`${host.dir}/lib/suite-made`, { recursive: true, force: true });
    },
  };
}
