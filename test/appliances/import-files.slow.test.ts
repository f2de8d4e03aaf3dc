/** Files of appliances from a web server: what is taken, and what is refused and leaves nothing. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAppliances } from '../../src/appliances/appliances.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Appliance, FetchOptions } from '../../src/state/appliances/appliance.ts';
import { bytes } from '../../src/units.ts';
import { diskOf, ovaOf, qcow2Head, rawOfQcow2, tarOf, vmdkOf, xvaOf, zipOf } from './files.ts';

const MIB = 1024 ** 2;
const DISK = diskOf(3 * MIB);
const FIXTURES = fileURLToPath(new URL('../../src/platforms/transport/fixtures', import.meta.url));

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers = new Map<string, Answer>();
let web: Server;
let origin = '';
let folder = '';

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
const answer: Answer = (request, response) => {
  const found = answers.get(request.url ?? '');
  if (found) found(request, response);
  else response.writeHead(404).end();
};

beforeAll(async () => {
  web = createServer(answer);
  origin = `http://127.0.0.1:${await listening(web)}`;
});
afterAll(() => {
  web.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-appliances-'));
  answers.clear();
});
afterEach(async () => {
  // Whatever became of it, nothing that was fetched or unpacked is left.
  expect(await readdir(join(folder, 'incoming')).catch(() => [])).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

const serve = (path: string, file: Buffer) =>
  answers.set(path, (_request, response) => response.writeHead(200, { 'content-length': file.length }).end(file));

const appliance = (more: Partial<Appliance> = {}): Appliance => ({
  ...{ catalog: 'ours', name: 'shop', title: 'Shop', provider: '', version: '', arch: '', description: '' },
  location: `${origin}/file`,
  ...more,
});
const quiet: FetchOptions = {
  ova: 'one disk',
  signal: new AbortController().signal,
  report: () => {},
  moved: () => {},
};
interface Taken {
  readonly format: string;
  readonly content: Buffer;
  readonly others: readonly Buffer[];
  readonly capacities: readonly (number | undefined)[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly os?: string;
}
const take = (
  one: Appliance = appliance(),
  options: Partial<FetchOptions> = {},
  clock: Clock = systemClock,
): Promise<Taken> =>
  createAppliances({ folder, clock, catalogs: () => [] }).withDisk(
    one,
    { ...quiet, ...options },
    async ({ path, capacity, more, ...found }) => ({
      ...found,
      content: await readFile(path),
      others: await Promise.all(more.map((one) => readFile(one.path))),
      capacities: [capacity, ...more.map((one) => one.capacity)],
    }),
  );

const sparse = Buffer.concat([DISK, Buffer.alloc(2 * MIB), diskOf(MIB)]);
const TAKEN: readonly (readonly [what: string, file: Buffer, disk: Buffer, format: string])[] = [
  ['a raw disk', DISK, DISK, 'raw'],
  ['a raw disk in gzip', gzipSync(DISK), DISK, 'raw'],
  ['a qcow2', qcow2Head(), qcow2Head(), 'qcow2'],
  ['a tar.gz with one disk', gzipSync(tarOf([{ name: './box/disk.img', bytes: DISK }])), DISK, 'raw'],
  ['a tar with a disk in gzip', tarOf([{ name: 'disk.raw.gz', bytes: gzipSync(DISK) }]), DISK, 'raw'],
  ['a zip with one disk', zipOf({ name: 'box/disk.qcow2', bytes: qcow2Head() }), qcow2Head(), 'qcow2'],
  ['an OVA in a zip', zipOf({ name: 'shop.ova', bytes: ovaOf({ disks: [vmdkOf(DISK)] }) }), DISK, 'qcow2 of it'],
  ['an OVA', ovaOf({ disks: [vmdkOf(sparse)] }), sparse, 'qcow2 of it'],
  ['an XVA', xvaOf(sparse), sparse, 'qcow2 of it'],
];

describe('what is taken', () => {
  it.each(TAKEN)('F-171 F-172 %s', async (_what, file, disk, format) => {
    serve('/file', file);
    const checksum = `sha256:${createHash('sha256').update(file).digest('hex')}`;
    const taken = await take(appliance({ size: bytes(file.length), checksum }));
    expect(taken.format).toBe(format.split(' ')[0]);
    const content = format === 'qcow2 of it' ? rawOfQcow2(taken.content) : taken.content;
    expect(content.equals(disk)).toBe(true);
  });

  it('what the descriptor of an OVA says of memory, processors and system', async () => {
    serve('/file', ovaOf({ disks: [vmdkOf(DISK)] }));
    expect(await take()).toMatchObject({ memory: 768 * MIB, cpus: 4, os: 'Debian 12' });
  });

  it('an OVA as it is, for platforms that take it so', async () => {
    const ova = ovaOf({ disks: [vmdkOf(DISK), vmdkOf(DISK)] });
    serve('/file', ova);
    const taken = await take(appliance(), { ova: 'whole' });
    expect([taken.format, taken.content.equals(ova)]).toEqual(['ova', true]);
  });
});

describe('an OVA of several disks', () => {
  const [first, second] = [diskOf(MIB), diskOf(2 * MIB)];
  const disks = [vmdkOf(second), vmdkOf(first)];
  const raw = ({ content, others }: Taken) => [content, ...others].map((one) => rawOfQcow2(one).length / MIB);

  it('F-171 has all its disks, in the order in which its hardware has them, with their sizes', async () => {
    serve('/file', ovaOf({ disks }));
    const listed = await take(appliance(), { ova: 'all its disks' });
    expect([raw(listed), listed.capacities]).toEqual([
      [2, 1],
      [2 * MIB, MIB],
    ]);
    serve('/file', ovaOf({ disks, places: [1, 0] }));
    const attached = await take(appliance(), { ova: 'all its disks' });
    expect(raw(attached)).toEqual([1, 2]);
    expect(rawOfQcow2(attached.content).equals(first)).toBe(true);
  });

  it('is refused where together they unpack to more than was said', async () => {
    serve('/file', ovaOf({ disks }));
    const whole = await take(appliance(), { ova: 'all its disks' });
    const size = whole.content.length + (whole.others[0]?.length ?? 0);
    const together = (unpackedSize: number) =>
      take(appliance({ unpackedSize: bytes(unpackedSize) }), { ova: 'all its disks' });
    expect((await together(size)).others).toHaveLength(1);
    const why = await together(whole.content.length + 65_536).then(
      () => 'taken',
      (error: unknown) => String(error),
    );
    expect(why).toContain('unpacks to more than');
  });
});

const tar = (name: string, kind?: string) =>
  tarOf([{ name, bytes: kind ? Buffer.alloc(0) : DISK, ...(kind && { kind }) }]);
const REFUSED: readonly (readonly [what: string, file: Buffer, why: string])[] = [
  ['a path out of a tar', tar('../../root/disk.img'), 'leads out of its folder'],
  ['an absolute path in a tar', tar('/etc/disk.img'), 'is an absolute path'],
  ['a symbolic link', tar('disk.img', '2'), 'is a symbolic link'],
  ['a hard link', tar('disk.img', '1'), 'is a hard link'],
  ['a device node', tar('disk.img', '4'), 'is a device node'],
  ['a character device', tar('disk.img', '3'), 'is a device node'],
  ['a named pipe', tar('disk.img', '6'), 'is a named pipe'],
  ['a file that is there twice', tarOf([1, 2].map(() => ({ name: 'disk.img', bytes: DISK }))), 'is there twice'],
  ['escape sequences in a name', tar('\u001b[2Jdisk.img'), 'has characters that a file may not have'],
  ['a path out of a zip', zipOf({ name: '../disk.img', bytes: DISK }), 'leads out of its folder'],
  ['a link in a zip', zipOf({ name: 'disk.img', bytes: DISK, mode: 0o120777 }), 'is a link'],
  [
    'a zip that lies about a size',
    zipOf({ name: 'disk.img', bytes: DISK, says: 512 }),
    'unpacks to more than 512 bytes',
  ],
  ['a tar that is cut short', tarOf([{ name: 'disk.img', bytes: DISK }], false), 'is cut short or damaged'],
  ['gzip that is cut short', gzipSync(DISK).subarray(0, 9_000), 'is cut short or damaged'],
  ['gzip in gzip in gzip …', [1, 2, 3, 4, 5, 6].reduce((file) => gzipSync(file), DISK), 'is packed deeper'],
  ['two disks', tarOf(['a.img', 'b.img'].map((name) => ({ name, bytes: DISK }))), 'has 2 disks'],
  ['an archive without a disk', tarOf([{ name: 'README', bytes: DISK }]), 'has no disk'],
  ['a page in place of a disk', Buffer.from(`<html>${' '.repeat(1017)}`), 'is no disk'],
  ['a layer on another image', qcow2Head({ backing: 512n }), 'is only a layer on another image'],
  ['a disk whose data is elsewhere', qcow2Head({ features: 4 }), 'has its data in another file'],
  ['a descriptor of VMware', Buffer.from('# Disk DescriptorFile\n'.padEnd(1024)), 'which names its files itself'],
  [
    'an OVA with another disk',
    ovaOf({ disks: [vmdkOf(DISK)], digest: 'ab'.repeat(32) }),
    'is not what its manifest says',
  ],
  ['an OVA of two disks', ovaOf({ disks: [vmdkOf(DISK), vmdkOf(DISK)] }), 'has 2 disks'],
  [
    'an OVA that attaches a disk twice',
    ovaOf({ disks: [vmdkOf(DISK)], places: [0, 1], attaches: ['disk0', 'disk0'] }),
    'attaches a disk twice',
  ],
  [
    'an OVA that attaches a disk which it does not list',
    ovaOf({ disks: [vmdkOf(DISK)], places: [0], attaches: ['disk7'] }),
    'attaches a disk that it does not list: disk7',
  ],
  ['an XVA with another disk', xvaOf(DISK, true), 'is not what its checksum says'],
];

describe('what is refused, and leaves nothing', () => {
  it.each(REFUSED)('%s', async (_what, file, why) => {
    serve('/file', file);
    await expect(take()).rejects.toMatchObject({ code: 'op.refused', message: expect.stringContaining(why) });
  });

  it('a bomb: what unpacks to more than its catalog says', async () => {
    serve('/file', gzipSync(Buffer.alloc(64 * MIB)));
    await expect(take(appliance({ unpackedSize: bytes(MIB) }))).rejects.toThrow(`unpacks to more than ${MIB} bytes`);
  });

  it('a disk of more than its catalog says, in an OVA', async () => {
    serve('/file', ovaOf({ disks: [vmdkOf(diskOf(8 * MIB))] }));
    await expect(take(appliance({ unpackedSize: bytes(MIB) }))).rejects.toThrow(`unpacks to more than ${MIB} bytes`);
  });

  it('another checksum than the catalog says', async () => {
    serve('/file', DISK);
    const checksum = `sha256:${'ab'.repeat(32)}`;
    await expect(take(appliance({ checksum }))).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('is another file than its catalog says: its sha256 is '),
    });
  });

  it.each([
    ['announced', true, `has ${DISK.length} bytes, and its catalog says 512`],
    ['sent without a length', false, 'is larger than the 512 bytes that its catalog says'],
  ])('a size that the catalog lies about, %s', async (_how, isAnnounced, why) => {
    answers.set('/file', (_request, response) =>
      response.writeHead(200, isAnnounced ? { 'content-length': DISK.length } : {}).end(DISK),
    );
    await expect(take(appliance({ size: bytes(512) }))).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining(why),
    });
  });

  it('less than the catalog says', async () => {
    answers.set('/file', (_request, response) => response.writeHead(200).end(DISK));
    const says = DISK.length + 512;
    await expect(take(appliance({ size: bytes(says) }))).rejects.toThrow(`and its catalog says ${says}`);
  });
});

it('compares with the checksums that makers publish beside their images', async () => {
  serve('/SHA256SUMS', Buffer.from(`${'ab'.repeat(32)} *debian.qcow2\n`));
  const appliances = createAppliances({ folder, clock: systemClock, catalogs: () => [] });
  const published = (file: string) => appliances.publishedChecksum(`${origin}/SHA256SUMS`, file, quiet.signal);
  expect(await published('debian.qcow2')).toBe(`sha256:${'ab'.repeat(32)}`);
  await expect(published('other.qcow2')).rejects.toThrow('has no checksum of other.qcow2');
});

it('takes no more room for a large disk than it has data', async () => {
  const disk = Buffer.concat([DISK, Buffer.alloc(60 * MIB), diskOf(MIB)]);
  serve('/file', ovaOf({ disks: [vmdkOf(disk)] }));
  const { content } = await take();
  expect(content.length).toBeLessThan(2 * MIB);
  expect(rawOfQcow2(content).equals(disk)).toBe(true);
});

describe('the way to it', () => {
  it('is given up at once when the user cancels', async () => {
    const cancel = new AbortController();
    answers.set('/file', (_request, response) => {
      response.writeHead(200, { 'content-length': 1024 * MIB });
      response.write(DISK);
    });
    const reason = new Error('cancelled');
    const moved = () => cancel.abort(reason);
    await expect(take(appliance(), { signal: cancel.signal, moved })).rejects.toBe(reason);
  });

  it('ends where nothing comes any more', async () => {
    answers.set('/file', (_request, response) => {
      response.writeHead(200, { 'content-length': 1024 * MIB });
      response.write(DISK);
    });
    const waits: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      after(ms, call) {
        if (ms !== 60_000) return systemClock.after(ms, call);
        waits.push(call);
        return () => {};
      },
    };
    let come = 0;
    const moved = (done: number) => {
      come = done;
      // The wait for the piece behind this one has begun by then.
      if (come === DISK.length) setImmediate(() => waits.at(-1)?.());
    };
    await expect(take(appliance(), { moved }, clock)).rejects.toThrow('nothing came for 60 s');
  });

  it('breaks off: what was announced has not come', async () => {
    answers.set('/file', (_request, response) => {
      response.writeHead(200, { 'content-length': 2 * DISK.length });
      response.write(DISK, () => response.destroy());
    });
    await expect(take()).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('follows an address that leads to another, but not for ever', async () => {
    serve('/there', DISK);
    answers.set('/file', (_request, response) => response.writeHead(302, { location: '/there' }).end());
    expect((await take()).content.equals(DISK)).toBe(true);
    answers.set('/there', (_request, response) => response.writeHead(302, { location: '/file' }).end());
    await expect(take()).rejects.toThrow('it leads from one address to the next');
  });

  it('refuses plain HTTP from other machines without a checksum, before it asks', async () => {
    await expect(take(appliance({ location: 'http://images.example/shop.img' }))).rejects.toThrow(
      "what comes by plain HTTP can't be trusted without a checksum",
    );
  });

  it('verifies TLS, and follows none that leads out of it', async () => {
    const [key, cert] = await Promise.all(['server-key', 'server'].map((name) => readFile(`${FIXTURES}/${name}.pem`)));
    const server = createTlsServer({ ...(key && { key }), ...(cert && { cert }) }, answer);
    try {
      const location = `https://localhost:${await listening(server)}/file`;
      serve('/file', DISK);
      await expect(take(appliance({ location }))).rejects.toMatchObject({ code: 'trust.tls' });
      const ca = `${FIXTURES}/authority.pem`;
      expect((await take(appliance({ location, ca }))).content.equals(DISK)).toBe(true);
      answers.set('/file', (_request, response) => response.writeHead(302, { location: `${origin}/there` }).end());
      await expect(take(appliance({ location, ca }))).rejects.toThrow('which is not protected');
    } finally {
      server.close();
    }
  });
});
