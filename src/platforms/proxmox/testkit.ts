/** The whole API on loopback, with a cluster that is pretended: tickets, tasks, websockets, every request checked. */
import { endpointName, imageId, networkId, nodeId, storageId, type VmId, vmId, volumeId } from '../../ids.ts';
import { bytes, gib, kib, mib } from '../../units.ts';
import type { Endpoint } from '../contract.ts';
import { BACKUP_OPERATIONS, type HttpFacts, type PlatformTestkit, SNAPSHOT_OPERATIONS } from '../testkit.ts';
import { quickClock } from '../testkit-clock.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { startFakeProxmox } from './testkit/server.ts';
import type { WorldGuest } from './testkit/world.ts';

const ENDPOINT = endpointName('proxmox-test');
/** Three seconds of the cluster take one. */
const clock = quickClock(3);
/** The real list is late by ten seconds; a test need not wait that long to see that it does not matter. */
const LAG_MS = 2_500;

const message = (text: string) => ({ reason: text, body: JSON.stringify({ data: null, message: text }) });

const PURPOSES = {
  login: /^POST \S+\/access\/ticket$/,
  inventory: /^GET \S+\/cluster\/resources/,
  info: /^GET \S+\/status\/current$/,
  start: /^POST \S+\/status\/start$/,
};

const http: HttpFacts = {
  origin: ({ values }) => String(values['host']),
  proxied: (endpoint, origin) => ({ ...endpoint, values: { ...endpoint.values, host: origin } }),
  is: (purpose, { method, path }) => PURPOSES[purpose].test(`${method} ${path}`),
  refusals: {
    loggedOut: { status: 401, reason: 'permission denied - invalid PVE ticket' },
    forbidden: {
      status: 403,
      ...message('Permission check failed (/vms/100, VM.PowerMgmt)'),
      names: /VM\.PowerMgmt on \/vms\/100/,
    },
    gone: { status: 500, ...message("Configuration file 'nodes/pve2/qemu-server/101.conf' does not exist") },
    conflict: { status: 500, ...message("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout") },
  },
  malformed: '{"data":[{"vmid":',
};

export const testkit: PlatformTestkit = {
  lab: undefined,
  facts: {
    operations: [
      'vm.identity',
      'vm.info',
      'disk.list',
      'nic.list',
      'vm.create',
      ...(['securitygroup.list', 'securitygroup.create', 'securitygroup.planDelete', 'securitygroup.delete'] as const),
      ...(['securityrule.list', 'securityrule.create', 'securityrule.delete'] as const),
      ...BACKUP_OPERATIONS,
      'vm.planMigrate',
      'vm.migrate',
      'vm.clone',
      'vm.export',
      'disk.create',
      'disk.detach',
      'disk.planDelete',
      'disk.delete',
      'disk.resize',
      'disk.move',
      'vm.history',
      'disk.insert',
      'nic.create',
      'nic.delete',
      'nic.connect',
      'volume.create',
      'volume.upload',
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
      'vm.planConfigure',
      'console.serial',
      'console.display',
      'node.info',
      'node.shell',
      ...SNAPSHOT_OPERATIONS,
      'storage.list',
      'volume.list',
      'volume.planDelete',
      'volume.delete',
      'network.list',
      'image.list',
      'image.create',
      'image.planDelete',
      'image.delete',
    ],
    login: true,
    keepsDisks: false,
    pushesEvents: false,
    startTakesMs: 3_000,
    stopTakesMs: 3_000,
    guestsAnswer: true,
    samples: ['cpu', 'memory'],
    // its disks are on LVM-thin, which goes back to any
    snapshots: { takeMs: 3_000, memory: true, revertsToOlder: true },
    listed: {
      securitygroup: { name: 'web', network: undefined, description: 'from outside' },
      storage: {
        id: storageId(ENDPOINT, 'pve2/local-lvm'),
        name: 'local-lvm',
        type: 'lvmthin',
        node: nodeId(ENDPOINT, 'pve2'),
        shared: false,
        active: true,
        size: bytes(479_730_032_640),
        used: kib(96),
        path: 'pve/data',
        content: ['images', 'rootdir'],
      },
      volume: {
        id: volumeId(ENDPOINT, 'pve1/local-lvm:vm-100-disk-0'),
        name: 'vm-100-disk-0',
        storage: 'local-lvm',
        type: 'images',
        format: 'raw',
        size: gib(8),
        used: undefined,
        path: 'local-lvm:vm-100-disk-0',
        users: ['contract-stopped'],
      },
      network: {
        id: networkId(ENDPOINT, 'pve2/vmbr0'),
        name: 'vmbr0',
        type: 'bridge',
        mode: 'bridge',
        node: nodeId(ENDPOINT, 'pve2'),
        active: true,
        cidrs: ['10.11.12.13/24', '2001:db8::13/64'],
        dhcp: undefined,
        device: 'vmbr0',
        mtu: 9000,
      },
      image: {
        id: imageId(ENDPOINT, 'pve1/local:iso/debian-13.iso'),
        identity: '1790000000',
        name: 'debian-13.iso',
        type: 'iso',
        format: 'iso',
        size: mib(600),
        storage: 'local',
        path: 'local:iso/debian-13.iso',
        os: undefined,
        created: 1_790_000_000_000,
      },
    },
    makes: {
      image: { name: 'suite.iso', url: 'https://images.example.org/suite.iso', storage: 'nas' },
      securitygroup: { name: 'suite', description: 'made by the suite', network: '' },
      volume: { name: 'vm-999-disk-7', storage: 'pve1/local-lvm', size: gib(1), format: 'raw' },
    },
    makesVms: {
      spec: {
        memory: gib(2),
        vcpus: 2,
        plan: 'suite',
        profile: 'small',
        image: 'debian-13',
        node: 'pve1',
        disk: [{ size: gib(10) }, { size: gib(4), storage: 'local-lvm', bus: 'virtio' }],
        nic: [{ network: 'vmbr0', vlan: 10 }, { network: 'web' }],
        keys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Q2w3e4r5t6y7u8i9o0pAbCdEfGhIjKlMnOpQrStUv suite',
        tags: 'suite',
      },
      disks: [gib(10), gib(4)],
      networks: ['vmbr0', 'web'],
      missing: {
        image: { image: 'none' },
        network: { nic: [{ network: 'none' }] },
        storage: { disk: [{ storage: 'none' }] },
      },
      clones: true,
      takeMs: 9_000,
    },
    backups: { takeMs: 9_000, storage: 'nas' },
    migrates: { takeMs: 9_000, within: true, elsewhere: false },
    parts: {
      takeMs: 6_000,
      networks: ['vmbr0', 'vmbr1'],
      volumes: true,
      renamesVolumes: true,
      storages: ['local-lvm', 'nas'],
      medium: 'local:iso/debian-13.iso',
    },
    files: {
      takeMs: 6_000,
      folder: '',
      storage: 'nas',
      exportsImages: true,
      change: (text) => text,
      changed: '',
      invalid: (text) => text,
    },
    clouds: { securityrule: 'addresses' },
    volumesOfImages: false,
    listedTakesMs: 5_000,
    changes: {
      config: { memory: mib(1024), vcpus: 3, autostart: true, description: 'changed by the suite' },
      running: { autostart: true, description: 'changed live' },
    },
    prompt: /login: /,
  },
  http,
  available: async () => undefined,
  start,
};

async function start() {
  const server = await startFakeProxmox(clock);
  server.lagMs = LAG_MS;
  const { world } = server;
  const disks = { scsi0: 'local-lvm:vm-VMID-disk-0,size=8G', ide2: 'local:iso/debian-13.iso,media=cdrom,size=600M' };
  const net0 = 'virtio=BC:24:11:2E:C5:4A,bridge=vmbr0,tag=10';
  let made = 0;
  // PVE gives each VM a uuid of its own when it is made.
  const plain = () => ({
    ...disks,
    net0,
    serial0: 'socket',
    ostype: 'l26',
    meta: 'creation-qemu=9.2.0,ctime=1700000000',
    smbios1: `uuid=0b6ae6f4-2f5c-4bd6-8c0f-${String(++made).padStart(12, '0')}`,
  });
  const stopped = world.addGuest('qemu', 'pve1', { ...plain(), name: 'contract-stopped' });
  const running = world.addGuest('qemu', 'pve2', {
    ...plain(),
    // what is in its drive all nodes have, so that it can move
    ide2: 'nas:iso/rescue.iso,media=cdrom',
    name: 'contract-running',
    description: 'plan=shop,profile=small',
  });
  world.addGuest('lxc', 'pve1', { hostname: 'contract-container', rootfs: 'local-lvm:subvol-VMID-disk-0,size=4G' });
  const template = world.addGuest('qemu', 'pve1', {
    ...plain(),
    scsi0: 'local-lvm:base-VMID-disk-0,size=8G',
    name: 'contract-template',
    template: '1',
  });
  let doomed = 0;

  const idOf = ({ kind, vmid }: WorldGuest): VmId => vmId(ENDPOINT, `${kind}/${vmid}`);
  const endpoint: Endpoint = {
    name: ENDPOINT,
    platform: 'proxmox',
    values: { host: server.origin, login: 'password', ...ACCOUNTS.root },
  };
  const bring = (guest: WorldGuest, status: 'running' | 'stopped'): VmId => {
    guest.status = status;
    guest.runState = status;
    guest.startedAt = clock.now();
    // The list is a moment behind: a test would take the state of the test before for the one that it waits for.
    server.tellNow();
    return idOf(guest);
  };

  return {
    endpoint,
    wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
    clock,
    stoppedVm: async () => bring(stopped, 'stopped'),
    runningVm: async () => bring(running, 'running'),
    async doomedVm() {
      const guest = world.addGuest('qemu', 'pve1', { ...plain(), name: `contract-doomed-${++doomed}` });
      server.tellNow();
      return idOf(guest);
    },
    async linkedFrom() {
      server.tellNow();
      return idOf(template);
    },
    async vmWithDrive() {
      return bring(stopped, 'stopped');
    },
    hasDisk: async (path: string) => world.volumes.has(path),
    cutLink: () => server.cut(),
    restoreLink: () => server.restore(),
    async close() {
      await server.close();
      if (server.complaints.length > 0) throw new Error(`not in Proxmox' API:\n${server.complaints.join('\n')}`);
    },
  };
}
