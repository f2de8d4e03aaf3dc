/** Networks, storages and volumes that drover makes, changes and refuses to take away, as virsh sees them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, NetworkSpec, VolumeSpec } from '../../../src/platforms/contract.ts';
import { bytes, mib } from '../../../src/units.ts';
import { host3, makeGuests, removeGuests, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const GUEST = 'made-guest';
const NET = 'made-net';
const POOL = 'made-pool';
const FOLDER = '/var/lib/libvirt/made/deep';

let opened: Connection | undefined;
const ops = () => {
  const { storage, volume, network } = opened ?? {};
  if (!storage?.create || !volume?.create || !network?.create) throw new Error('not connected');
  return { storage, volume, network } as {
    storage: Required<NonNullable<Connection['storage']>>;
    volume: Required<NonNullable<Connection['volume']>>;
    network: Required<NonNullable<Connection['network']>>;
  };
};
async function idOf<K extends 'storage' | 'volume' | 'network'>(kind: K, name: string) {
  const all = (await ops()[kind].list(endpoint.name, patient())) as readonly { id: unknown; name: string }[];
  const one = all.find((each) => each.name === name);
  if (!one) throw new Error(`there is no ${kind} ${name}`);
  return one.id as never;
}
const makeNetwork = (spec: Partial<NetworkSpec>) => {
  const usual: NetworkSpec = { name: NET, mode: 'nat', cidr: '10.206.0.0/24', dhcp: true, device: '', domain: '' };
  return ops().network.create(endpoint.name, { ...usual, ...spec }, patient());
};
const makePool = (type: string, path: string) =>
  ops().storage.create(endpoint.name, { name: POOL, type, path }, patient());
const makeVolume = (name: string, format: string) =>
  ops().volume.create(endpoint.name, { name, storage: POOL, size: mib(8), format }, patient());
const has = (path: string) =>
  inHost(host, 'test', '-e', path).then(
    () => true,
    () => false,
  );

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const verb of ['net-destroy', 'net-undefine']) await virsh(host, verb, NET).catch(() => undefined);
  for (const verb of ['pool-destroy', 'pool-undefine']) await virsh(host, verb, POOL).catch(() => undefined);
  await inHost(host, 'sh', '-c', 'rm -rf /var/lib/libvirt/made; ip link del madebr0 2>/dev/null; true');
}
beforeAll(async () => {
  opened = await connectTo(endpoint);
});
beforeEach(tidy);
afterAll(async () => {
  await opened?.close();
  await tidy();
});

describe('a network', () => {
  it.each<readonly [Partial<NetworkSpec>, RegExp, readonly string[]]>([
    [
      { domain: 'made.test' },
      /<forward mode='nat'>/,
      ["<domain name='made.test' localOnly='no'/>", "start='10.206.0.2' end='10.206.0.254'"],
    ],
    [
      { mode: 'routed', cidr: '10.206.0.64/26' },
      /<forward mode='route'\/>/,
      ["start='10.206.0.66' end='10.206.0.126'"],
    ],
    [{ mode: 'isolated', dhcp: false }, /<\/uuid>\s*<bridge/, ["address='10.206.0.1'"]],
    [{ mode: 'open', cidr: '10.192.0.0/12' }, /<forward mode='open'\/>/, ["start='10.192.0.2' end='10.192.255.255'"]],
    [
      { cidr: 'fd00:206::/64' },
      /<forward mode='nat'>\s*<nat ipv6='yes'/,
      ["family='ipv6' address='fd00:206::1' prefix='64'", "start='fd00:206::2' end='fd00:206::ffff'"],
    ],
  ])('of %j is made, active, and starts with its host', async (spec, forward, said) => {
    await makeNetwork(spec);
    expect(await virsh(host, 'net-info', NET)).toMatch(/Active:\s+yes\s+Persistent:\s+yes\s+Autostart:\s+yes/);
    const xml = await virsh(host, 'net-dumpxml', NET);
    expect(xml).toMatch(forward);
    for (const words of said) expect(xml).toContain(words);
  });

  it('stands for a bridge of the host, if that has one of this name', async () => {
    const spec = { mode: 'bridge', cidr: '', dhcp: false, device: 'madebr0' } as const;
    await expect(makeNetwork(spec)).rejects.toMatchObject({ code: 'op.refused' });
    await inHost(host, 'ip', 'link', 'add', 'madebr0', 'type', 'bridge');
    await makeNetwork(spec);
    expect(await virsh(host, 'net-dumpxml', NET)).toMatch(/<forward mode='bridge'\/>\s*<bridge name='madebr0'\/>/);
  });

  it('is not made of addresses that the host or another network has, and nothing is left of it', async () => {
    await expect(makeNetwork({ cidr: `192.168.12${host.number}.0/25` })).rejects.toMatchObject({ code: 'op.conflict' });
    // libvirt finds the host's own only when it starts the network
    const own = `${host.address.split('.').slice(0, 3).join('.')}.0/24`;
    await expect(makeNetwork({ cidr: own })).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('already in use'),
    });
    expect(await virsh(host, 'net-list', '--all', '--name')).not.toContain(NET);
  });

  it('stays while a VM has a NIC in it, as it is saved or as it runs', async () => {
    await makeNetwork({});
    await makeGuests(host, GUEST);
    const id = await idOf('network', NET);
    await virsh(host, 'attach-interface', GUEST, 'network', NET, '--config');
    const refused = `${NET} is used by ${GUEST}`;
    expect(await ops().network.planDelete(id, patient())).toMatchObject({ refused });
    await expect(ops().network.delete(id, patient())).rejects.toMatchObject({ code: 'op.refused', message: refused });
    await virsh(host, 'start', GUEST, '--paused');
    await virsh(host, 'detach-interface', GUEST, 'network', '--config', '--mac', await macIn(NET));
    expect(await ops().network.planDelete(id, patient())).toMatchObject({ refused });
    await virsh(host, 'destroy', GUEST);
    await ops().network.delete(id, patient());
    expect(await virsh(host, 'net-list', '--all', '--name')).not.toContain(NET);
  });
  const macIn = async (network: string): Promise<string> => {
    const line = (await virsh(host, 'domiflist', GUEST)).split('\n').find((one) => one.includes(network));
    return line?.trim().split(/\s+/).at(-1) ?? '';
  };
});

describe('a storage', () => {
  it('of a directory is made with it, active, and starts with its host', async () => {
    await makePool('dir', FOLDER);
    expect(await virsh(host, 'pool-info', POOL)).toMatch(/State:\s+running\s+Persistent:\s+yes\s+Autostart:\s+yes/);
    expect(await has(FOLDER)).toBe(true);
    await makeVolume('kept.img', 'raw');
    expect((await inHost(host, 'stat', '-c', '%s %b', `${FOLDER}/kept.img`)).trim()).toBe(`${mib(8)} 0`);
    const id = await idOf('storage', POOL);
    expect(await ops().storage.planDelete(id, { volumes: false }, patient())).toEqual({
      goes: [`the definition of ${POOL}`],
      stays: [`${FOLDER}/kept.img`],
    });
    await ops().storage.delete(id, { volumes: false }, patient());
    expect(await has(`${FOLDER}/kept.img`)).toBe(true);
    await makePool('dir', FOLDER);
    await ops().storage.delete(await idOf('storage', POOL), { volumes: true }, patient());
    expect(await has(`${FOLDER}/kept.img`)).toBe(false);
  });

  it('is deleted with its volumes but for a folder that is not empty', async () => {
    await makePool('dir', FOLDER);
    await makeVolume('gone.img', 'raw');
    await inHost(host, 'sh', '-c', `mkdir ${FOLDER}/sub && touch ${FOLDER}/sub/file`);
    const id = await idOf('storage', POOL);
    const { goes } = await ops().storage.planDelete(id, { volumes: true }, patient());
    expect(goes).toEqual([`the definition of ${POOL}`, `${FOLDER}/gone.img`, `${FOLDER}/sub`]);
    expect(await ops().storage.delete(id, { volumes: true }, patient())).toMatchObject({
      kept: [{ path: `${FOLDER}/sub`, why: expect.stringContaining('not empty') }],
    });
    expect([await has(`${FOLDER}/gone.img`), await has(`${FOLDER}/sub/file`)]).toEqual([false, true]);
    expect(await virsh(host, 'pool-list', '--all', '--name')).not.toContain(POOL);
  });

  it('of a volume group or dataset that is not there leaves nothing', async () => {
    for (const type of ['lvm', 'zfs']) {
      await expect(makePool(type, 'no-such-group')).rejects.toMatchObject({
        message: expect.stringMatching(/^made-pool: /),
      });
      expect(await virsh(host, 'pool-list', '--all', '--name')).not.toContain(POOL);
    }
  });

  it('is not stopped while a VM runs with a disk in it, nor deleted while one has', async () => {
    await makePool('dir', FOLDER);
    await makeVolume('used.qcow2', 'qcow2');
    await makeGuests(host, GUEST);
    const [path, id] = [`${FOLDER}/used.qcow2`, await idOf('storage', POOL)];
    await virsh(host, 'attach-disk', GUEST, path, 'vdx', '--config', '--subdriver', 'qcow2');
    const refused = `${POOL} is used by ${GUEST}`;
    for (const volumes of [true, false]) {
      expect(await ops().storage.planDelete(id, { volumes }, patient())).toMatchObject({ refused });
      await expect(ops().storage.delete(id, { volumes }, patient())).rejects.toMatchObject({ code: 'op.refused' });
    }
    await ops().storage.stop(id, patient());
    expect(await ops().storage.planDelete(id, { volumes: false }, patient())).toMatchObject({ refused });
    await ops().storage.start(id, patient());
    await virsh(host, 'start', GUEST, '--paused');
    await expect(ops().storage.stop(id, patient())).rejects.toMatchObject({ code: 'op.refused', message: refused });
    await expect(ops().volume.resize(await idOf('volume', 'used.qcow2'), mib(16), patient())).rejects.toMatchObject({
      code: 'op.conflict',
    });
    expect(await virsh(host, 'pool-info', POOL)).toMatch(/State:\s+running/);
  });

  it('is looked through for what came past libvirt', async () => {
    await makePool('dir', FOLDER);
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'qcow2', `${FOLDER}/late.qcow2`, '1M');
    await expect(idOf('volume', 'late.qcow2')).rejects.toThrow('there is no volume');
    await ops().storage.refresh(await idOf('storage', POOL), patient());
    await idOf('volume', 'late.qcow2');
  });
});

describe('a volume', () => {
  it.each(['qcow2', 'raw', 'vmdk', 'vdi'])('of the format %s is made and grows', async (format) => {
    await makePool('dir', FOLDER);
    await makeVolume('made', format);
    expect(JSON.parse(await inHost(host, 'qemu-img', 'info', '--output=json', `${FOLDER}/made`))).toMatchObject({
      format,
      'virtual-size': mib(8),
    });
    if (format === 'vdi' || format === 'vmdk') return;
    const id = await idOf('volume', 'made');
    await ops().volume.resize(id, bytes(mib(8) + 512 * 1024), patient());
    const info = await inHost(host, 'qemu-img', 'info', '--output=json', `${FOLDER}/made`);
    expect(JSON.parse(info)).toMatchObject({ 'virtual-size': mib(8) + 512 * 1024 });
  });

  it('F-262 F-371 is a copy of an image, larger too and in another format, or a layer on it', async () => {
    await makePool('dir', FOLDER);
    await inHost(host, 'sh', '-c', `head -c 3M /dev/urandom > ${FOLDER}/source.img`);
    await virsh(host, 'pool-refresh', POOL);
    const make = (name: string, more: Partial<VolumeSpec>) =>
      ops().volume.create(
        endpoint.name,
        { name, storage: POOL, size: mib(8), format: 'qcow2', image: 'source.img', ...more },
        patient(),
      );
    const info = async (name: string) =>
      JSON.parse(await inHost(host, 'qemu-img', 'info', '--output=json', `${FOLDER}/${name}`)) as Record<
        string,
        unknown
      >;
    for (const [name, format] of [
      ['copy.qcow2', 'qcow2'],
      ['copy.raw', 'raw'],
      ['layer.qcow2', 'qcow2'],
    ] as const) {
      const linked = name.startsWith('layer');
      await make(name, { format, linked });
      const { 'virtual-size': size, format: is, 'backing-filename': below } = await info(name);
      expect([size, is, below]).toEqual([mib(8), format, linked ? `${FOLDER}/source.img` : undefined]);
      // the rest of a larger one is zeros
      await inHost(host, 'qemu-img', 'compare', '-F', format, '-f', 'raw', `${FOLDER}/source.img`, `${FOLDER}/${name}`);
    }
    await expect(make('raw.raw', { format: 'raw', linked: true })).rejects.toMatchObject({ code: 'op.refused' });
    await expect(make('small.raw', { format: 'raw', size: mib(2) })).rejects.toMatchObject({
      message: expect.stringContaining('is smaller than the image source.img, which has 3.0M'),
    });
    await expect(ops().volume.delete(await idOf('volume', 'source.img'), patient())).rejects.toMatchObject({
      code: 'op.refused',
    });
  });

  it('is not made over a file that libvirt has not seen yet, nor with a name that leads elsewhere', async () => {
    await makePool('dir', FOLDER);
    await inHost(host, 'sh', '-c', `echo precious > ${FOLDER}/late`);
    for (const format of ['raw', 'qcow2'])
      await expect(makeVolume('late', format)).rejects.toMatchObject({ code: 'op.conflict' });
    expect(await inHost(host, 'cat', `${FOLDER}/late`)).toBe('precious\n');
    for (const name of ['../escaped', 'a/b']) {
      await expect(makeVolume(name, 'raw')).rejects.toMatchObject({ code: 'op.refused' });
    }
    expect(await has(`${FOLDER}/../escaped`)).toBe(false);
    await expect(makeVolume('odd', 'nonsense')).rejects.toMatchObject({ code: 'op.unsupported' });
  });

  it('stays while another image, a VM or a snapshot of one needs it', async () => {
    await makePool('dir', FOLDER);
    await makeVolume('base.qcow2', 'qcow2');
    await makeGuests(host, GUEST);
    const path = `${FOLDER}/base.qcow2`;
    const id = await idOf('volume', 'base.qcow2');
    const refused = async (why: string) => {
      expect(await ops().volume.planDelete(id, patient())).toMatchObject({ refused: `${path} must stay: ${why}` });
      await expect(ops().volume.delete(id, patient())).rejects.toMatchObject({ code: 'op.refused' });
      expect(await has(path)).toBe(true);
    };
    const layer = `${FOLDER}/layer.qcow2`;
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'qcow2', '-b', path, '-F', 'qcow2', layer, '8M');
    await refused(`layer.qcow2 in pool ${POOL} is layered on it`);
    await inHost(host, 'rm', layer);
    await virsh(host, 'attach-disk', GUEST, path, 'vdx', '--config', '--subdriver', 'qcow2');
    await refused(`used by ${GUEST}`);
    await virsh(host, 'snapshot-create-as', GUEST, 'monday');
    await virsh(host, 'detach-disk', GUEST, 'vdx', '--config');
    await refused(`needed by the snapshot monday of ${GUEST}`);
    await virsh(host, 'snapshot-delete', GUEST, 'monday', '--metadata');
    expect(await ops().volume.planDelete(id, patient())).toEqual({ goes: [path], stays: [] });
    await ops().volume.delete(id, patient());
    expect(await has(path)).toBe(false);
  });
});
