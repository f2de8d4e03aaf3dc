/** New guests against the pretended cluster, which holds every request against the published API. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { type Clock, systemClock } from '../../../clock.ts';
import { endpointName, nativeOf } from '../../../ids.ts';
import { gib, mib } from '../../../units.ts';
import type { Connection, Settings, WireLine } from '../../contract.ts';
import { connect } from '../connection.ts';
import { ACCOUNTS } from '../testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from '../testkit/server.ts';
import type { WorldGuest } from '../testkit/world.ts';

/** Short waits take next to no time; deadlines take all of theirs, so that a slow machine misses none. */
const clock: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 3_000 ? ms / 100 : ms, call) };
const PVE = endpointName('pve');
const { signal } = new AbortController();
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Q2w3e4r5t6y7u8i9o0pAbCdEfGhIjKlMnOpQrStUv ann';
const wire: WireLine[] = [];

let server: FakeProxmox;
let connection: Connection;

beforeAll(async () => {
  server = await startFakeProxmox(clock);
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const context = { signal, clock, wire: (line: WireLine) => void wire.push(line), ask: {} };
  connection = await connect({ name: PVE, platform: 'proxmox', values }, context);
});
afterAll(async () => {
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});
beforeEach(() => {
  server.world.guests.clear();
  for (const [volid, { vmid }] of server.world.volumes)
    if (vmid !== undefined && vmid < 900) server.world.volumes.delete(volid);
  server.tellNow();
});

const create = (spec: Settings) =>
  connection.vm.create?.(PVE, { name: 'web1', node: 'pve1', start: false, ...spec }, signal) ??
  Promise.reject(new Error());
async function made(spec: Settings): Promise<WorldGuest> {
  const { id } = await create(spec);
  const guest = server.world.guests.get(Number(nativeOf(id).split('/')[1]));
  if (!guest) throw new Error(`there is no ${id}`);
  return guest;
}
const ownFiles = () => [...server.world.volumes.keys()].filter((volid) => volid.includes('drover-seed'));

describe('a new virtual machine', () => {
  it('F-345 has what was asked for, in the words of qemu-server', async () => {
    const { config } = await made({
      ...{ memory: gib(4), vcpus: 4, sockets: 2, cpu: 'host-model', firmware: 'uefi-secure', tpm: true, rng: true },
      ...{
        tags: 'web, prod',
        autostart: true,
        description: 'shop',
        plan: 'p1',
        metadata: { owner: 'ann' },
        iso: 'rescue',
      },
      numa: [{ vcpus: '0-3', memory: gib(4) }],
      'numa-mode': 'strict',
      pci: [{ address: '0000:01:00.0' }],
      disk: [
        { size: gib(8), storage: 'local-lvm', bus: 'scsi', discard: true, ssd: true },
        { size: mib(512), storage: 'nas', bus: 'sata', format: 'qcow2', cache: 'writeback' },
      ],
      nic: [
        { network: 'vmbr0', vlan: 7, firewall: true, mac: 'BC:24:11:00:00:01' },
        { network: 'web', model: 'e1000' },
      ],
    });
    expect(config).toMatchObject({
      ...{ name: 'web1', memory: '4096', cores: '2', sockets: '2', cpu: 'host', bios: 'ovmf', onboot: '1', agent: '1' },
      ...{
        numa: '1',
        numa0: 'cpus=0-3,hostnodes=0,policy=bind,memory=4096',
        hostpci0: '0000:01:00.0',
        tags: 'web;prod',
      },
      scsi0: expect.stringMatching(/^local-lvm:vm-100-disk-\d,discard=on,ssd=1,size=8G$/),
      sata0: 'nas:100/vm-100-disk-0.qcow2,cache=writeback,size=512M',
      ide2: expect.stringMatching(/^nas:iso\/rescue\.iso,media=cdrom/),
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=7,firewall=1',
      net1: expect.stringMatching(/^e1000=BC:24:11:[0-9A-F:]{8},bridge=web$/),
      boot: 'order=scsi0;ide2;net0',
      serial0: 'socket',
    });
    expect(config['efidisk0']).toMatch(/^local-lvm:vm-100-disk-\d,efitype=4m,pre-enrolled-keys=1/);
    expect(config['description']).toMatch(/^plan=p1,owner=ann,creationdate=\d\d-\d\d-\d{4} \d\d:\d\d,\nshop$/);
  });

  it('F-237 of an image has its disk, as large as was asked, and Proxmox VE’s own cloud-init drive', async () => {
    const { config } = await made({
      ...{
        image: 'debian-13',
        user: 'ann',
        keys: KEY,
        password: 'very secret',
        dns: '10.0.0.2',
        domain: 'example.org',
      },
      ips: '10.0.0.5/24 fd00::5/64',
      gateway: '10.0.0.1',
      disk: [{ size: gib(12), storage: 'local-lvm' }],
    });
    expect(config).toMatchObject({
      scsi0: 'local-lvm:vm-100-disk-0,size=12G',
      ide2: 'local-lvm:vm-100-cloudinit,media=cdrom,size=4M',
      ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1,ip6=fd00::5/64',
      ...{ ciuser: 'ann', nameserver: '10.0.0.2', searchdomain: 'example.org' },
      sshkeys: encodeURIComponent(`${KEY}\n`),
    });
    expect(ownFiles()).toEqual([]);
    expect(wire.map(({ text }) => text).join('\n')).not.toContain('very secret');
  });

  it('F-250 is told what Proxmox VE has no words for by a drive of our own, which goes with it', async () => {
    const guest = await made({ image: 'debian-13', keys: KEY, commands: 'touch /tmp/x' });
    const [file = ''] = ownFiles();
    expect(file).toMatch(/^[\w-]+:iso\/drover-seed-web1-[0-9a-f]{8}\.iso$/);
    expect(guest.config['ide2']).toContain(`${file},media=cdrom`);
    expect([guest.config['sshkeys'], guest.config['ciuser']]).toEqual([undefined, undefined]);
    server.tellNow();
    await connection.vm.delete?.(`${PVE}/qemu/${guest.vmid}` as never, { keepDisks: false, snapshots: false }, signal);
    expect(ownFiles()).toEqual([]);
  });

  it('of a template is a linked clone, or a whole one in another storage; it keeps what the template has', async () => {
    const net0 = 'virtio=BC:24:11:AA:AA:AA,bridge=vmbr1';
    const ide2 = 'local-lvm:vm-VMID-cloudinit,media=cdrom';
    const template = { name: 'golden', template: '1', scsi0: 'local-lvm:base-VMID-disk-0,size=8G', ide2, net0 };
    server.world.addGuest('qemu', 'pve1', template, 500);
    server.tellNow();
    const linked = await made({ image: 'golden', user: 'ann', disk: [{ size: gib(9) }] });
    expect(linked.config['scsi0']).toBe(`local-lvm:base-500-disk-0/vm-${linked.vmid}-disk-0,size=9G`);
    expect(linked.config).toMatchObject({ ciuser: 'ann', net0: expect.stringContaining('bridge=vmbr1') });
    server.tellNow();
    const whole = await made({ name: 'web2', image: 'golden', disk: [{ size: gib(1), storage: 'nas' }] });
    expect(whole.config['scsi0']).toMatch(/^nas:\d+\/vm-\d+-disk-0/);
    const wrong = await refusal(create({ name: 'web3', image: 'golden', firmware: 'uefi', tpm: true }));
    expect([wrong.code, wrong.message]).toEqual(['op.refused', 'web3 has firmware, tpm from its template']);
  });

  it('takes the next number when another client was quicker, and two at once get two', async () => {
    let stolen = false;
    server.answerInstead = (method, path) => {
      if (method !== 'GET' || !path.endsWith('/cluster/nextid') || stolen) return undefined;
      stolen = true;
      server.world.addGuest('qemu', 'pve2', { name: 'thief' }, 100);
      return { data: 100 };
    };
    try {
      const [a, b] = await Promise.all([create({}), create({ name: 'web2' })]);
      expect(new Set([a.id, b.id, `${PVE}/qemu/100`]).size).toBe(3);
    } finally {
      server.answerInstead = undefined;
    }
  });
});

describe('a virtual machine of an appliance', () => {
  const OVA = {
    files: { 'shop-disk1.vmdk': gib(6), 'shop disk2.vmdk': gib(2) },
    disks: { scsi1: 'shop disk2.vmdk', scsi0: 'shop-disk1.vmdk' },
    args: { name: 'Shop', cores: '4', memory: '8192', ostype: 'win10', bios: 'ovmf', boot: 'order=scsi0;scsi1' },
    nics: { net0: 'vmxnet3', net1: 'e1000' },
  };
  const put = (storage: string, ova = OVA) => {
    const volid = `${storage}:import/shop.ova`;
    server.world.appliances.set(volid, ova);
    server.world.volumes.set(volid, { node: 'pve1', content: 'import', format: 'ova', size: gib(1), ctime: 1 });
  };
  afterEach(() => {
    for (const volid of server.world.appliances.keys()) server.world.volumes.delete(volid);
    server.world.appliances.clear();
  });

  it('has its disks, NICs and firmware, grown as asked for, and says what it gets less of', async () => {
    put('nas');
    const spec = { image: 'shop', memory: gib(2), vcpus: 2, 'cloud-init': false };
    const disk = [{ storage: 'local-lvm' }, { size: gib(5), storage: 'local-zfs', discard: true }, { size: gib(1) }];
    const { id, warnings } = await create({ ...spec, disk });
    const guest = server.world.guests.get(Number(nativeOf(id).split('/')[1]));
    expect(guest?.config).toMatchObject({
      scsi0: expect.stringMatching(/^local-lvm:vm-\d+-disk-\d,size=6G$/),
      scsi1: expect.stringMatching(/^local-zfs:vm-\d+-disk-\d,discard=on,size=5G$/),
      scsi2: expect.stringMatching(/size=1G$/),
      efidisk0: expect.stringMatching(/^local-lvm:/),
      net0: expect.stringMatching(/^vmxnet3=BC:24:11:/),
      net1: expect.stringMatching(/^e1000=BC:24:11:/),
      ...{ bios: 'ovmf', ostype: 'win10', scsihw: 'virtio-scsi-single', memory: '2048', boot: 'order=scsi0;net0' },
    });
    expect(guest?.config).not.toHaveProperty('import-working-storage');
    expect(warnings.map(({ detail }) => detail)).toEqual([
      'the appliance asks for 8GiB, and gets 2GiB',
      'the appliance asks for 4 vCPUs, and gets 2',
    ]);
  });

  it('is unpacked in a storage with files that takes disks, whichever has the appliance', async () => {
    put('local');
    const { config } = await made({ image: 'shop', disk: [{ storage: 'local-lvm' }] });
    expect(config['scsi1']).toMatch(/^local-lvm:.*size=2G$/);
  });

  it.each(['../../etc/shadow', 'a.vmdk,format=raw', ''])(
    'is refused where it names a disk outside of it: %j',
    async (file) => {
      put('nas', { ...OVA, disks: { ...OVA.disks, scsi1: file } });
      const before = server.requests.length;
      expect(await refusal(create({ image: 'shop' }))).toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining('shop.ova names a disk that does not lie in it'),
      });
      expect(server.requests.slice(before).filter((request) => !request.startsWith('GET '))).toEqual([]);
    },
  );

  it('leaves nothing when a disk can not be imported', async () => {
    put('nas', { ...OVA, files: { ...OVA.files, 'shop disk2.vmdk': undefined as never } });
    expect((await refusal(create({ image: 'shop' }))).message).toContain('cannot import from');
    expect(server.world.guests.size).toBe(0);
  });
});

describe('a new container', () => {
  it('is made of a template of containers, by the same words', async () => {
    const guest = await made({
      ...{
        node: 'pve2',
        image: 'debian-13-standard_13.1-1_amd64',
        keys: KEY,
        memory: mib(512),
        vcpus: 1,
        ips: '10.0.0.7/24',
      },
      disk: [
        { size: gib(4), storage: 'local-lvm' },
        { size: gib(2), storage: 'local-lvm' },
      ],
      nic: [{ network: 'vmbr0', vlan: 5 }],
    });
    expect([guest.kind, guest.node]).toEqual(['lxc', 'pve2']);
    expect(guest.config).toMatchObject({ hostname: 'web1', memory: '512', unprivileged: '1' });
    expect(guest.config['rootfs']).toMatch(/^local-lvm:subvol-\d+-disk-0,size=4G$/);
    expect(guest.config['mp0']).toMatch(/^local-lvm:subvol-\d+-disk-1,mp=\/mnt\/disk1,size=2G$/);
    expect(guest.config['net0']).toMatch(/^name=eth0,bridge=vmbr0,hwaddr=[^,]+,type=veth,tag=5,ip=10\.0\.0\.7\/24$/);
  });

  it('refuses by name what only virtual machines have', async () => {
    const image = 'debian-13-standard_13.1-1_amd64';
    const error = await refusal(create({ node: 'pve2', image, tpm: true, commands: 'true' }));
    expect([error.code, error.message]).toEqual([
      'op.refused',
      'web1 would be a container, which has no tpm, commands',
    ]);
    expect(server.world.guests.size).toBe(0);
  });
});

describe('what fails on the way', () => {
  it('leaves nothing: neither the guest nor the file that it was to be told by', async () => {
    server.world.failNext('resize', 'unable to resize: no space left');
    const error = await refusal(create({ image: 'debian-13', keys: KEY, commands: 'true', disk: [{ size: gib(20) }] }));
    expect([error.code, error.message]).toEqual(['op.failed', 'web1: unable to resize: no space left']);
    expect([server.world.guests.size, ownFiles()]).toEqual([0, []]);
  });

  it('names what could not be taken back, with the command that removes it', async () => {
    server.world.failNext('qmstart', 'start failed: QEMU exited with code 1');
    server.world.failNext('qmdestroy', "can't destroy: storage is away");
    const error = await refusal(create({ start: true }));
    expect(error.message).toContain('start failed');
    expect(error.message).toContain('the guest 100 on pve1');
    expect(error.fix).toContain('pvesh delete /nodes/pve1/qemu/100 --purge 1');
  });

  it.each<[string, Settings, string]>([
    ['an image', { image: 'none' }, 'image.not-found'],
    ['a medium', { iso: 'none' }, 'image.not-found'],
    ['a bridge', { nic: [{ network: 'none' }] }, 'network.not-found'],
    ['a storage', { disk: [{ storage: 'none' }] }, 'storage.not-found'],
    ['a node', { node: 'pve9' }, 'node.not-found'],
    ['a storage that takes no disks', { disk: [{ storage: 'local' }] }, 'op.refused'],
    ['vCPUs that do not fit the sockets', { vcpus: 3, sockets: 2 }, 'op.refused'],
    ['a name that no host has', { name: 'web_1' }, 'op.refused'],
    ['metadata that kcli would not read', { metadata: { 'a-b': 'c' } }, 'op.refused'],
    ['an SSD on virtio', { disk: [{ bus: 'virtio', ssd: true }] }, 'op.refused'],
    ['a NUMA cell without its vCPUs', { numa: [{ vcpus: 'x', memory: gib(1) }] }, 'op.refused'],
    ['a device that is none', { pci: [{ address: '../1' }] }, 'op.refused'],
    ['an IOMMU that the machine has not', { iommu: 'intel', machine: 'pc' }, 'op.refused'],
  ])('is refused before anything is sent: %s', async (_what, spec, code) => {
    const before = server.requests.length;
    expect((await refusal(create(spec))).code).toBe(code);
    expect(server.requests.slice(before).filter((request) => !request.startsWith('GET '))).toEqual([]);
  });
});
