import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Settings } from '../../contract.ts';
import { readGuest } from './guest-spec.ts';
import { writeSeed } from './seed.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} me@here`;
const MACS = ['52:54:00:00:00:01', '52:54:00:00:00:02'];

/** `image` is the name of its volume; the VM has one whenever it is said. */
function seedOf(spec: Settings, image = '') {
  const { seed, network } = readGuest(spec, image);
  const metadata = { plan: 'shop', owner: '', name: 'other' };
  const rest = { image, macs: MACS, instance: 'the-uuid', date: new Date(0), metadata };
  return writeSeed({ name: 'web1', seed, network, ...rest });
}
/** What a file of the ISO holds: they are text, each from the beginning of a sector on. */
async function fileIn(spec: Settings, begin: RegExp) {
  const text = (await seedOf(spec, 'debian.qcow2'))?.bytes.toString() ?? '';
  const at = text.search(begin);
  return at < 0 ? undefined : (text.slice(at).split('\0', 1)[0] ?? '');
}
const userData = async (spec: Settings) => parse((await fileIn(spec, /#cloud-config\n/)) ?? '');
const networkConfig = async (spec: Settings) => parse((await fileIn(spec, /version: 2\n/)) ?? 'null');

describe('a seed for cloud-init', () => {
  it('F-286 is a NoCloud seed: the user of such an image, its name, and what makes it another one', async () => {
    const made = await seedOf({}, 'debian-13-genericcloud.qcow2');
    expect(made).toMatchObject({ kind: 'cloud-init', user: 'debian', isClosed: true });
    const text = made?.bytes.toString('latin1') ?? '';
    expect(text).toContain('#cloud-config\nhostname: web1\nuser:\n  name: debian\n');
    expect(text).toContain('instance-id: the-uuid\nlocal-hostname: web1\n');
    expect(text).not.toContain('version: 2');
  });

  it('has no password as it was given, but its hash', async () => {
    const made = await seedOf({ password: 'Sesam öffne dich', user: 'ali' });
    const text = made?.bytes.toString() ?? '';
    expect(made).toMatchObject({ user: 'ali', isClosed: false });
    expect(text).not.toContain('Sesam');
    expect(text).toMatch(/password: \$6\$[./\w]{16}\$[./\w]{86}\n/);
    expect((await seedOf({ password: '$6$a$b' }))?.bytes.toString()).toContain('password: $6$a$b\n');
  });

  it('has user data that are given as a whole as they are, and there is none where nothing is told', async () => {
    const made = await seedOf({ 'user-data': '#!/bin/sh\necho hi' });
    expect(made).toMatchObject({ user: undefined, isClosed: false });
    expect(made?.bytes.toString('latin1')).toContain('#!/bin/sh\necho hi\n');
    expect(await seedOf({})).toBeUndefined();
    expect(await seedOf({ 'cloud-init': false }, 'x')).toBeUndefined();
  });

  it('lets root in with the same keys where that is asked for, and not otherwise', async () => {
    expect(await userData({ keys: KEY, 'root-login': true })).toMatchObject({
      disable_root: false,
      ssh_authorized_keys: [KEY],
    });
    expect(await userData({ keys: KEY })).not.toHaveProperty('disable_root');
  });

  it('has its domain in its name', async () => {
    expect(await userData({ domain: 'lan.test' })).toMatchObject({ hostname: 'web1', fqdn: 'web1.lan.test' });
  });

  it('leaves what the VM is in the guest, where that is asked for', async () => {
    const { write_files: files } = await userData({ 'store-metadata': true, domain: 'lan.test' });
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ path: '/root/.metadata', permissions: '0600' });
    expect(parse(Buffer.from(files[0].content, 'base64').toString())).toEqual({
      ...{ name: 'web1', image: 'debian.qcow2', user: 'debian', domain: 'lan.test', plan: 'shop' },
    });
  });
});

describe('files of this machine', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seed-'));
    await writeFile(join(folder, 'bytes'), Buffer.from([0, 255, 10]));
    await writeFile(join(folder, 'keys.pub'), `# mine\n${KEY}\n\n${KEY}2\n`);
    await writeFile(join(folder, 'private'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await writeFile(join(folder, 'large'), Buffer.alloc(1024 ** 2 + 1));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('F-237 F-333 are copied, byte for byte, with mode and owner', async () => {
    const file = [
      { path: '/etc/a', content: 'a: b\n' },
      { path: '/opt/b', origin: join(folder, 'bytes'), mode: '0400', owner: 'fred:adm' },
      { path: '/etc/empty', owner: '1000' },
    ];
    const { write_files: files, runcmd } = await userData({ file, commands: 'true' });
    expect(files).toEqual([
      { path: '/etc/a', encoding: 'b64', content: 'YTogYgo=', permissions: '0644' },
      { path: '/opt/b', encoding: 'b64', content: 'AP8K', permissions: '0400' },
      { path: '/etc/empty', permissions: '0644' },
    ]);
    expect(runcmd).toEqual([['chown', '--', 'fred:adm', '/opt/b'], ['chown', '--', '1000:1000', '/etc/empty'], 'true']);
  });

  it('F-334 hold keys, one a line', async () => {
    const { ssh_authorized_keys: keys } = await userData({ keys: `${join(folder, 'keys.pub')}\n${KEY}3` });
    expect(keys).toEqual([KEY, `${KEY}2`, `${KEY}3`]);
  });

  it('are refused where they are not what they should be', async () => {
    const origin = (name: string) => ({ file: [{ path: '/a', origin: join(folder, name) }] });
    await expect(userData(origin('none'))).rejects.toThrow(`${folder}/none can't be read`);
    await expect(userData(origin(''))).rejects.toThrow('is no file');
    await expect(userData(origin('pipe'))).rejects.toThrow(`${folder}/pipe is no file`);
    await expect(userData({ keys: join(folder, 'pipe') })).rejects.toThrow(`${folder}/pipe is no file`);
    await expect(userData(origin('large'))).rejects.toThrow('more than 1 MiB together');
    await expect(userData({ keys: join(folder, 'large') })).rejects.toThrow('more than 1 MiB together');
    const private_ = join(folder, 'private');
    await expect(userData({ keys: private_ })).rejects.toThrow(`line 1 of ${private_} is no public SSH key`);
  });

  it.each<readonly [Settings, string]>([
    [{ path: 'etc/a' }, '"etc/a" is no absolute path of a file'],
    [{ path: '/etc/../a' }, 'no absolute path'],
    [{ path: '/etc/' }, 'no absolute path'],
    [{ path: '/a', content: 'x', origin: '/y' }, '/a has a content and an origin'],
    [{ path: '/a', mode: '4755' }, '"4755" is no mode'],
    [{ path: '/a', owner: 'a b' }, '"a b" is no owner'],
  ])('%j: %s', async (row, said) => {
    await expect(async () => userData({ file: [row] })).rejects.toThrow(said);
  });

  it('are no two of one path', async () => {
    const file = [{ path: '/root/.metadata' }];
    await expect(userData({ file, 'store-metadata': true })).rejects.toThrow('two files are to be /root/.metadata');
    await expect(async () => userData({ file: [...file, ...file] })).rejects.toThrow('two files are to be');
  });
});

describe('addresses of NICs', () => {
  it('F-237 F-333 are told to the guest, by the MACs of its NICs', async () => {
    const ips = '10.0.0.5/24, fd00::5/64\n10.1.0.5';
    const spec = { ips, netmasks: '\n255.255.0.0', gateway: 'fd00::1 10.0.0.1', dns: '9.9.9.9,fd00::9', domain: 'a.b' };
    expect(await networkConfig(spec)).toEqual({
      version: 2,
      ethernets: {
        eth0: {
          match: { macaddress: MACS[0] },
          'set-name': 'eth0',
          addresses: ['10.0.0.5/24', 'fd00::5/64'],
          routes: [{ to: '0.0.0.0/0', via: '10.0.0.1' }],
          gateway6: 'fd00::1',
          nameservers: { addresses: ['9.9.9.9', 'fd00::9'], search: ['a.b'] },
        },
        eth1: { match: { macaddress: MACS[1] }, 'set-name': 'eth1', addresses: ['10.1.0.5/16'] },
      },
    });
  });

  it('are asked for by the NICs that no line speaks of, and a NIC may have none', async () => {
    const { ethernets } = await networkConfig({ ips: '10.0.0.5/24' });
    expect(ethernets.eth1).toEqual({ match: { macaddress: MACS[1] }, 'set-name': 'eth1', dhcp4: true });
    const one = await networkConfig({ ips: 'dhcp\nnone', dns: '9.9.9.9' });
    expect(one.ethernets).toEqual({
      eth0: {
        ...{ match: { macaddress: MACS[0] }, 'set-name': 'eth0', dhcp4: true },
        nameservers: { addresses: ['9.9.9.9'] },
      },
    });
  });

  it('are not told where the network hands them out', async () => {
    expect(await networkConfig({ ips: '10.0.0.5', 'reserve-ip': true })).toBeNull();
    expect(await networkConfig({ ips: 'dhcp', domain: 'a.b' })).toBeNull();
  });

  it.each<readonly [Settings, string]>([
    [{ ips: '10.0.0.5' }, '10.0.0.5 has no length of its network'],
    [{ ips: '10.0.0.5 fd00::5/64', 'reserve-ip': true }, '10.0.0.5 has no length of its network'],
    [{ ips: '10.0.0.5\n10.1.0.5', 'reserve-ip': true }, '10.1.0.5 has no length of its network'],
    [{ ips: 'a' }, '"a" is no address'],
    [{ ips: '10.0.0.5/33' }, '"33" is no length of a network for 10.0.0.5'],
    [{ ips: '10.0.0.5/24/24' }, '"10.0.0.5/24/24" is no address'],
    [{ ips: 'fd00::5', netmasks: '300' }, '"300" is no length of a network for fd00::5'],
    [{ ips: '10.0.0.5/24\n10.0.0.5/24' }, 'two NICs are to have the address 10.0.0.5'],
    [{ ips: '10.0.0.5/24', gateway: '10.0.1.1' }, 'the gateway 10.0.1.1 is in no network of the addresses'],
    [{ ips: '10.0.0.5/24', gateway: '10.0.0.5' }, 'the gateway 10.0.0.5 is in no network'],
    [{ gateway: '10.0.1.1' }, 'the gateway 10.0.1.1 is in no network of the addresses'],
    [{ dns: 'one.one' }, '"one.one" is no address of a name server'],
    [{ domain: 'a_b' }, '"a_b" is no domain'],
    [{ 'reserve-ip': true }, 'reserve-ip needs the address of the first NIC'],
    [{ 'reserve-dns': true, ips: 'dhcp\n10.0.0.5/24' }, 'reserve-dns needs the address of the first NIC'],
    [{ 'cloud-init': false, ips: '10.0.0.5/24' }, 'addresses that the guest sets itself need cloud-init'],
  ])('%j: %s', (spec, said) => expect(() => readGuest(spec, 'x')).toThrow(said));
});
