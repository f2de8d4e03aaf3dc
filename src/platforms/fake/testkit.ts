import { endpointName, storageId, type VmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Endpoint, Vm } from '../contract.ts';
import {
  BACKUP_OPERATIONS,
  CLOUD_OPERATIONS,
  FILE_OPERATIONS,
  IMAGE_FILE_OPERATIONS,
  LISTED_OPERATIONS,
  MAINTENANCE_OPERATIONS,
  NAME_OPERATIONS,
  NODE_OPERATIONS,
  PART_OPERATIONS,
  type PlatformTestkit,
  SNAPSHOT_OPERATIONS,
  VOLUME_SNAPSHOT_OPERATIONS,
} from '../testkit.ts';
import { quickClock } from '../testkit-clock.ts';
import type { FakeServer } from './server.ts';
import { fakeServer } from './servers.ts';

/** Simulated seconds pass quickly, so that the suite need not wait for guests that boot. */
const clock = quickClock(20);

let servers = 0;

/** In some drives of the fleet. */
const MEDIUM = '/srv/iso/debian-12.iso';

export const testkit: PlatformTestkit = {
  lab: undefined,
  facts: {
    operations: [
      'vm.create',
      'vm.limits',
      'volume.offer',
      'volume.withdraw',
      'volume.accept',
      'vm.clone',
      'vm.info',
      'vm.identity',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.pause',
      'vm.resume',
      'vm.suspend',
      'vm.lock',
      'vm.unlock',
      'vm.shelve',
      'vm.rescue',
      'vm.unrescue',
      'vm.planRebuild',
      'vm.rebuild',
      'vm.planDelete',
      'vm.delete',
      'vm.settings',
      'vm.planConfigure',
      'vm.configure',
      'console.serial',
      'console.output',
      'console.display',
      'console.viewer',
      'console.command',
      'node.info',
      'node.shell',
      'vm.planMigrate',
      'vm.migrate',
      'node.planReceive',
      'node.receive',
      ...NODE_OPERATIONS,
      ...MAINTENANCE_OPERATIONS,
      ...SNAPSHOT_OPERATIONS,
      ...PART_OPERATIONS,
      'disk.move',
      'vm.history',
      ...LISTED_OPERATIONS,
      ...IMAGE_FILE_OPERATIONS,
      ...VOLUME_SNAPSHOT_OPERATIONS,
      ...NAME_OPERATIONS,
      ...FILE_OPERATIONS,
      ...CLOUD_OPERATIONS,
      ...BACKUP_OPERATIONS,
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 5_000,
    stopTakesMs: 5_000,
    guestsAnswer: true,
    snapshots: { takeMs: 5_000, memory: true, revertsToOlder: true },
    makesVms: {
      spec: {
        memory: gib(1),
        vcpus: 2,
        image: 'debian-13',
        plan: 'suite',
        disk: [{ size: gib(12), storage: 'vms', bus: 'virtio' }, { size: gib(3) }],
        nic: [{ network: 'lan' }, { network: 'dmz', model: 'e1000' }],
      },
      disks: [gib(12), gib(3)],
      networks: ['lan', 'dmz'],
      missing: {
        image: { image: 'no-such-image' },
        network: { nic: [{ network: 'no-such-network' }] },
        storage: { disk: [{ size: gib(1), storage: 'no-such-storage' }] },
      },
      clones: true,
      takeMs: 8_000,
    },
    files: {
      takeMs: 5_000,
      folder: '/srv/saved',
      storage: 'vms',
      change: (text) => text.replace(/^description = .*$/m, 'description = by the suite'),
      changed: 'by the suite',
      invalid: (text) => `${text}colour = blue\n`,
    },
    backups: { takeMs: 8_000, storage: 'vms' },
    volumeSnapshots: { takeMs: 5_000, whole: 'available', volumes: ['kept.qcow2', 'kept-again.qcow2'] },
    migrates: { takeMs: 10_000, within: true, elsewhere: true },
    parts: { takeMs: 5_000, networks: ['lan', 'dmz'], volumes: true, storages: ['vms', 'fast'], medium: MEDIUM },
    listed: {
      storage: { name: 'vms', type: 'nfs', active: true, shared: true, path: '/srv/vms' },
      volume: { name: 'retired-web.qcow2', storage: 'vms', format: 'qcow2', users: [] },
      network: { name: 'lan', mode: 'bridge', active: true, cidrs: ['10.0.0.0/16'], vlan: 10 },
      image: { name: 'debian-13', type: 'disk', arch: 'x86_64' },
      lease: { name: 'printer', network: 'lab', ip: '192.168.150.20', reserved: true },
      dns: { name: 'gateway', zone: 'lab', type: 'A', data: '192.168.150.1' },
      flavor: { name: 'medium', memory: gib(4) },
      securitygroup: { name: 'web', network: 'lan', rules: 2 },
      keypair: { name: 'admins', type: 'ed25519' },
      bucket: { name: 'backups', public: false, files: 2 },
      zone: { name: 'demo.example', private: false },
      balancer: { name: 'shop', ports: [80, 443], status: 'active' },
      router: { name: 'gate', networks: ['lan'], active: true },
      address: { ip: '203.0.113.11', network: 'public', user: undefined },
      subnet: { name: 'lan-a', network: 'lan', cidr: '10.0.0.0/17', dhcp: true },
    },
    makes: {
      storage: { name: 'archive', type: 'dir', path: '/srv/archive' },
      volume: { name: 'spare.qcow2', storage: 'vms', size: gib(5), format: 'qcow2' },
      network: { name: 'test', mode: 'nat', cidr: '192.168.77.0/24', dhcp: true, device: '', domain: 'test.example' },
      lease: { network: 'lab', mac: '52:54:00:0a:0b:0c', ip: '192.168.150.77', name: 'scanner' },
      dns: { name: 'mirror', zone: 'lab', type: 'A', data: '192.168.150.78' },
      image: { name: 'tiny', url: 'https://images.example/tiny.qcow2', storage: 'vms' },
      bucket: { name: 'suite-bucket', public: false },
      zone: { name: 'suite.example', description: 'made by the suite', network: '', email: '' },
      balancer: {
        name: 'suite',
        ports: [80, 443],
        vms: [],
        checkPath: '/health',
        internal: true,
        subnet: '',
        domain: '',
      },
      router: { name: 'suite', outside: 'lan' },
      keypair: { name: 'suite', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNPQvPqPdN+ suite' },
      securitygroup: { name: 'suite', description: 'made by the suite', network: 'dmz' },
      subnet: {
        name: 'lan-b',
        network: 'lan',
        cidr: '10.0.128.0/24',
        zone: '',
        gateway: '10.0.128.1',
        dhcp: true,
        nameServers: [],
      },
    },
    clouds: {
      subnet: { changes: { public: true, nameServers: ['10.0.0.3'] } },
      securityrule: true,
      router: { network: 'dmz' },
      address: { name: 'suite', network: '' },
      file: true,
      zone: true,
    },
    listedTakesMs: 5_000,
    modes: { takeMs: 5_000, rescueImage: 'debian-13' },
    samples: ['cpu', 'memory', 'disk', 'net'],
    changes: {
      config: { memory: gib(3), vcpus: 3, autostart: true, description: 'changed by a test' },
      running: { memory: gib(1), vcpus: 5 },
    },
    prompt: /login: /,
  },
  available: async () => undefined,
  async start() {
    const endpoint: Endpoint = {
      name: endpointName(`fake-${++servers}`),
      platform: 'fake',
      values: { vms: 120, seed: 7, password: 'right', 'reuses-ids': true },
    };
    const server = await fakeServer(endpoint, clock);
    const vms = server.fleet.inventory().vms.filter((vm) => vm.node !== undefined);
    const [quiet, busy, ...others] = vms.filter((vm) => simple(server, vm));
    if (!quiet || !busy) throw new Error('the seed makes no VMs to test with');

    server.collections.storage.put({
      ...{ id: storageId(endpoint.name, 'fast'), name: 'fast', type: 'dir', path: '/srv/fast', content: ['images'] },
      ...{ node: undefined, shared: true, active: true, size: gib(500), used: gib(0) },
    });

    return {
      endpoint,
      wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
      clock,
      stoppedVm: async () => bring(server, quiet, 'stopped'),
      runningVm: async () => bring(server, busy, 'running'),
      async doomedVm() {
        const next = others.shift();
        if (!next) throw new Error('the seed makes too few VMs');
        return bring(server, next, 'stopped');
      },
      async vmWithDrive() {
        const hasDrive = ({ id }: Vm) => drivesOf(server, id).some(({ type }) => type === 'cdrom');
        const found = vms.find((vm) => server.fleet.find(vm.id) !== undefined && hasDrive(vm));
        if (!found || !server.collections.volume.all().some(({ path }) => path === MEDIUM))
          throw new Error('the seed makes no drives to test with');
        return found.id;
      },
      otherEndpoint: async () => ({
        ...endpoint,
        name: endpointName(`${endpoint.name}-other`),
        values: { ...endpoint.values, vms: 60, seed: 11 },
      }),
      async idleNode() {
        const kept = server.fleet.vm(server.fleet.rowOf(bring(server, busy, 'running')))?.node;
        const { nodes, vms } = server.fleet.inventory();
        const idle = nodes.find(({ id, state }) => state === 'up' && id !== kept);
        if (!idle) throw new Error('the test fleet has one node alone');
        for (const vm of vms) if (vm.node === idle.id) bring(server, vm, 'stopped');
        return idle.id;
      },
      hasDisk: async (path) => server.drives.exists(path),
      cutLink: async () => server.link.cut(),
      restoreLink: async () => server.link.restore(),
      close: async () => {},
    };
  },
};

const drivesOf = (server: FakeServer, id: VmId) => server.drives.disks(server.fleet.rowOf(id));

/** Without snapshots, and of the smallest kind, so that every change of its settings is one. */
const simple = (server: FakeServer, { id, cpus }: Vm): boolean =>
  cpus === 2 && server.snapshots.of(server.fleet.rowOf(id)).length === 0;

/** One that was elsewhere meanwhile has come back with another id. */
function bring(server: FakeServer, { uuid, id: first }: Vm, state: 'running' | 'stopped'): VmId {
  const id = server.fleet.inventory().vms.find((vm) => vm.uuid === uuid)?.id ?? first;
  const row = server.fleet.rowOf(id);
  server.underway.get(row)?.();
  if (server.fleet.vm(row)?.state !== state) server.enter(row, state);
  return id;
}
