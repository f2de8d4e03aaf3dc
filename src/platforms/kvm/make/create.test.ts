import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { nativeOf } from '../../../ids.ts';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import type { Capabilities } from '../host/host.ts';
import { procedures } from '../rpc/protocol.ts';
import { makingHost } from '../testkit/making-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, type HostWords } from '../testkit/scripted-host.ts';
import { createMake } from './create.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} me@here`;
const IMAGE = { image: 'debian-13.qcow2', keys: KEY } as const;

function opened(words: HostWords = {}, has: Partial<Capabilities> = {}) {
  const made = makingHost(words);
  const touched: string[] = [];
  const none = { uuid: undefined, cpuModel: undefined, cpuVendor: undefined };
  const capabilities: Capabilities = { ...none, arch: 'x86_64', domainTypes: ['qemu', 'kvm'], ...has };
  const make = createMake({ host: made.host, capabilities, touched: (uuid) => void touched.push(uuid) });
  return {
    ...made,
    touched,
    make: (spec: Settings, signal = made.signal) => make(ENDPOINT, { name: 'web1', ...spec }, signal),
    /** The names of the changes that were sent. */
    verbs: () => made.sent.map((line) => line.split(' ').slice(0, 2).join(' ').trim()),
  };
}
const failure = (work: Promise<unknown>): Promise<FleetError> =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error as FleetError,
  );

describe('a VM', () => {
  it('F-087 F-237 F-345 is made from an image: a layer on it, a seed, the definition, the start', async () => {
    const { make, sent, uploaded, defined, touched } = opened();
    const { id, warnings } = await make({ ...IMAGE, autostart: true });
    expect(warnings).toEqual([]);
    expect(sent).toEqual([
      `STORAGE_VOL_CREATE_XML default <volume><name>web1_0.qcow2</name><capacity unit="bytes">${gib(10)}</capacity><allocation>0</allocation><target><format type="qcow2"/><compat>1.1</compat></target><backingStore><path>/d/debian-13.qcow2</path><format type="qcow2"/></backingStore></volume>`,
      `STORAGE_VOL_CREATE_XML default <volume><name>web1.ISO</name><capacity unit="bytes">55296</capacity><target><format type="raw"/></target></volume>`,
      'STORAGE_VOL_UPLOAD default/web1.ISO',
      'DOMAIN_DEFINE_XML_FLAGS ',
      'DOMAIN_SET_AUTOSTART true',
      'DOMAIN_CREATE_WITH_FLAGS web1',
    ]);
    expect(uploaded.get('web1.ISO')?.length).toBe(55_296);
    expect(defined()).toContain(`<uuid>${nativeOf(id)}</uuid>`);
    expect(touched).toEqual([nativeOf(id)]);
  });

  it('F-109 needs a name, and has a disk also where none is asked for', async () => {
    expect((await failure(opened().make({ ...IMAGE, name: '' }))).code).toBe('op.refused');
    const { make, defined } = opened();
    await make({ disk: [], start: false });
    expect(defined()).toContain('<source file="/d/web1_0.qcow2"/>');
  });

  it.each<readonly [string, Settings, string]>([
    ['as large as its image, where that is larger', { image: 'big' }, String(gib(40))],
    ['of the size that is asked for', { image: 'debian-13.qcow2', disk: [{ size: gib(5) }] }, String(gib(5))],
  ])('has a first disk %s', async (_how, spec, size) => {
    const big = `<volume type='block'><capacity>${gib(40)}</capacity><target><path>/dev/vg/big</path><format type='raw'/></target></volume>`;
    const small = `<volume type='file'><capacity>${gib(3)}</capacity><target><path>/d/debian-13.qcow2</path><format type='qcow2'/></target></volume>`;
    const { make, sent } = opened({ volumes: { default: { 'debian-13.qcow2': small, big } } });
    await make(spec);
    expect(sent[0]).toContain(`<capacity unit="bytes">${size}</capacity>`);
  });

  it('has a whole copy of the image where volumes are block devices, and a seed beside it', async () => {
    const { make, sent, defined } = opened();
    await make({ ...IMAGE, disk: [{ size: gib(4), storage: 'vg' }, { size: gib(1) }], start: false });
    expect(sent.slice(0, 3)).toEqual([
      `STORAGE_VOL_CREATE_XML_FROM vg <volume><name>web1_0</name><capacity unit="bytes">${gib(4)}</capacity></volume> from default/debian-13.qcow2`,
      expect.stringContaining('STORAGE_VOL_CREATE_XML default <volume><name>web1_1.qcow2</name>'),
      expect.stringContaining('STORAGE_VOL_CREATE_XML vg <volume><name>web1.ISO</name>'),
    ]);
    expect(defined()).toContain(
      '<disk type="block" device="disk"><driver name="qemu" type="raw" discard="unmap"/><source dev="/dev/vg/web1_0"/>',
    );
  });

  it('F-333 has an Ignition config instead of a seed, as a file that its firmware tells it', async () => {
    const { make, verbs, uploaded, defined } = opened();
    await make({ ...IMAGE, seed: 'ignition', start: false });
    expect(verbs().slice(1)).toEqual([
      'STORAGE_VOL_CREATE_XML default',
      'STORAGE_VOL_UPLOAD default/web1.ign',
      'DOMAIN_DEFINE_XML_FLAGS',
    ]);
    expect(JSON.parse(uploaded.get('web1.ign')?.toString() ?? '')).toMatchObject({ ignition: { version: '3.0.0' } });
    expect(defined()).toContain(
      '<sysinfo type="fwcfg"><entry name="opt/com.coreos/config" file="/d/web1.ign"/><entry name="opt/org.flatcar-linux/config" file="/d/web1.ign"/></sysinfo>',
    );
    expect(defined()).not.toContain('cdrom');
  });

  it('has an address of its NIC that the guest finds it by, where it is told of addresses', async () => {
    const { make, defined, uploaded } = opened();
    await make({ ...IMAGE, ips: '10.0.0.5/24', start: false });
    const [, mac = ''] = /<mac address="(52:54:00:.{8})"\/>/.exec(defined()) ?? [];
    expect(uploaded.get('web1.ISO')?.toString()).toContain(`macaddress: ${mac}\n`);
    const plain = opened();
    await plain.make({ ...IMAGE, start: false });
    expect(plain.defined()).not.toContain('<mac');
  });

  it('is empty without an image, and is told nothing', async () => {
    const { make, verbs } = opened();
    await make({ start: false });
    expect(verbs()).toEqual(['STORAGE_VOL_CREATE_XML default', 'DOMAIN_DEFINE_XML_FLAGS']);
  });

  it('is told something without an image where that is asked for, and says when no user can log in', async () => {
    const { make, verbs } = opened();
    expect((await make({ commands: 'true' })).warnings).toMatchObject([
      { detail: expect.stringContaining('no user in') },
    ]);
    expect(verbs()).toContain('STORAGE_VOL_UPLOAD default/web1.ISO');
  });

  it('has no NIC where nothing is named and the host has no network default, and says so', async () => {
    const { make, answer, defined } = opened();
    answer(procedures.networkByName, () => {
      throw libvirtNo(43);
    });
    expect((await make({})).warnings).toMatchObject([{ detail: 'the host has no network default: the VM has no NIC' }]);
    expect(defined()).not.toContain('<interface');
  });

  it('says that an earlier VM with the same MAC has a lease still', async () => {
    const { make, answer } = opened();
    const lease = { bridge: 'virbr0', until: 1_764_000_000, type: 0, mac: undefined, iaid: undefined, prefix: 24 };
    answer(procedures.networkLeases, ({ network: { name }, mac }) => {
      if (name === 'default') throw libvirtNo(55, 'the network is not active');
      return { leases: [{ ...lease, address: `${mac} in ${name}`, hostname: undefined, client: undefined }], count: 1 };
    });
    const [one, two, three] = ['52:54:00:00:00:01', '52:54:00:00:00:02', ''];
    const nic = [
      { network: 'lan', mac: one },
      { network: 'default', mac: two },
      { network: 'lan', mac: three },
    ];
    expect((await make({ ...IMAGE, nic })).warnings).toEqual([
      {
        feature: 'ips',
        detail: `lan has given ${one} in lan to ${one} before: it is shown as an address of the VM until 2025-11-24T16:00Z`,
      },
    ]);
  });

  it('has a NIC with an address of its own that is in no network of libvirt', async () => {
    const { make, defined } = opened();
    const mac = (at: number) => `52:54:00:00:00:0${at}`;
    const nic = [
      { kind: 'bridge', network: 'br0', mac: mac(1) },
      { network: 'br1', mac: mac(2) },
      { kind: 'macvtap', network: 'eth0', mac: mac(3) },
      { kind: 'user', mac: mac(4) },
    ];
    expect((await make({ ...IMAGE, nic, start: false })).warnings).toEqual([]);
    expect([...defined().matchAll(/<mac address="(.*?)"/g)].map(([, one]) => one)).toEqual([1, 2, 3, 4].map(mac));
  });

  it('says that a CPU without KVM is emulated, unless that was asked for', async () => {
    const slow = await opened({}, { domainTypes: ['qemu'] }).make({});
    expect(slow.warnings).toMatchObject([{ feature: 'vm.create', detail: expect.stringContaining('emulated') }]);
    expect((await opened().make({ virtualization: 'qemu' })).warnings).toEqual([]);
  });
});

describe('a VM that fails half-way', () => {
  const STEPS = [
    [procedures.createVolume, 1, 'the first disk'],
    [procedures.createVolume, 2, 'the second disk'],
    [procedures.createVolume, 3, 'the seed'],
    [procedures.define, 1, 'the definition'],
    [procedures.setAutostart, 1, 'its autostart'],
    [procedures.create, 1, 'its start'],
  ] as const;
  const spec = { ...IMAGE, disk: [{}, { size: mib(8) }], autostart: true, firmware: 'uefi' } as const;

  it.each(STEPS)('%s %i leaves nothing: %s', async (procedure, nth) => {
    const { make, fail, left, verbs } = opened();
    fail(procedure as never, libvirtNo(1, 'no space left on device'), nth);
    expect(await failure(make(spec))).toMatchObject({ code: 'op.failed', message: 'web1: no space left on device' });
    expect([...left]).toEqual([]);
    const isDefined = procedure === procedures.setAutostart || procedure === procedures.create;
    expect(verbs().includes('DOMAIN_UNDEFINE_FLAGS 4')).toBe(isDefined);
  });

  it('with an upload that is refused when all is sent leaves nothing', async () => {
    const { make, refuseUpload, left, verbs } = opened();
    refuseUpload(libvirtNo(38, 'cannot write'));
    expect(await failure(make(IMAGE))).toMatchObject({ code: 'op.failed', message: 'web1: cannot write' });
    expect([...left]).toEqual([]);
    expect(verbs().slice(-2)).toEqual([
      'STORAGE_VOL_DELETE default/web1.ISO',
      'STORAGE_VOL_DELETE default/web1_0.qcow2',
    ]);
  });

  it('takes back what its network keeps for it', async () => {
    const network = "<network><ip address='10.0.0.1' prefix='24'><dhcp/></ip></network>";
    const { make, fail, answer, verbs, left } = opened({ networks: { default: network, lan: network } });
    const entries: string[] = [];
    answer(procedures.supportsFeature, () => 1);
    answer(procedures.updateNetwork, ({ command, xml }) => void entries.push(`${command} ${xml}`));
    fail(procedures.create as never, libvirtNo(1, 'no space left on device'));
    const error = await failure(make({ ...IMAGE, ips: '10.0.0.5', 'reserve-ip': true }));
    expect(error).toMatchObject({ code: 'op.failed', message: 'web1: no space left on device' });
    const [, mac] = /mac="(.*?)"/.exec(entries[0] ?? '') ?? [];
    expect(entries).toEqual([3, 2].map((command) => `${command} <host mac="${mac}" ip="10.0.0.5"/>`));
    expect(verbs()).toContain('DOMAIN_UNDEFINE_FLAGS 0');
    expect([...left]).toEqual([]);
  });

  const LAN = "<network><ip address='10.0.0.1' prefix='24'><dhcp/></ip></network>";
  const KEEPS = { ...IMAGE, ips: '10.0.0.5', 'reserve-ip': true, start: false } as const;

  it('takes back what its network keeps for it also when the caller gives up while that is sent', async () => {
    const { make, answer, left, verbs } = opened({ networks: { default: LAN, lan: LAN } });
    const giving = new AbortController();
    const reason = new DOMException('enough', 'AbortError');
    const commands: number[] = [];
    answer(procedures.supportsFeature, () => 1);
    answer(procedures.updateNetwork, async ({ command }) => {
      commands.push(command);
      giving.abort(reason);
    });
    expect(await failure(make(KEEPS, giving.signal))).toBe(reason);
    expect(commands).toEqual([3, 2]);
    expect(verbs()).toContain('DOMAIN_UNDEFINE_FLAGS 0');
    expect([...left]).toEqual([]);
  });

  it('names what its network may keep for it when no answer came', async () => {
    const { make, answer } = opened({ networks: { default: LAN, lan: LAN } });
    answer(procedures.supportsFeature, () => 1);
    answer(procedures.updateNetwork, () => {
      throw new FleetError('host.unreachable', 'the link is down', { retry: true });
    });
    expect(await failure(make(KEEPS))).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining(
        '; what may be there: the reservation of 10.0.0.5 in default, the VM web1, the volume',
      ),
      fix: expect.stringMatching(
        /what removes it: virsh net-update default delete ip-dhcp-host .*; virsh undefine web1; /,
      ),
    });
  });

  it('never deletes a volume that was there before', async () => {
    const { make, fail, verbs } = opened();
    fail(procedures.createVolume as never, libvirtNo(90, 'it exists'), 2);
    expect(await failure(make(IMAGE))).toMatchObject({ code: 'op.conflict' });
    expect(verbs().filter((verb) => verb.startsWith('STORAGE_VOL_DELETE'))).toEqual([
      'STORAGE_VOL_DELETE default/web1_0.qcow2',
    ]);
  });

  it('names what it could not delete, with the commands that do', async () => {
    const { make, fail, left } = opened({
      pools: { 'my pool': "<pool type='dir'><target><path>/d</path></target></pool>" },
      volumes: { 'my pool': {} },
    });
    fail(procedures.define as never, libvirtNo(27, 'bad XML'));
    fail(procedures.deleteVolume as never, libvirtNo(87, 'it is busy'));
    const error = await failure(make({ keys: KEY }));
    expect(error).toMatchObject({
      code: 'op.refused',
      message:
        'web1: bad XML; it could not be taken back (it is busy): the volume web1.ISO in my pool, the volume web1_0.qcow2 in my pool',
      fix: "what removes it: virsh vol-delete --pool 'my pool' web1.ISO; virsh vol-delete --pool 'my pool' web1_0.qcow2",
    });
    expect([...left]).toHaveLength(2);
  });

  it('keeps the disks of one that runs all the same', async () => {
    const { make, fail, answer, left } = opened();
    fail(procedures.create as never, libvirtNo(1, 'a hook failed'));
    answer(procedures.domainByUuid, ({ uuid }) => ({ name: 'web1', uuid, id: 7 }));
    const { fix } = await failure(make(IMAGE));
    expect(fix).toMatch(/^what removes it: virsh undefine web1; virsh vol-delete/);
    expect([...left]).toHaveLength(2);
  });

  it('takes nothing back when the link is lost, since what was sent may be done, and names what it made', async () => {
    const { make, fail, left, verbs } = opened();
    fail(procedures.define as never, new FleetError('host.unreachable', 'the link is down', { retry: true }));
    const error = await failure(make(IMAGE));
    expect(error).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining('; what may be there: the VM web1, the volume web1.ISO in default'),
      fix: 'look at its state once the host answers again; what removes it: virsh undefine web1; virsh vol-delete --pool default web1.ISO; virsh vol-delete --pool default web1_0.qcow2',
    });
    expect([...left]).toHaveLength(2);
    expect(verbs().some((verb) => verb.includes('DELETE'))).toBe(false);
  });

  it('names a volume to which no answer came', async () => {
    const { make, fail } = opened();
    fail(procedures.createVolume as never, new FleetError('host.unreachable', 'the link is down', { retry: true }));
    expect(await failure(make(IMAGE))).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining('; what may be there: the volume web1_0.qcow2 in default'),
    });
  });

  it('is taken back when the caller gives up', async () => {
    const { make, answer, left, verbs } = opened();
    const giving = new AbortController();
    const reason = new DOMException('enough', 'AbortError');
    answer(procedures.define, () => {
      giving.abort(reason);
      return { name: 'web1', uuid: Buffer.alloc(16), id: -1 };
    });
    answer(procedures.domainByUuid, ({ uuid }) => ({ name: 'web1', uuid, id: -1 }));
    expect(await failure(make(IMAGE, giving.signal))).toBe(reason);
    expect([...left]).toEqual([]);
    expect(verbs()).not.toContain('DOMAIN_CREATE_WITH_FLAGS web1');
    expect(verbs()).toContain('DOMAIN_UNDEFINE_FLAGS 0');
  });
});
