import { expect, it } from 'vitest';
import type { ApplianceCatalog } from '../../state/appliances/appliance.ts';
import { checksumIn } from '../published-checksum.ts';
import { readJsonFeed } from './json-feed.ts';
import { applianceOf, withOwnNames } from './offer.ts';
import { readXmlFeed } from './xml-feed.ts';

const catalog: ApplianceCatalog = { name: 'ours', location: 'https://images.example/list/feed' };
const { signal } = new AbortController();
const json = async (feed: object) =>
  (await readJsonFeed(Buffer.from(JSON.stringify(feed)), signal)).offers.map((one) => applianceOf(one, catalog));
const xml = async (text: string) =>
  (await readXmlFeed(Buffer.from(text), signal)).offers.map((one) => applianceOf(one, catalog));
const SHA256 = 'ab'.repeat(32);

it('F-168 reads its own JSON, JSON Feed, Atom and RSS alike', async () => {
  const own = { title: 'Shop 2', provider: 'Acme', url: '../shop.ova', size: 512, arch: 'amd64', sha256: SHA256 };
  const whole = { name: 'Shop-2', title: 'Shop 2', location: 'https://images.example/shop.ova', size: 512 };
  expect(await json({ appliances: [own] })).toMatchObject([
    { ...whole, catalog: 'ours', provider: 'Acme', arch: 'x86_64', checksum: `sha256:${SHA256}` },
  ]);
  const attachments = [{ url: 'https://images.example/shop.ova', mime_type: 'application/ovf', size_in_bytes: 512 }];
  expect(await json({ items: [{ title: 'Shop 2', authors: [{ name: 'Acme' }], attachments }] })).toMatchObject([
    { ...whole, provider: 'Acme' },
  ]);
  const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Acme</name></author><entry><title>Shop 2</title>
    <updated>2026-03-01T10:00:00Z</updated><link href="https://acme.example/shop"/>
    <link rel="enclosure" href="https://images.example/shop.ova" length="512"/></entry></feed>`;
  expect(await xml(atom)).toMatchObject([
    { ...whole, provider: 'Acme', updated: '2026-03-01T10:00:00.000Z', homepage: 'https://acme.example/shop' },
  ]);
  const rss = `<rss version="2.0"><channel><title>Acme</title><item><title>Shop 2</title>
    <description>&lt;b&gt;Sells&lt;/b&gt; things</description>
    <enclosure url="https://images.example/shop.ova" length="512" type="application/ovf"/></item></channel></rss>`;
  expect(await xml(rss)).toMatchObject([{ ...whole, provider: 'Acme', description: 'Sells things' }]);
});

it('F-168 has one appliance for each download of a feed of ConVirt, with x86_32 as x86', async () => {
  const feed = `<feed><title>Boxes</title><entry><title>Wiki</title><short_description>A wiki</short_description>
    <download href="https://images.example/wiki32.tgz"><package><size>10240</size><installed_size>20480</installed_size></package>
      <kernel><arch>x86_32</arch><PAE>true</PAE></kernel></download>
    <download href="https://images.example/wiki64.tgz"><package size="512"/><kernel arch="x86_64"/></download></entry></feed>`;
  const read = await xml(feed);
  expect(withOwnNames(read.filter((one) => typeof one !== 'string'))).toMatchObject([
    { name: 'Wiki', arch: 'x86', size: 10_240, unpackedSize: 20_480, description: 'A wiki', provider: 'Boxes' },
    { name: 'Wiki-2', arch: 'x86_64', size: 512 },
  ]);
});

it('F-169 F-433 takes what feeds say of PAE, HVM and logos, and nothing from what is neither yes nor no', async () => {
  const feed = `<feed><title>Boxes</title><logo>/pictures/boxes.png</logo><entry><title>Wiki</title>
    <download href="https://images.example/wiki32.tgz"><kernel><arch>x86_32</arch><PAE>True</PAE><is_hvm>0</is_hvm></kernel></download>
    <download href="https://images.example/wiki64.tgz"><kernel arch="x86_64" PAE="perhaps"/></download></entry></feed>`;
  const [first, second] = await xml(feed);
  expect(first).toMatchObject({ pae: true, hvm: false, logo: 'https://images.example/pictures/boxes.png' });
  expect(second).not.toHaveProperty('pae');
  const own = { name: 'x', url: 'x.img', logo: 'javascript:1', pae: false, hvm: 'yes' };
  const [third] = await json({ appliances: [own] });
  expect(third).toMatchObject({ pae: false, hvm: true });
  expect(third).not.toHaveProperty('logo');
  const [fourth] = await json({ appliances: [{ ...own, pae: { toString: 1 } }] });
  expect(fourth).not.toHaveProperty('pae');
  const attachments = [{ url: 'https://images.example/x.img' }];
  expect(await json({ icon: 'https://acme.example/icon.png', items: [{ title: 'X', attachments }] })).toMatchObject([
    { logo: 'https://acme.example/icon.png' },
  ]);
});

it('takes no name and no address of a feed as it comes', async () => {
  const named = (more: object) => json({ appliances: [{ name: 'x', url: 'https://images.example/x', ...more }] });
  expect(await named({ name: '../../\u001b[31metc' })).toMatchObject([{ name: '31metc' }]);
  expect(await named({ title: 'A\u202eB\u0007\nC', name: undefined })).toMatchObject([
    { name: 'A-B-C', title: 'A B C' },
  ]);
  expect(await named({ name: '…' })).toEqual(['an entry without a name is left out']);
  for (const url of ['file:///etc/shadow', 'ftp://images.example/x', 'javascript:1', '', 'a b'])
    expect(await named({ url })).toEqual(['x: it has no address that it could be fetched from']);
  expect(await named({ url: '/etc/shadow' })).toMatchObject([{ location: 'https://images.example/etc/shadow' }]);
  expect(await named({ size: -1 })).toEqual(['x: its size is no number of bytes']);
  expect(await named({ sha256: 'ab' })).toEqual(['x: its checksum is none']);
});

it.each([
  ['no JSON', '{', 'json'],
  ['JSON of something else', '{"a": 1}', 'json'],
  ['a page', '<html><body/></html>', 'xml'],
  ['an entity of its own', '<!DOCTYPE feed [<!ENTITY a "b">]><feed>&a;</feed>', 'xml'],
])('refuses %s', async (_what, text, kind) => {
  const read = kind === 'json' ? readJsonFeed : readXmlFeed;
  await expect(read(Buffer.from(text), signal)).rejects.toThrow('it is no feed of appliances');
});

it('finds a checksum in the lists that sha256sum and sha512sum write', () => {
  const SHA512 = 'cd'.repeat(64);
  const list = `${SHA512}  debian.qcow2\n${SHA256} *ubuntu.img\nSHA256 (rocky.qcow2) = ${SHA256}\n`;
  expect(checksumIn(list, 'debian.qcow2', 'SUMS')).toBe(`sha512:${SHA512}`);
  expect(checksumIn(list, 'ubuntu.img', 'SUMS')).toBe(`sha256:${SHA256}`);
  expect(checksumIn(list, 'rocky.qcow2', 'SUMS')).toBe(`sha256:${SHA256}`);
  expect(() => checksumIn(list, 'arch.qcow2', 'SUMS')).toThrow('SUMS has no checksum of arch.qcow2');
  expect(() => checksumIn(`${list}${SHA512}  ubuntu.img\n`, 'ubuntu.img', 'SUMS')).toThrow('has two checksums');
});
