/** govmomi's vCenter simulator as a private server: the whole way over TLS and SOAP, with VMs that cost nothing. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '../../clock.ts';
import { endpointName, nodeId, vmId } from '../../ids.ts';
import { bytes, gib, mib } from '../../units.ts';
import type { Endpoint } from '../contract.ts';
import {
  MAINTENANCE_OPERATIONS,
  PART_OPERATIONS,
  type PlatformTestkit,
  SNAPSHOT_OPERATIONS,
  type TestServer,
} from '../testkit.ts';
import { servePicture } from '../testkit-display.ts';
import { startLink } from '../testkit-link.ts';
import type { MoRef } from './soap/envelope.ts';
import { http } from './testkit/http-facts.ts';
import { openMachineRoom } from './testkit/machine-room.ts';
import { anOva } from './testkit/ova.ts';
import { PASSWORD, startVcsim, USER, vcsimPath } from './testkit/vcsim.ts';

const ENDPOINT = endpointName('vsphere-test');
const VMS = 24;
/** Both are of all hosts of the first datacenter. */
const NETWORKS = ['DC0_DVPG0', 'prod-42'] as const;
/** The first host of the first datacenter: the simulator counts what it makes. */
const LONE_HOST = nodeId(ENDPOINT, 'host-24');

export const testkit: PlatformTestkit = {
  lab: 'vsphere',
  facts: {
    operations: [
      'vm.info',
      'vm.history',
      'vm.create',
      'vm.clone',
      'vm.export',
      'vm.planMigrate',
      'vm.migrate',
      ...PART_OPERATIONS,
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.resume',
      'vm.suspend',
      'vm.planDelete',
      'vm.delete',
      'vm.settings',
      'vm.configure',
      'console.display',
      'node.info',
      ...MAINTENANCE_OPERATIONS,
      ...SNAPSHOT_OPERATIONS,
      'storage.list',
      'storage.refresh',
      'volume.list',
      'volume.create',
      'volume.planDelete',
      'volume.delete',
      'volume.resize',
      'volume.upload',
      'volume.download',
      'network.list',
      'network.create',
      'network.planDelete',
      'network.delete',
      'image.list',
      'image.upload',
      'image.download',
      'image.planDelete',
      'image.delete',
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 3_000,
    stopTakesMs: 3_000,
    guestsAnswer: true,
    samples: ['cpu', 'memory'],
    // the simulator writes no memory, and a revert switches nothing on or off
    snapshots: { takeMs: 3_000, memory: false, revertsToOlder: true },
    makesVms: {
      spec: {
        image: 'golden-debian12',
        iso: '',
        memory: mib(512),
        vcpus: 2,
        disk: [
          { size: gib(12), storage: '', bus: 'scsi' },
          { size: gib(1), storage: 'LocalDS_0', bus: 'scsi', thin: false },
        ],
        nic: [{ network: NETWORKS[0], model: 'vmxnet3', mac: '' }],
        'cloud-init': true,
        plan: 'suite',
        description: 'by the suite',
      },
      disks: [gib(12), gib(1)],
      networks: [NETWORKS[0]],
      missing: {
        image: { image: 'no-such-template' },
        network: { nic: [{ network: 'no-such-network' }] },
        storage: { disk: [{ size: gib(1), storage: 'no-such-datastore' }] },
      },
      clones: true,
      takeMs: 60_000,
    },
    migrates: { takeMs: 60_000, within: true, elsewhere: false },
    parts: { takeMs: 30_000, networks: NETWORKS, volumes: true, medium: '[LocalDS_0] suite.iso' },
    files: {
      takeMs: 60_000,
      folder: '',
      storage: 'depot',
      exportsImages: true,
      change: (text) => text,
      changed: '',
      invalid: (text) => text,
    },
    makes: {
      volume: { name: 'by-the-suite.vmdk', storage: 'depot', size: gib(1), format: '' },
      network: {
        name: 'by-the-suite',
        mode: 'bridge',
        cidr: '',
        dhcp: false,
        device: 'DC0/DVS0',
        domain: '',
        vlans: [7],
      },
    },
    volumesOfImages: false,
    // searches, and what comes of tasks
    listedTakesMs: 30_000,
    listed: {
      storage: {
        name: 'scratch',
        type: 'OTHER',
        node: LONE_HOST,
        shared: false,
        active: true,
        size: gib(1024),
        used: bytes(0),
        content: [],
      },
      volume: { name: 'suite.iso', storage: 'LocalDS_0', type: 'iso', format: 'raw', path: '[LocalDS_0] suite.iso' },
      network: {
        name: 'backup',
        type: 'Network',
        mode: 'bridge',
        node: LONE_HOST,
        active: true,
        cidrs: [],
        device: 'vSwitch0',
        vlan: 7,
      },
      image: {
        name: 'golden-debian12',
        type: 'template',
        storage: 'LocalDS_0',
        path: '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx',
        os: 'otherGuest',
        status: 'connected',
      },
    },
    changes: {
      config: {
        memory: gib(3),
        vcpus: 3,
        'memory-hot-add': true,
        'cpu-hot-add': true,
        description: 'by the suite',
      },
      // What runs takes memory and vCPUs, but never gives them back.
      running: { description: 'by the suite, live' },
    },
    uploads: () => anOva({ disk: Buffer.from('the disk of the suite'), network: 'lan' }),
    prompt: undefined,
  },
  http,
  available: async () =>
    existsSync(vcsimPath(process.env)) ? undefined : 'vcsim is not built yet: npm run lab -- up vsphere',
  start,
};

const HOST = '127.0.0.1';

async function start(): Promise<TestServer> {
  const vcsim = await startVcsim(vcsimPath(process.env), VMS);
  const link = await startLink({ host: HOST, port: 0 }, { host: HOST, port: vcsim.port });
  const room = await openMachineRoom(vcsim);
  const screens = createServer((socket) => void servePicture(socket)).listen(0, HOST);
  await once(screens, 'listening');
  await vcsim.status('POST', `/lab/display?address=${HOST}:${(screens.address() as AddressInfo).port}`);
  await vcsim.status('PUT', `/folder/suite.iso?${new URLSearchParams({ dcPath: DATACENTER, dsName: 'LocalDS_0' })}`);
  const idOf = ({ value }: MoRef) => vmId(ENDPOINT, value);
  const stopped = room.find('off');
  const running = room.find('app-0000');
  let doomed = 0;
  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'vsphere',
    values: { url: `${HOST}:${link.at.port}`, ca: vcsim.ca, user: USER, password: PASSWORD },
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
    clock: systemClock,
    async stoppedVm() {
      await room.power(stopped, 'poweredOff');
      return idOf(stopped);
    },
    async runningVm() {
      await room.power(running, 'poweredOn');
      return idOf(running);
    },
    linkedFrom: async () => idOf(room.find('layered')),
    vmWithDrive: async () => idOf(await room.clone(running, `driven-${++doomed}`)),
    idleNode: async () => nodeId(ENDPOINT, (await room.idleHost(running)).value),
    doomedVm: async () => idOf(await room.clone(running, `doomed-${++doomed}`)),
    async hasDisk(path) {
      const [, datastore = '', file = ''] = /^\[(.+)\] (.+)$/.exec(path) ?? [];
      const query = new URLSearchParams({ dcPath: DATACENTER, dsName: datastore });
      return (await vcsim.status('HEAD', `/folder/${encodeURI(file)}?${query}`)) === 200;
    },
    cutLink: () => link.cut(),
    restoreLink: () => link.restore(),
    async close() {
      await room.close();
      screens.close();
      await link.close();
      await vcsim.stop();
    },
  };
}

/** Of `app-0000`, whose copies are the doomed. */
const DATACENTER = 'DC0';
