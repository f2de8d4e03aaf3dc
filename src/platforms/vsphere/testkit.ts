/** govmomi's vCenter simulator as a private server: the whole way over TLS and SOAP, with VMs that cost nothing. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '../../clock.ts';
import { endpointName, nodeId, vmId } from '../../ids.ts';
import { bytes, gib } from '../../units.ts';
import type { Endpoint } from '../contract.ts';
import { type PlatformTestkit, SNAPSHOT_OPERATIONS, type TestServer } from '../testkit.ts';
import { servePicture } from '../testkit-display.ts';
import { startLink } from '../testkit-link.ts';
import type { MoRef } from './soap/envelope.ts';
import { http } from './testkit/http-facts.ts';
import { openMachineRoom } from './testkit/machine-room.ts';
import { PASSWORD, startVcsim, USER, vcsimPath } from './testkit/vcsim.ts';

const ENDPOINT = endpointName('vsphere-test');
const VMS = 24;
/** The first host of the first datacenter: the simulator counts what it makes. */
const LONE_HOST = nodeId(ENDPOINT, 'host-24');

export const testkit: PlatformTestkit = {
  lab: 'vsphere',
  facts: {
    operations: [
      'vm.info',
      'disk.list',
      'nic.list',
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
      ...SNAPSHOT_OPERATIONS,
      'storage.list',
      'network.list',
      'image.list',
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
