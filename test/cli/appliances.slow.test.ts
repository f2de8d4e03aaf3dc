/** Appliances at the command line: catalogs from a web server and from a file, and what is made of them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskOf } from '../appliances/files.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const DISK = diskOf(1024 ** 2);
let desk: Desk;
let web: Server;
const files = new Map<string, Buffer | string>();
/** Requests that came. */
let asked: string[] = [];

beforeEach(async () => {
  files.clear();
  asked = [];
  web = createServer((request, response) => {
    asked.push(request.url ?? '');
    const file = files.get(request.url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { connection: 'close' }).end(file);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const fleet = JSON.parse(simulated({ one: { vms: 3, latency: 0 } }));
  desk = await openDesk(JSON.stringify({ ...fleet, appliances: { ours: `${origin}/catalog.json` } }));
});
afterEach(async () => {
  web.close();
  await desk.clear();
});

const offer = (more: object = {}) => ({
  ...{ name: 'shop', title: 'Shop', provider: 'Acme', version: '2.1', arch: 'amd64', url: 'shop.img.gz' },
  ...more,
});
const publish = (...appliances: readonly object[]) => files.set('/catalog.json', JSON.stringify({ appliances }));
const names = async (...args: readonly string[]) => {
  const { stdout } = await desk.run('appliance', 'list', ...args, '-o', 'name');
  return stdout.trim().split('\n').filter(Boolean);
};
const left = () => readdir(join(desk.home, '.cache/drover/appliances/incoming')).catch(() => []);
const templates = async () => (await desk.run('template', 'list', '-o', 'name')).stdout.trim();
const images = async () => (await desk.run('image', 'list', '-o', 'json')).json<readonly { readonly name: string }[]>();

it('F-169 F-174 F-475 lists the cloud images of vendors first, and those of a catalog, by words and filters', async () => {
  publish(offer(), offer({ name: 'wiki', title: 'Wiki', provider: 'Other', arch: 'arm64' }));
  const all = await names();
  expect(all).toContain('cloud-images/debian13');
  expect(all.slice(-2)).toEqual(['ours/shop', 'ours/wiki']);
  expect(await names('ubuntu', '24.04')).toEqual(['cloud-images/ubuntu2404']);
  expect(await names('--filter', 'catalog:ours arch:aarch64')).toEqual(['ours/wiki']);
  expect(await names('provider:acme')).toEqual(['ours/shop']);
  const { stdout } = await desk.run('appliance', 'list', 'shop');
  expect(stdout).toMatch(/^NAME +CATALOG +TITLE +PROVIDER +VERSION +ARCH/);
  const shown = (await desk.run('appliance', 'info', 'shop', '-o', 'json')).json<object>();
  expect(shown).toMatchObject({ id: 'ours/shop', version: '2.1', arch: 'x86_64', provider: 'Acme' });
  const image = (await desk.run('appliance', 'info', 'debian13', '-o', 'json')).json<object>();
  expect(image).toMatchObject({ arch: 'x86_64', location: expect.stringMatching(/amd64\.qcow2$/) });
  const other = (await desk.run('appliance', 'info', 'debian13', '--arch', 'aarch64', '-o', 'json')).json<object>();
  expect(other).toMatchObject({ arch: 'aarch64', location: expect.stringMatching(/arm64\.qcow2$/) });
});

it('F-218 keeps what it fetches in the folder that the configuration says, and says why it does not', async () => {
  publish(offer());
  const store = join(desk.home, 'store');
  const configured = JSON.parse(await readFile(desk.config, 'utf8'));
  await desk.write(JSON.stringify({ ...configured, 'appliance-store': '~/store' }));
  await names();
  expect(await readdir(join(store, 'catalogs'))).not.toEqual([]);
  expect(await readdir(join(desk.home, '.cache/drover')).catch(() => [])).not.toContain('appliances');
  await desk.write(JSON.stringify({ ...configured, 'appliance-store': 'here' }));
  const { stderr } = await desk.run('appliance', 'list');
  expect(stderr).toContain('appliance-store must be the path of a folder');
});

it('F-169 F-174 F-433 has columns of PAE and HVM where a catalog tells them, filters by them, and knows the logo', async () => {
  const title = async (...args: readonly string[]) =>
    (await desk.run('appliance', 'list', ...args)).stdout.split('\n')[0];
  publish(offer());
  expect(await title()).not.toContain('PAE');
  expect(await title('-o', 'wide')).toMatch(/ARCH +PAE +HVM +SIZE/);
  publish(
    offer({ pae: true, logo: 'https://acme.example/logo.png' }),
    offer({ name: 'wiki', pae: false }),
    offer({ name: 'mail', hvm: true }),
  );
  await desk.run('appliance', 'refresh');
  expect(await title()).toMatch(/ARCH +PAE +HVM +SIZE/);
  expect((await desk.run('appliance', 'list', 'catalog:ours')).stdout).toMatch(
    /shop .* yes +- .*\n.*wiki .* no +- .*\n.*mail .* - +yes /,
  );
  expect(await title('catalog:cloud-images')).not.toContain('PAE');
  expect(await names('pae:yes')).toEqual(['ours/shop']);
  expect(await names('--filter', 'pae:no')).toEqual(['ours/wiki']);
  expect(await names('hvm:yes')).toEqual(['ours/mail']);
  const shown = (await desk.run('appliance', 'info', 'shop', '-o', 'json')).json<object>();
  expect(shown).toMatchObject({ pae: true, hvm: null, logo: 'https://acme.example/logo.png' });
});

it('F-167 serves a catalog that does not answer from what it kept, and says so', async () => {
  publish(offer());
  expect(await names('shop')).toEqual(['ours/shop']);
  expect(asked).toEqual(['/catalog.json']);
  expect(await names('shop')).toEqual(['ours/shop']);
  expect(asked).toEqual(['/catalog.json']);
  files.clear();
  const { code, stdout } = await desk.run('appliance', 'refresh', '-o', 'json');
  expect(code).toBe(1);
  const rows = JSON.parse(stdout) as readonly object[];
  expect(rows[1]).toMatchObject({ name: 'ours', count: 1, error: expect.stringContaining('the server answered 404') });
  expect(await names('shop')).toEqual(['ours/shop']);
  publish(offer({ name: 'shop3' }));
  expect((await desk.run('appliance', 'refresh', 'ours')).code).toBe(0);
  expect(await names('shop')).toEqual(['ours/shop3']);
});

it('F-167 F-207 F-433 reads a catalog from a file, with the feeds that it names and the files beside it', async () => {
  const shelf = join(desk.home, 'shelf');
  await mkdir(shelf);
  const feed = `<feed><entry><title>Box</title><link rel="enclosure" href="box.img" length="${DISK.length}"/></entry></feed>`;
  await writeFile(join(shelf, 'feed.xml'), feed);
  await writeFile(join(shelf, 'box.img'), DISK);
  await writeFile(join(shelf, 'list.json'), JSON.stringify({ feeds: [{ url: 'feed.xml', provider: 'Shelf' }] }));
  const config = JSON.parse(await readFile(desk.config, 'utf8'));
  await desk.write(JSON.stringify({ ...config, appliances: { shelf: '~/shelf/list.json' } }));
  const rows = (await desk.run('appliance', 'list', 'catalog:shelf', '-o', 'json')).json<readonly object[]>();
  expect(rows).toMatchObject([{ id: 'shelf/Box', provider: 'Shelf', location: join(shelf, 'box.img') }]);
  const { code, stderr } = await desk.run('appliance', 'import', 'Box', 'Lab/box', '-C', 'one');
  expect([code, stderr]).toEqual([0, expect.stringContaining('box is an image of one, and Lab/box is in the library')]);
});

it('F-170 F-173 F-475 makes an image and a template of an appliance, and a VM is made of that', async () => {
  publish(offer({ description: 'Sells $things\u001b[2J' }));
  files.set('/shop.img.gz', gzipSync(DISK));
  const { code, stderr } = await desk.run('appliance', 'import', 'shop', 'Lab/store', '-C', 'one');
  expect(stderr).toBe(
    'store is an image of one, and Lab/store is in the library; no checksum of it is known, so none was compared\n',
  );
  expect(code).toBe(0);
  expect(await images()).toContainEqual(expect.objectContaining({ name: 'store', size: DISK.length }));
  const { stdout } = await desk.run('template', 'info', 'Lab/store');
  expect(stdout).toContain('Sells $things [2J');
  expect(stdout).toMatch(/image +store/);
  expect(await left()).toEqual([]);
  const made = await desk.run('vm', 'create', 'shop1', '-C', 'one', '--template', 'Lab/store');
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('shop1')]);
});

it('F-170 imports by hand, from a path', async () => {
  const file = join(desk.home, 'My box_1.img');
  await writeFile(file, DISK);
  const { code } = await desk.run('appliance', 'import', file, '-C', 'one');
  expect([code, await templates()]).toEqual([0, 'Common/My-box-1']);
});

it.each([
  ['another checksum', { sha256: 'ab'.repeat(32) }, 'is another file than its catalog says'],
  ['another size', { size: 512 }, 'is larger than the 512 bytes that its catalog says'],
])('has no image and no template of a file with %s', async (_what, more, why) => {
  publish(offer(more));
  files.set('/shop.img.gz', gzipSync(DISK));
  const before = await images();
  const { code, stderr } = await desk.run('appliance', 'import', 'shop', '-C', 'one');
  expect([code, stderr]).toEqual([3, expect.stringContaining(why)]);
  expect([await images(), await templates(), await left()]).toEqual([before, '', []]);
});

it('refuses a name that is taken, a run that is read-only, and what is no appliance, before it fetches anything', async () => {
  publish(offer());
  await desk.run('template', 'add', 'Common/shop', 'any', '-P', 'memory=512');
  await names();
  asked = [];
  const said = async (...args: readonly string[]) =>
    (await desk.run('appliance', 'import', ...args, '-C', 'one')).stderr;
  expect(await said('shop')).toContain('the library has a template Common/shop already; nothing was imported');
  expect(await said('shop', 'Lab/x', '--read-only')).toContain('this run is read-only');
  expect(await said('shup')).toContain('there is no appliance "shup" (did you mean shop?)');
  expect(asked).toEqual([]);
});

it('says in a dry run what it would send, and makes nothing', async () => {
  publish(offer());
  files.set('/shop.img.gz', gzipSync(DISK));
  const { code, stderr } = await desk.run('appliance', 'import', 'shop', '-C', 'one', '--dry-run');
  expect([code, stderr]).toEqual([0, expect.stringContaining('nothing was sent, and no template was written')]);
  expect([await templates(), await left()]).toEqual(['', []]);
});

it('F-172 shows how far it is, and leaves nothing when it is cancelled by ctrl-c', async () => {
  publish(offer());
  web.removeAllListeners('request');
  web.on('request', (request, response) => {
    if (request.url === '/catalog.json') return response.end(files.get('/catalog.json'));
    response.writeHead(200, { 'content-length': 1024 ** 3 });
    return response.write(DISK);
  });
  const atATerminal = {
    answers: [],
    onStderr(text: string, interrupt: () => void) {
      if (text.includes('shop: fetching: ')) interrupt();
    },
  };
  const { code } = await desk.runWith(atATerminal, 'appliance', 'import', 'shop', '-C', 'one');
  expect([code, await templates(), await left()]).toEqual([130, '', []]);
});
