import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nativeOf } from '../../../ids.ts';
import type { Settings } from '../../contract.ts';
import { readIso } from '../../lib/iso9660/read-iso.ts';
import { writeIso } from '../../lib/iso9660/write-iso.ts';
import { readGuest } from '../../lib/seed/guest-spec.ts';
import { writeSeed } from '../../lib/seed/seed.ts';
import { uuidText } from '../link/uuid.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWith, QCOW2, WEB1 } from '../testkit/host-with-original.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const MACS = ['52:54:00:00:00:01', '52:54:00:00:00:02'];
const KCLI =
  "<metadata><kvirt:info xmlns:kvirt='kvirt'><kvirt:creationdate>01-02-2020 03:04</kvirt:creationdate></kvirt:info></metadata>";
const CD =
  "<disk type='file' device='cdrom'><driver type='raw'/><source file='/d/web1.ISO'/><target dev='sda'/><readonly/></disk>";
const NICS = MACS.map((mac) => `<interface type='network'><mac address='${mac}'/></interface>`).join('');
const IGNITION =
  "<sysinfo type='fwcfg'><entry name='opt/com.coreos/config' file='/d/web1.ign'/><entry name='opt/x' file='/d/x'/></sysinfo>";

/** As drover makes it for web1. */
async function mediumOf(spec: Settings): Promise<Buffer> {
  const { seed, network } = readGuest(spec, 'debian');
  const of = { name: 'web1', image: 'debian', macs: MACS, instance: uuidText(WEB1.uuid), date: new Date(0) };
  const made = await writeSeed({ ...of, seed, network, metadata: {} });
  if (!made) throw new Error('no seed');
  return made.bytes;
}
const setUp = (medium: Buffer, more = KCLI) => hostWith(QCOW2 + CD + NICS, { more, media: { '/d/web1.ISO': medium } });

describe('the seed of a clone', () => {
  it('is its own: another name and another guest, for its own NICs, which ask for addresses', async () => {
    const ips = '10.0.0.5/24 fd00::5/64\ndhcp';
    const spec = { ips, gateway: '10.0.0.1 fd00::1', dns: '9.9.9.9', domain: 'lan.test', password: 'x' };
    const medium = await mediumOf({ ...spec, 'store-metadata': true, commands: 'echo web1 # stays' });
    const { clone, sent, documents, written } = setUp(medium);
    const { id, warnings } = await clone();
    expect(warnings).toEqual([
      { feature: 'ips', detail: 'asks for addresses: those that its original has can be had only once' },
    ]);
    expect(sent).toEqual([
      'STORAGE_VOL_CREATE_XML_FROM web2_1.qcow2',
      'STORAGE_VOL_CREATE_XML web2.ISO',
      'STORAGE_VOL_UPLOAD web2.ISO',
      'DOMAIN_DEFINE_XML_FLAGS web2',
    ]);
    const definition = documents.at(-1) ?? '';
    expect(definition).toContain('file="/d/web2.ISO"');
    expect(definition).not.toContain('web1');
    const iso = written.get('web2.ISO') ?? Buffer.alloc(0);
    expect(documents[1]).toContain(`<capacity unit="bytes">${iso.length}</capacity>`);
    const { label, files } = readIso(iso) ?? {};
    const file = (name: string) => files?.get(name)?.toString() ?? '';
    expect(label).toBe('cidata');
    expect(parse(file('meta-data'))).toEqual({ 'instance-id': nativeOf(id), 'local-hostname': 'web2' });
    expect(file('user-data')).toMatch(/^#cloud-config\n/);
    const before = parse(readIso(medium)?.files.get('user-data')?.toString() ?? '');
    const { write_files: stored, ...after } = parse(file('user-data'));
    expect(after).toEqual({ ...after, ...before, hostname: 'web2', fqdn: 'web2.lan.test', write_files: undefined });
    expect(parse(Buffer.from(stored[0].content, 'base64').toString())).toMatchObject({ name: 'web2', image: 'debian' });
    const macs = [...definition.matchAll(/<mac address=["'](.*?)["']/g)].map(([, mac]) => mac);
    expect(macs).not.toContain(MACS[0]);
    expect(parse(file('network-config'))).toEqual({
      version: 2,
      ethernets: {
        eth0: {
          ...{ match: { macaddress: macs[0] }, 'set-name': 'eth0', dhcp4: true },
          nameservers: { addresses: ['9.9.9.9'], search: ['lan.test'] },
        },
        eth1: { match: { macaddress: macs[1] }, 'set-name': 'eth1', dhcp4: true },
      },
    });
  });

  it('has user data that were given as a whole as they were', async () => {
    const { clone, written } = setUp(await mediumOf({ 'user-data': '#!/bin/sh\nhostname web1' }));
    expect((await clone()).warnings).toEqual([]);
    const { files } = readIso(written.get('web2.ISO') ?? Buffer.alloc(0)) ?? {};
    expect(files?.get('user-data')?.toString()).toBe('#!/bin/sh\nhostname web1\n');
    expect(files?.has('network-config')).toBe(false);
  });

  const file = (name: string, content: string) => ({ name, content: Buffer.from(content) });
  const other = (...files: ReturnType<typeof file>[]) => writeIso({ label: 'cidata', files, date: new Date(0) });
  it.each([
    ['another format', Buffer.alloc(60_000)],
    ['another instance', other(file('user-data', '#cloud-config\n'), file('meta-data', 'instance-id: web1\n'))],
    ['more files', other(file('user-data', ''), file('meta-data', ''), file('vendor-data', ''))],
  ])('is left out where that of its original has %s, and that is said', async (_what, medium) => {
    const { clone, sent, documents } = setUp(medium);
    const { warnings } = await clone();
    expect(warnings).toEqual([
      {
        feature: 'seed',
        detail: 'gets no seed of its own: /d/web1.ISO is not as drover makes a seed, and stays with its original',
      },
    ]);
    expect(sent).not.toContain('STORAGE_VOL_CREATE_XML web2.ISO');
    expect(documents.at(-1)).toContain("<disk type='file' device='cdrom'><driver type='raw'/><target dev='sda'/>");
  });

  it('is left out where the medium can not be read, and the reason is said', async () => {
    const { clone, answer, documents } = setUp(await mediumOf({}));
    answer(procedures.volumeByPath, ({ path }) => {
      if (path === '/d/web1.ISO') throw libvirtNo(VIR_ERR.noVolume, 'no storage vol with matching path');
      return { pool: 'd', name: path.slice(3), key: path };
    });
    const why = "/d/web1.ISO can't be read: no storage vol with matching path, and stays with its original";
    expect((await clone()).warnings).toEqual([{ feature: 'seed', detail: `gets no seed of its own: ${why}` }]);
    expect(documents.at(-1)).not.toContain('.ISO');
  });

  it('is left out where the medium is too large to be one, and that is said', async () => {
    const { clone } = setUp(Buffer.alloc(16 * 1024 ** 2 + 1));
    const why = '/d/web1.ISO is larger than any that drover makes, and stays with its original';
    expect((await clone()).warnings).toEqual([{ feature: 'seed', detail: `gets no seed of its own: ${why}` }]);
  });

  it('is the same medium where that belongs to no VM', async () => {
    const { clone, documents } = setUp(await mediumOf({}), '');
    expect((await clone()).warnings).toEqual([]);
    expect(documents.at(-1)).toContain(CD);
  });

  it('is refused where a volume has its name', async () => {
    const medium = await mediumOf({});
    const { clone, sent } = hostWith(QCOW2 + CD, {
      ...{ more: KCLI, media: { '/d/web1.ISO': medium, '/d/web2.ISO': medium } },
    });
    await expect(clone()).rejects.toMatchObject({
      ...{ code: 'op.conflict', message: 'the storage d has a volume web2.ISO already' },
    });
    expect(sent).toEqual([]);
  });

  it('goes again when the definition is refused', async () => {
    const { clone, change, sent } = setUp(await mediumOf({}));
    change(procedures.define, () => {
      throw libvirtNo(27, 'bad XML');
    });
    await expect(clone()).rejects.toThrow('bad XML');
    expect(sent.slice(-2)).toEqual(['STORAGE_VOL_DELETE web2.ISO', 'STORAGE_VOL_DELETE web2_1.qcow2']);
  });

  it('for Ignition is left out, and that is said; other words of the firmware stay', async () => {
    const { clone, documents } = hostWith(QCOW2, { more: KCLI + IGNITION });
    const { warnings } = await clone();
    expect(warnings).toMatchObject([{ feature: 'seed', detail: expect.stringContaining('has no Ignition config') }]);
    expect(documents.at(-1)).toContain("<sysinfo type='fwcfg'><entry name='opt/x' file='/d/x'/></sysinfo>");
    const alone = hostWith(QCOW2, { more: KCLI + IGNITION.replace(/<entry name='opt\/x'.*?\/>/, '') });
    await alone.clone();
    expect(alone.documents.at(-1)).not.toContain('sysinfo');
  });
});
