import { describe, expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import { readGuest } from './guest-spec.ts';
import { writeSeed } from './seed.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} me@here`;
const MACS = ['52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'];

function seedOf(spec: Settings, image = 'fedora-coreos-44.qcow2') {
  const { seed, network } = readGuest(spec, image);
  const rest = { image, macs: MACS, instance: 'the-uuid', date: new Date(0), metadata: {} };
  return writeSeed({ name: 'web1', seed, network, ...rest });
}
const configOf = async (spec: Settings, image?: string) =>
  JSON.parse((await seedOf(spec, image))?.bytes.toString() ?? '');
async function filesOf(spec: Settings): Promise<Readonly<Record<string, string>>> {
  const { storage } = await configOf(spec);
  return Object.fromEntries(
    storage.files.map((file: { readonly path: string; readonly contents: { readonly source: string } }) => [
      file.path,
      Buffer.from(file.contents.source.replace('data:;base64,', ''), 'base64').toString(),
    ]),
  );
}

describe('an Ignition config', () => {
  it('F-286 is what images of CoreOS and Flatcar get, and others where that is said', async () => {
    const kinds = async (image: string, seed = '') => (await seedOf({ seed }, image))?.kind;
    for (const image of ['fedora-coreos-44', 'rhcos-4.18', 'fcos.qcow2', 'Flatcar_production.img'])
      expect(await seedOf({}, image)).toMatchObject({ kind: 'ignition', user: 'core', isClosed: true });
    expect(await kinds('debian-13')).toBe('cloud-init');
    expect(await kinds('debian-13', 'ignition')).toBe('ignition');
    expect(await kinds('fcos', 'cloud-init')).toBe('cloud-init');
    expect(await seedOf({ seed: 'ignition' }, 'mine.qcow2')).toMatchObject({ user: 'core' });
  });

  it('has the name and the usual user alone where nothing else is given', async () => {
    expect(await configOf({})).toEqual({
      ignition: { version: '3.0.0' },
      passwd: { users: [{ name: 'core' }] },
      storage: {
        files: [{ path: '/etc/hostname', overwrite: true, mode: 0o644, contents: { source: 'data:;base64,d2ViMQo=' } }],
      },
    });
  });

  it('F-237 F-333 has all that is given', async () => {
    const file = [{ path: '/opt/a', content: 'x', mode: '0750', owner: 'fred:1000' }];
    const spec = {
      user: 'fred',
      keys: `${KEY}\n${KEY}`,
      password: 'Sesam',
      'root-login': true,
      file,
      commands: 'a\nb',
    };
    const { passwd, storage, systemd } = await configOf({ ...spec, domain: 'lan.test' });
    expect(passwd.users).toEqual([
      {
        name: 'fred',
        sshAuthorizedKeys: [KEY],
        passwordHash: expect.stringMatching(/^\$6\$/),
        groups: ['sudo', 'wheel'],
      },
      { name: 'root', sshAuthorizedKeys: [KEY] },
    ]);
    expect(storage.files.at(-1)).toEqual({
      ...{ path: '/opt/a', overwrite: true, mode: 0o750, contents: { source: 'data:;base64,eA==' } },
      ...{ user: { name: 'fred' }, group: { id: 1000 } },
    });
    expect(await filesOf({ ...spec, domain: 'lan.test' })).toMatchObject({
      '/etc/hostname': 'web1.lan.test\n',
      '/etc/ssh/sshd_config.d/20-drover.conf': 'PasswordAuthentication yes\n',
      '/etc/drover/commands': 'a\nb\n',
    });
    expect(systemd.units).toMatchObject([{ name: 'drover-commands.service', enabled: true }]);
    expect(systemd.units[0].contents).toContain('\nExecStart=/bin/sh /etc/drover/commands\n');
  });

  it('sets addresses for NetworkManager and for systemd-networkd', async () => {
    const ips = '10.0.0.5/24 fd00::5/64\ndhcp\nnone';
    const files = await filesOf({ ips, gateway: '10.0.0.1', dns: '9.9.9.9 fd00::9', domain: 'a.b' });
    const folder = '/etc/NetworkManager/system-connections';
    expect(files[`${folder}/eth0.nmconnection`]).toBe(
      '[connection]\nid=eth0\ntype=ethernet\n[ethernet]\nmac-address=52:54:00:00:00:01\n[ipv4]\nmethod=manual\naddress1=10.0.0.5/24\ngateway=10.0.0.1\ndns=9.9.9.9;\ndns-search=a.b;\n[ipv6]\nmethod=manual\naddress1=fd00::5/64\ndns=fd00::9;\ndns-search=a.b;\n',
    );
    expect(files[`${folder}/eth1.nmconnection`]).toContain('[ipv4]\nmethod=auto\n[ipv6]\nmethod=auto\n');
    expect(files[`${folder}/eth2.nmconnection`]).toContain('[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n');
    const six = await filesOf({ ips: 'fd00::5/64' });
    expect(six[`${folder}/eth0.nmconnection`]).toContain('[ipv4]\nmethod=disabled\n[ipv6]\nmethod=manual\n');
    const unit = (name: string) => files[`/etc/systemd/network/10-${name}.network`];
    expect(unit('eth0')).toBe(
      '[Match]\nMACAddress=52:54:00:00:00:01\n[Network]\nDHCP=no\nAddress=10.0.0.5/24\nAddress=fd00::5/64\nGateway=10.0.0.1\nDNS=9.9.9.9\nDNS=fd00::9\nDomains=a.b\n',
    );
    expect(unit('eth1')).toBe('[Match]\nMACAddress=52:54:00:00:00:02\n[Network]\nDHCP=ipv4\n');
    expect(unit('eth2')).toBe('[Match]\nMACAddress=52:54:00:00:00:03\n[Link]\nUnmanaged=yes\n');
  });

  it('that is given as a whole is taken as it is', async () => {
    const text = '{"ignition": {"version": "3.4.0"}}';
    expect((await seedOf({ 'user-data': text }))?.bytes.toString()).toBe(text);
  });

  it.each<readonly [Settings, string]>([
    [{ 'user-data': 'null' }, 'the Ignition config does not say its version'],
    [{ 'user-data': '{"ignition": {"version": 3}}' }, 'the Ignition config does not say its version'],
    [{ 'user-data': '{"ignition": {"version": "1"}}' }, 'the Ignition config does not say its version'],
    [
      { 'user-data': '{"ignition": {"version": "3.0.0"}}', ips: '10.0.0.5/24' },
      'an Ignition config is the whole: it sets the addresses of the guest itself',
    ],
    [{ file: [{ path: '/etc/hostname' }] }, 'two files are to be /etc/hostname'],
  ])('%j: %s', (spec, said) => expect(seedOf(spec)).rejects.toThrow(said));

  it.each([
    ['#cloud-config\n', 'the Ignition config is no JSON'],
    ['{"passwordHash": hunter2}', 'the Ignition config is no JSON'],
    ['{"ignition": {},\n "a": "hunter2" 1}', 'the Ignition config is no JSON: line 2, column 17'],
  ])('%j is refused without a piece of it', async (text, said) => {
    await expect(seedOf({ 'user-data': text })).rejects.toMatchObject({ code: 'op.refused', message: said });
  });
});
