import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../clock.ts';
import type { ImageSpec } from '../../contract.ts';
import { runHere } from '../link/run-here.ts';
import { fetchHere } from './fetch-here.ts';
import { readImageSpec, refuseOther, shown } from './image-spec.ts';
import { toolsOnNode } from './on-node.ts';
import { packingOf } from './packing.ts';

const { signal } = new AbortController();
const CONTENT = Buffer.from('an image of a disk\n'.repeat(5_000));
const hex = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const BROKEN = gzipSync(CONTENT).subarray(0, 100);
const FILES: Readonly<Record<string, Buffer>> = {
  '/plain': CONTENT,
  '/gz': gzipSync(CONTENT),
  '/zst': zstdCompressSync(CONTENT),
  '/xz': Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), CONTENT]),
  '/broken': BROKEN,
};
let server: Server | undefined;
let web = '';
/** Where the server was asked for a way to, as a proxy. */
const tunnels: string[] = [];
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-image-'));
  const own = createServer((request, response) => {
    const file = FILES[request.url?.split('?')[0] ?? ''];
    if (request.url === '/elsewhere') response.writeHead(302, { location: 'file:///etc/hostname' }).end();
    else if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(FILES['/gz']);
    else if (file) response.writeHead(200, { 'content-length': file.length }).end(file);
    else response.writeHead(404).end('not here');
  });
  own.on('connect', ({ url }, socket) => {
    tunnels.push(url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server = own;
  await new Promise<void>((resolve) => void own.listen(0, '127.0.0.1', resolve));
  web = `http://127.0.0.1:${(own.address() as { readonly port: number }).port}`;
});
afterAll(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  await rm(folder, { recursive: true });
});

describe('what an image is asked for with', () => {
  const read = (spec: Partial<ImageSpec>) =>
    readImageSpec({ name: 'a.img', url: 'https://example.org/a.img', storage: '', ...spec });
  it('is an address, a checksum, a format', () => {
    expect(read({ checksum: `SHA256:${'AB'.repeat(32)}`, format: 'raw' })).toMatchObject({
      checksum: { algorithm: 'sha256', digest: 'ab'.repeat(32) },
      format: 'raw',
    });
    expect(read({})).toMatchObject({ checksum: undefined, format: undefined });
  });
  it.each<Partial<ImageSpec>>([
    { url: 'file:///etc/shadow' },
    { url: 'nonsense' },
    { url: 'https://me:secret@example.org/a' },
    { checksum: 'md5:aa' },
    { checksum: `sha512:${'a'.repeat(64)}` },
    { checksum: `sha256:${'x'.repeat(64)}` },
    { format: 'vmdk' },
  ])('is refused with %j', (spec) => {
    expect(() => read(spec)).toThrow(expect.objectContaining({ code: 'op.refused' }));
    expect(() => read(spec)).not.toThrow('secret');
  });
  it('is shown without what may be a secret', () => {
    expect(shown(new URL('https://example.org/a.img?token=secret'))).toBe('https://example.org/a.img');
  });
});

it('a file is compressed as its beginning says', () => {
  expect(['/gz', '/zst', '/xz', '/plain'].map((path) => packingOf(FILES[path] as Buffer))).toEqual([
    ...['gzip', 'zstd', 'xz', undefined],
  ]);
  expect(packingOf(Buffer.alloc(0))).toBeUndefined();
});

describe('a file that comes by way of this machine', () => {
  const get = async (path: string, { digest = '', most = 1e9 } = {}) => {
    const checksum = digest === '' ? undefined : ({ algorithm: 'sha256', digest } as const);
    const spec = { url: new URL(web + path), name: 'a.img', checksum };
    return fetchHere(spec, most, { clock: systemClock, signal }, async ({ packing, pieces }) => {
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece);
      return { packing, content: Buffer.concat(all) };
    });
  };
  it.each(['/plain', '/gz', '/zst'])('%s is compared and unpacked', async (path) => {
    const { packing, content } = await get(path, { digest: hex(FILES[path] as Buffer) });
    expect(packing).toBeUndefined();
    expect(content.equals(CONTENT)).toBe(true);
    await expect(get(path, { digest: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'op.failed',
      message: `a.img: the file that came is another one: its sha256 is ${hex(FILES[path] as Buffer)}`,
    });
    await expect(get(path, { most: 1_000 })).rejects.toMatchObject({ code: 'op.refused' });
  });
  it('stays packed with what only the host unpacks', async () => {
    expect(await get('/xz')).toEqual({ packing: 'xz', content: FILES['/xz'] });
  });
  it.each([
    ['/broken', 'op.failed'],
    ['/missing', 'op.failed'],
    ['/elsewhere', 'op.refused'],
  ])('%s is none', async (path, code) => {
    await expect(get(path)).rejects.toMatchObject({ code });
  });
  it('comes by the proxy of the environment, whose password is in no error', async () => {
    for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
    vi.stubEnv('http_proxy', web.replace('//', '//ann:hunter2@'));
    const url = new URL('http://images.test:8080/plain');
    const fetched = fetchHere(
      { url, name: 'a.img', checksum: undefined },
      1e9,
      { clock: systemClock, signal },
      vi.fn(),
    );
    const error = await fetched.catch((thrown: unknown) => thrown);
    vi.unstubAllEnvs();
    expect(tunnels).toEqual(['images.test:8080']);
    expect(error).toMatchObject({ code: 'host.unreachable', message: expect.stringContaining('the proxy 127.0.0.1') });
    expect(String(error)).not.toContain('hunter2');
  });
  it('can not be compared when the server packs it on the way', async () => {
    await expect(get('/packed', { digest: hex(CONTENT) })).rejects.toThrow('the server packs it on the way');
  });
});

describe('a login on the host', () => {
  const hostile = `it's "$(touch pwned)" \`touch pwned\`; -rf & .img`;
  const at = (name: string) => join(folder, name);
  const tools = async () => {
    const found = await toolsOnNode(runHere, at(hostile), signal);
    if (!found) throw new Error('not usable');
    return found;
  };
  beforeEach(async () => {
    for (const name of await readdir(folder)) await rm(at(name));
    await writeFile(at(hostile), '');
  });

  it('fetches, compares, unpacks and renames, whatever the names are', async () => {
    const node = await tools();
    await node.fetch(new URL(`${web}/gz?a=$(touch pwned)&b=\\"'`), at(hostile), 1e9, signal);
    expect(await node.digest('sha256', at(hostile), signal)).toBe(hex(FILES['/gz'] as Buffer));
    refuseOther('a.img', { algorithm: 'sha256', digest: hex(FILES['/gz'] as Buffer) }, hex(FILES['/gz'] as Buffer));
    await writeFile(at('b'), '');
    await node.unpack('gzip', at(hostile), at('b'), signal);
    expect((await readFile(at('b'))).equals(CONTENT)).toBe(true);
    await expect(node.rename(at('b'), at(hostile), signal)).rejects.toMatchObject({ code: 'op.failed' });
    await node.rename(at('b'), at('-c'), signal);
    expect((await readdir(folder)).sort()).toEqual(['-c', hostile].sort());
  });

  it('says in its tools’ words what went wrong', async () => {
    const node = await tools();
    const get = (path: string, most = 1e9) => node.fetch(new URL(web + path), at(hostile), most, signal);
    await expect(get('/missing')).rejects.toThrow(/\/missing: curl: \(22\).*404/);
    await expect(get('/elsewhere')).rejects.toThrow(/curl: \(1\)/);
    await expect(get('/plain', 10)).rejects.toThrow(/curl: \(63\)/);
    await expect(node.unpack('gzip', at(hostile), at(hostile), signal)).rejects.toMatchObject({ code: 'op.failed' });
    await expect(node.fetch(new URL(web), '/a\nb', 1, signal)).rejects.toMatchObject({ code: 'op.refused' });
  });

  it('is no help where it does not see the file', async () => {
    expect(await toolsOnNode(runHere, at('missing'), signal)).toBeUndefined();
  });
});
