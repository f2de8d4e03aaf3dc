/** An appliance of a catalog on a web server becomes an image of a real host, and a VM is made of its template, as virsh sees it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { diskOf, ovaOf, tarOf, vmdkOf } from '../../appliances/files.ts';
import { type Desk, openDesk } from '../../cli/run-drover.ts';
import { host2, imageFile, removeGuests, site, virsh } from './hosts.ts';

const host = host2;
const MIB = 1024 ** 2;
const DISK = diskOf(8 * MIB);
const OVA = ovaOf({ disks: [vmdkOf(DISK)] });
const DATA = diskOf(4 * MIB);
/** Its hardware has the second first. */
const PAIR = ovaOf({ disks: [vmdkOf(DATA), vmdkOf(DISK)], places: [1, 0] });
const VM = 'of-appliance';
const IMAGE = 'appliance-shop.qcow2';
const PAIR_VM = 'of-pair';
const PAIR_IMAGES = ['appliance-pair.qcow2', 'appliance-pair-2.qcow2'];

let desk: Desk;
let web: Server;

async function tidy(): Promise<void> {
  await removeGuests(host, VM, PAIR_VM);
  const disks = [`${VM}_0.qcow2`, `${PAIR_VM}_0.qcow2`, `${PAIR_VM}_1.qcow2`];
  for (const file of [...disks, `${VM}.ISO`, `${PAIR_VM}.ISO`, IMAGE, ...PAIR_IMAGES])
    await virsh(host, 'vol-delete', '--pool', 'default', file).catch(() => undefined);
}

beforeAll(async () => {
  await tidy();
  const sha256 = createHash('sha256').update(OVA).digest('hex');
  const appliances = [
    { name: 'shop', title: 'Shop 2', provider: 'Acme', version: '2.1', url: 'shop.ova', size: OVA.length, sha256 },
    { name: 'pair', title: 'Pair', provider: 'rPath', url: 'pair.ova', port: 8080 },
    { name: 'lies', title: 'Lies', url: 'shop.ova', size: OVA.length, sha256: 'ab'.repeat(32) },
    { name: 'leads-out', title: 'Leads out', url: 'out.tar.gz' },
  ];
  const files = new Map<string, string | Buffer>([
    ['/catalog.json', JSON.stringify({ appliances })],
    ['/shop.ova', OVA],
    ['/pair.ova', PAIR],
    ['/out.tar.gz', gzipSync(tarOf([{ name: '../disk.img', bytes: DISK }]))],
  ]);
  web = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200, { connection: 'close' }).end(file);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const { port } = web.address() as AddressInfo;
  const own = stringify({ appliances: { ours: `http://127.0.0.1:${port}/catalog.json` } });
  desk = await openDesk(`${await readFile(site.files.config, 'utf8')}\n${own}`);
});
afterAll(async () => {
  web?.close();
  await desk?.clear();
  await tidy();
});

it('F-167 F-171 F-172 an OVA of a catalog becomes an image and a template, and a VM of that, as virsh sees them', async () => {
  const imported = await desk.run(
    'appliance',
    'import',
    'shop',
    'Lab/appliance-shop',
    '-C',
    host.name,
    '--storage',
    'default',
  );
  expect(imported).toMatchObject({
    code: 0,
    stderr: `${IMAGE} is an image of ${host.name}, and Lab/appliance-shop is in the library\n`,
  });
  // QEMU's own tools find nothing wrong in it, and what is in it is the disk of the OVA.
  const image = imageFile(host, IMAGE);
  execFileSync('qemu-img', ['check', '-q', image]);
  const raw = join(desk.home, 'shop.raw');
  execFileSync('qemu-img', ['convert', '-O', 'raw', image, raw]);
  expect((await readFile(raw)).equals(DISK)).toBe(true);
  const flags = ['-C', host.name, '--no-start', '--template', 'appliance-shop', '--virtualization', 'qemu'];
  expect(await desk.run('vm', 'create', VM, ...flags, '--disk', 'size=16MiB')).toMatchObject({ code: 0 });
  const xml = await virsh(host, 'dumpxml', '--inactive', VM);
  expect(xml).toContain('<kvirt:profile>Lab/appliance-shop@1.0</kvirt:profile>');
  expect(xml).toMatch(/<memory unit='KiB'>786432<\/memory>/);
  expect(xml).toMatch(/<vcpu[^>]*>4<\/vcpu>/);
  expect(await virsh(host, 'vol-dumpxml', '--pool', 'default', `${VM}_0.qcow2`)).toContain(IMAGE);
});

it('F-066 F-171 F-175 an OVA of two disks becomes two images, and a VM of its template has both in their order', async () => {
  const [first = '', second = ''] = PAIR_IMAGES;
  const flags = ['-C', host.name, '--storage', 'default'];
  const { code, stderr } = await desk.run('appliance', 'import', 'pair', 'Lab/appliance-pair', ...flags);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`${first}, ${second} are images of ${host.name}`)]);
  const raw = join(desk.home, 'second.raw');
  execFileSync('qemu-img', ['convert', '-O', 'raw', imageFile(host, second), raw]);
  expect((await readFile(raw)).equals(DATA)).toBe(true);
  const create = ['-C', host.name, '--no-start', '--template', 'appliance-pair', '--virtualization', 'qemu'];
  expect(await desk.run('vm', 'create', PAIR_VM, ...create)).toMatchObject({ code: 0 });
  for (const [at, image, size] of [
    [0, first, 8],
    [1, second, 4],
  ] as const) {
    const volume = await virsh(host, 'vol-dumpxml', '--pool', 'default', `${PAIR_VM}_${at}.qcow2`);
    expect(volume).toContain(image);
    expect(volume).toContain(`<capacity unit='bytes'>${size * MIB}</capacity>`);
  }
  const blocks = await virsh(host, 'domblklist', '--details', '--inactive', PAIR_VM);
  expect(blocks).toMatch(/disk +vda +\S*of-pair_0\.qcow2[\s\S]*disk +vdb +\S*of-pair_1\.qcow2/);
  await desk.run('vm', 'application-details', PAIR_VM, '-C', host.name, '--host', 'pair.example.org');
  const shown = await desk.run('vm', 'application', PAIR_VM, '-C', host.name, '-o', 'json');
  expect(shown.json<object>()).toMatchObject({
    appliance: 'ours/pair',
    application: 'http://pair.example.org:8080/',
    management: 'https://pair.example.org:8003/',
  });
});

it.each([
  ['another checksum', 'lies', 'is another file than its catalog says'],
  ['a path that leads out', 'leads-out', 'leads out of its folder'],
])('nothing is on the host, in the library and here of an appliance with %s', async (_what, name, why) => {
  const before = await virsh(host, 'vol-list', '--pool', 'default');
  const { code, stderr } = await desk.run('appliance', 'import', name, '-C', host.name, '--storage', 'default');
  expect([code, stderr]).toEqual([3, expect.stringContaining(why)]);
  expect(await virsh(host, 'vol-list', '--pool', 'default')).toBe(before);
  expect((await desk.run('template', 'list', '-o', 'name')).stdout).not.toContain(name);
  expect(await readdir(join(desk.home, '.cache/drover/appliances/incoming'))).toEqual([]);
});
