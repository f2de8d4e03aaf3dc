/** libvirt's own test driver behind a real, private daemon: the whole way over the wire, with guests that cost nothing. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { endpointName, type VmId, vmId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import {
  LISTED_OPERATIONS,
  NODE_OPERATIONS,
  type PlatformTestkit,
  SNAPSHOT_OPERATIONS,
  type TestServer,
} from '../testkit.ts';
import { startLink } from '../testkit-link.ts';
import { startPrivateDaemon, VIRSH } from './testkit/private-daemon.ts';

const ENDPOINT = endpointName('kvm-test');
const DAEMON = '/usr/sbin/libvirtd';

export const testkit: PlatformTestkit = {
  lab: 'libvirt',
  facts: {
    operations: [
      'vm.info',
      'disk.list',
      'nic.list',
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
      'vm.definition',
      'vm.define',
      'node.info',
      'node.shell',
      ...NODE_OPERATIONS,
      ...SNAPSHOT_OPERATIONS,
      ...LISTED_OPERATIONS.filter(
        (name) =>
          name !== 'volume.resize' &&
          !/^network\.(settings|update)$/.test(name) &&
          name !== 'flavor.list' &&
          (!name.startsWith('image.') || name === 'image.list'),
      ),
    ],
    login: false,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 3_000,
    stopTakesMs: 3_000,
    guestsAnswer: true,
    snapshots: { takeMs: 3_000, memory: true, revertsToOlder: true },
    samples: ['cpu'],
    listed: {
      storage: { name: 'default-pool', type: 'dir', active: true, size: gib(100), path: '/default-pool' },
      volume: {
        name: 'tools.iso',
        storage: 'default-pool',
        type: 'file',
        size: mib(1),
        path: '/default-pool/tools.iso',
        users: [],
      },
      network: {
        name: 'default',
        type: 'nat',
        mode: 'nat',
        active: true,
        cidrs: ['192.168.122.0/24'],
        dhcp: true,
        device: 'virbr0',
      },
      image: { name: 'tools.iso', type: 'iso', storage: 'default-pool', size: mib(1) },
    },
    makes: {
      storage: { name: 'made', type: 'dir', path: '/made' },
      volume: { name: 'made', storage: 'default-pool', size: mib(2), format: 'raw' },
      network: { name: 'made', mode: 'nat', cidr: '10.77.0.0/24', dhcp: true, device: '', domain: 'made.test' },
    },
    files: {
      takeMs: 3_000,
      folder: '/',
      storage: 'default-pool',
      change: (text) => text.replace('<memory ', '<description>by the suite</description>\n  <memory '),
      changed: '<description>by the suite</description>',
      invalid: (text) => text.replace('<devices>', '<nonsense/><devices>'),
    },
    changes: {
      config: {
        name: 'contract-renamed',
        memory: mib(192),
        'max-memory': mib(384),
        vcpus: 3,
        'max-vcpus': 6,
        autostart: true,
        title: 'changed',
        description: 'by the suite',
      },
      running: {
        memory: mib(160),
        vcpus: 2,
        autostart: true,
        title: 'changed live',
        description: 'by the suite, live',
      },
    },
    prompt: undefined,
  },
  available: async () =>
    existsSync(DAEMON) && existsSync(VIRSH) ? undefined : 'libvirtd and virsh are not installed on this machine',
  start,
};

async function start(): Promise<TestServer> {
  const daemon = await startPrivateDaemon(DAEMON);
  const link = await startLink({ path: join(daemon.dir, 'proxy-sock') }, { path: daemon.socket });
  const { virsh } = daemon;
  // The guest that the driver comes with has a disk in no pool, which could be any file: no disk could be called free.
  await virsh(['destroy', 'test']);
  await virsh(['undefine', 'test']);
  await virsh(['vol-create-as', 'default-pool', 'tools.iso', '1M']);
  const stopped = await define('contract-stopped');
  const running = await define('contract-running');
  let doomed = 0;

  async function define(name: string, disk?: string): Promise<string> {
    const uuid = randomUUID();
    await virsh(['define', await daemon.write(`${name}.xml`, domainXml(name, uuid, disk))]);
    return uuid;
  }
  const stateOf = async (uuid: string) => (await virsh(['domstate', uuid])).trim();
  const idOf = (uuid: string): VmId => vmId(ENDPOINT, uuid);

  return {
    endpoint: {
      name: ENDPOINT,
      platform: 'kvm',
      values: { transport: 'unix', socket: link.at.path, driver: 'test:///default' },
    },
    wrongLogin: undefined,
    clock: systemClock,
    async stoppedVm() {
      if ((await stateOf(stopped)) !== 'shut off') await virsh(['destroy', stopped]);
      return idOf(stopped);
    },
    async runningVm() {
      const state = await stateOf(running);
      if (state === 'shut off') await virsh(['start', running]);
      else if (state === 'paused') await virsh(['resume', running]);
      return idOf(running);
    },
    async doomedVm() {
      const name = `contract-doomed-${++doomed}`;
      await virsh(['vol-create-as', 'default-pool', name, '1M']);
      const path = (await virsh(['vol-path', '--pool', 'default-pool', name])).trim();
      return idOf(await define(name, path));
    },
    hasDisk: (path) =>
      virsh(['vol-info', path]).then(
        () => true,
        () => false,
      ),
    cutLink: () => link.cut(),
    restoreLink: () => link.restore(),
    async close() {
      await link.close();
      await daemon.stop();
    },
  };
}

const domainXml = (name: string, uuid: string, disk: string | undefined): string => `<domain type='test'>
  <name>${name}</name><uuid>${uuid}</uuid>
  <memory unit='MiB'>256</memory><currentMemory unit='MiB'>128</currentMemory><vcpu current='1'>4</vcpu>
  <os><type>hvm</type></os>
  <devices>${disk === undefined ? '' : `<disk type='file' device='disk'><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>`}</devices>
</domain>`;
