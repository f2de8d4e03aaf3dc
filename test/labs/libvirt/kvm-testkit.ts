import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { basename } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, nodeId, type VmId, vmId } from '../../../src/ids.ts';
import type { Endpoint } from '../../../src/platforms/contract.ts';
import {
  LISTED_OPERATIONS,
  NAME_OPERATIONS,
  NODE_OPERATIONS,
  PART_OPERATIONS,
  type PlatformTestkit,
  SNAPSHOT_OPERATIONS,
  type TestServer,
} from '../../../src/platforms/testkit.ts';
import { mib } from '../../../src/units.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import {
  cutLink,
  guestState,
  type Host,
  host1,
  host2,
  imageFile,
  makeGuests,
  makeNetwork,
  removeGuests,
  removeNetwork,
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

/** A web server that the hosts of the lab reach. `port` 0: any. */
export async function serve(
  answer: RequestListener,
  port = 0,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, site.gateway, resolve);
  });
  const { port: taken } = server.address() as { readonly port: number };
  return {
    url: `http://${site.gateway}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Where the image of the suite is. */
const WEB_PORT = 18_283;
const IMAGES = '/var/lib/libvirt/images';
const NODE = nodeId(endpointName(host1.name), host1.uuid);
const OFF = 'suite-off';
const ON = 'suite-on';
/** An address of the network `default`, kept for no guest, and its name. */
const KEPT = {
  name: 'suite-kept',
  mac: '52:54:00:0e:0f:01',
  ip: `192.168.12${host1.number}.200`,
} as const;
/** One more for NICs; nothing is behind it. */
const SECOND_NETWORK = 'suite-second';

/** Real QEMU guests on a real host, over ssh. */
export const labTestkit: PlatformTestkit = {
  lab: 'libvirt',
  facts: {
    operations: [
      'vm.create',
      'disk.list',
      'nic.list',
      'vm.info',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.pause',
      'vm.resume',
      'vm.suspend',
      'vm.planDelete',
      'vm.delete',
      'vm.clone',
      'vm.settings',
      'vm.planConfigure',
      'vm.configure',
      'vm.save',
      'vm.restore',
      'vm.export',
      'vm.definition',
      'vm.define',
      'vm.planMigrate',
      'vm.migrate',
      'node.planReceive',
      'node.receive',
      'console.serial',
      'console.display',
      'console.viewer',
      'console.command',
      'node.info',
      'node.shell',
      ...NODE_OPERATIONS,
      ...PART_OPERATIONS,
      ...SNAPSHOT_OPERATIONS,
      ...NAME_OPERATIONS,
      ...LISTED_OPERATIONS.filter((name) => name !== 'flavor.list'),
      'volume.upload',
      'volume.download',
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 20_000,
    stopTakesMs: 30_000,
    guestsAnswer: true,
    snapshots: { takeMs: 20_000, memory: true, revertsToOlder: true },
    migrates: { takeMs: 30_000, within: false, elsewhere: true },
    parts: { takeMs: 10_000, networks: ['default', SECOND_NETWORK], volumes: true },
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
      lease: { ...KEPT, network: 'default', reserved: true, until: undefined },
      dns: { name: KEPT.name, zone: 'default', type: 'A', ttl: undefined, data: KEPT.ip },
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
      lease: {
        network: 'default',
        mac: '52:54:00:0e:0f:02',
        ip: `192.168.12${host1.number}.201`,
        name: 'suite-made',
      },
      dns: { zone: 'default', name: 'suite-made', type: 'A', data: `192.168.12${host1.number}.201` },
      image: { name: 'suite-made.img', url: `http://${site.gateway}:${WEB_PORT}/suite.img`, storage: 'default' },
    },
    makesVms: {
      spec: {
        memory: mib(96),
        vcpus: 1,
        image: 'busybox.qcow2',
        plan: 'suite',
        // Guests of the lab run without KVM, also on a machine that says that it has it.
        virtualization: 'qemu',
        disk: [{ size: mib(80), storage: 'default', bus: 'virtio' }, { size: mib(8) }],
        nic: [{ network: 'default', model: 'virtio', mac: '' }],
      },
      disks: [mib(80), mib(8)],
      networks: ['default'],
      missing: {
        image: { image: 'none' },
        network: { nic: [{ network: 'none' }] },
        storage: { disk: [{ size: mib(8), storage: 'none' }] },
      },
      clones: true,
      takeMs: 30_000,
    },
    files: {
      takeMs: 30_000,
      folder: IMAGES,
      storage: 'default',
      change: (text) => text.replace('<memory ', '<description>by the suite</description>\n  <memory '),
      changed: '<description>by the suite</description>',
      invalid: (text) => text.replace('<devices>', '<nonsense/><devices>'),
    },
    changes: {
      config: {
        ...{ memory: mib(96), 'max-memory': mib(384), vcpus: 2, 'max-vcpus': 4, autostart: true, title: 'changed' },
        ...{ plan: 'suite', owner: 'ann', metadata: { information: 'by the suite', site: 'a & <b>' } },
        ...{ boot: 'cdrom', 'next-boot': 'network' },
      },
      // Live memory moves in the guest's own time, and live vCPUs only up: those have tests of their own.
      running: {
        autostart: true,
        title: 'changed live',
        description: 'by the suite',
        plan: 'live',
        metadata: { a: 'b' },
      },
    },
    prompt: /login:/,
  },
  available: async () => (existsSync(site.files.config) ? undefined : 'the lab is not up: npm run lab -- up libvirt'),
  start,
};

/** Writes the address and the name that are kept into the network, or takes them away. */
async function keep(verb: 'add-last' | 'delete'): Promise<void> {
  const { mac, name, ip } = KEPT;
  for (const [section, xml] of [
    ['ip-dhcp-host', `<host mac='${mac}' name='${name}' ip='${ip}'/>`],
    ['dns-host', `<host ip='${ip}'><hostname>${name}</hostname></host>`],
  ] as const)
    await virsh(host1, 'net-update', 'default', verb, section, xml, '--live', '--config');
}

async function start(): Promise<TestServer> {
  const host = host1;
  const endpoint = sshEndpoint(host);
  const { key: _key, ...keyless } = endpoint.values;
  const doomed: string[] = [];
  await removeGuests(host, OFF, ON);
  await makeGuests(host, OFF, ON);
  // What is a layer on another image is moved while it runs alone.
  for (const name of [OFF, ON]) await run(['qemu-img', 'rebase', '-u', '-b', '', imageFile(host, `${name}.qcow2`)]);
  await removeNetwork(host, SECOND_NETWORK);
  await makeNetwork(host, SECOND_NETWORK);
  // an aborted run may have left them
  await keep('delete').catch(() => undefined);
  await keep('add-last');
  const web = await serve((_request, response) => response.end(Buffer.alloc(mib(1), 7)), WEB_PORT);

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
    otherEndpoint: async () => sshEndpoint(host2, 'suite-other'),
    hasDisk: async (path) => existsSync(imageFile(host, basename(path))),
    cutLink: () => cutLink(host),
    restoreLink: () => restoreLink(host),
    async close() {
      await web.close();
      await restoreHost(host);
      await removeGuests(host, OFF, ON, ...doomed);
      await removeNetwork(host, SECOND_NETWORK);
      await keep('delete');
      // a storage that is deleted leaves its folder
      await rm(`${host.dir}/lib/suite-made`, { recursive: true, force: true });
    },
  };
}
