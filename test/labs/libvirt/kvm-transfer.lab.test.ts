/** Bytes to and from volumes, over links that hold, links that break, and disks that are full; virsh is the second opinion. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { endpointName, type VolumeId } from '../../../src/ids.ts';
import type { Connection, Destination, Endpoint, Settings, Source } from '../../../src/platforms/contract.ts';
import { bytes, mib } from '../../../src/units.ts';
import {
  cutLink,
  dropLogins,
  host2,
  makeGuests,
  removeGuests,
  restoreHost,
  restoreLink,
  site,
  virsh,
} from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const POOL = 'transfer-pool';
const FOLDER = '/var/lib/libvirt/transfer';
const GUEST = 'transfer-guest';
const NAME = 'disk.img';
const MIB: number = mib(1);
const SIZE = 64 * MIB;
/** A disk as disks are: data, a hole, and data again. */
const CONTENT = Buffer.alloc(SIZE);
for (let at = 0; at < SIZE; at += 4)
  if (at < 20 * MIB || at > 24 * MIB) CONTENT.writeUInt32LE((Math.imul(at, 2_654_435_761) ^ (at >>> 9)) >>> 0, at);

const endpointOver = (name: string, values: Settings): Endpoint => ({
  name: endpointName(name),
  platform: 'kvm',
  values,
});
const overSsh = sshEndpoint(host, 'ssh');
const overTcp = endpointOver('tcp', { transport: 'tcp', host: host.address, insecure: true });
const { ca, clientCert, clientKey } = site.files;
const overTls = endpointOver('tls', {
  transport: 'tls',
  host: host.address,
  ca,
  cert: clientCert,
  'client-key': clientKey,
});
const overReadOnly = endpointOver('ro', { transport: 'unix', socket: `${host.dir}/run/libvirt/libvirt-sock-ro` });

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** A file in memory; `reached` is told how far it was read, and may do something to the host. */
function sourceOf(content: Buffer, reached?: (at: number) => Promise<unknown>): Source & { readonly from: number[] } {
  const from: number[] = [];
  return {
    name: '/tmp/disk.img',
    size: bytes(content.length),
    from,
    async *read(at, length = content.length - at) {
      from.push(at);
      for (let next = at; next < at + length; next += MIB) {
        await reached?.(next);
        yield content.subarray(next, Math.min(next + MIB, at + length));
      }
    },
  };
}

function memory(
  before = Buffer.alloc(0),
  reached?: (at: number) => Promise<unknown>,
): Destination & { content(): Buffer } {
  const content = Buffer.alloc(SIZE * 2);
  let size = before.copy(content);
  return {
    name: '/tmp/copy.img',
    size: async () => size,
    tail: async (length) => content.subarray(size - length, size),
    async write(piece) {
      content.set(piece, size);
      size += piece.length;
      await reached?.(size);
    },
    clear: async () => {
      size = 0;
    },
    content: () => content.subarray(0, size),
  };
}

/** Once, when so much has gone. */
const at = (mark: number, happen: () => Promise<unknown> | undefined) => {
  let done = false;
  return async (reached: number) => {
    if (done || reached < mark) return;
    done = true;
    await happen();
  };
};

const opened: Connection[] = [];
async function connect(endpoint: Endpoint = overSsh) {
  const connection = await connectTo(endpoint);
  opened.push(connection);
  const { volume } = connection as { volume: Required<NonNullable<Connection['volume']>> };
  const upload = async (source: Source, options: { name?: string; resume?: boolean; signal?: AbortSignal } = {}) => {
    const { name = NAME, resume = false, signal = patient() } = options;
    return (await volume.upload(endpoint.name, { name, storage: POOL, resume }, source, signal)).id as VolumeId;
  };
  const listed = async (name: string) =>
    (await volume.list(endpoint.name, patient())).find((one) => one.storage === POOL && one.name === name);
  return { connection, upload, listed, download: volume.download };
}

let folder = '';
/** Of a volume, by virsh, which has never heard of drover. */
async function byVirsh(name: string): Promise<string> {
  const file = join(folder, 'by-virsh');
  await virsh(host, 'vol-download', '--pool', POOL, name, file);
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
const names = async () => (await inHost(host, 'ls', FOLDER)).split('\n').filter(Boolean);

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const verb of ['pool-destroy', 'pool-undefine']) await virsh(host, verb, POOL).catch(() => undefined);
  await inHost(host, 'sh', '-c', `umount ${FOLDER} 2>/dev/null; rm -rf ${FOLDER}`);
}
const makePool = () => virsh(host, 'pool-create-as', POOL, 'dir', '--target', FOLDER, '--build');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-transfer-'));
});
beforeEach(tidy);
afterEach(async () => {
  await restoreHost(host);
  for (const connection of opened.splice(0)) await connection.close();
});
afterAll(async () => {
  await tidy();
  await rm(folder, { recursive: true, force: true });
});

describe('a volume', () => {
  it.each([
    ['ssh', overSsh],
    ['tcp', overTcp],
    ['tls', overTls],
  ])('goes there and comes back over %s, as virsh has it', async (_way, endpoint) => {
    await makePool();
    const { upload, listed, download } = await connect(endpoint);
    const id = await upload(sourceOf(CONTENT));
    expect(await listed(NAME)).toMatchObject({ id, format: 'raw', size: SIZE });
    expect(await byVirsh(NAME)).toBe(sha256(CONTENT));
    const to = memory();
    await download(id, to, patient());
    expect(sha256(to.content())).toBe(sha256(CONTENT));
  });

  it('is listed in the format that its file has', async () => {
    await makePool();
    const { upload, listed, download } = await connect();
    const to = memory();
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'qcow2', `${FOLDER}/made.qcow2`, '5G');
    await virsh(host, 'pool-refresh', POOL);
    await download((await listed('made.qcow2'))?.id as VolumeId, to, patient());
    await upload(sourceOf(to.content()), { name: 'sent.qcow2' });
    expect(await listed('sent.qcow2')).toMatchObject({ format: 'qcow2', size: 5 * 1024 * MIB });
  });

  it('of nothing is empty', async () => {
    await makePool();
    const { upload, download } = await connect();
    const to = memory();
    await download(await upload(sourceOf(Buffer.alloc(0))), to, patient());
    expect(to.content()).toHaveLength(0);
    expect((await inHost(host, 'stat', '-c', '%s', `${FOLDER}/${NAME}`)).trim()).toBe('0');
  });
});

describe('an upload that is cut off', () => {
  it.each<readonly [string, Endpoint, () => Promise<unknown>]>([
    ['when the cable is pulled', overTcp, () => cutLink(host)],
    ['when sshd ends the login', overSsh, () => dropLogins(host)],
  ])('%s goes on from what has come', async (_when, endpoint, cut) => {
    await makePool();
    const broken = await connect(endpoint);
    await expect(broken.upload(sourceOf(CONTENT, at(50 * MIB, cut)))).rejects.toMatchObject({
      code: 'host.unreachable',
      message: expect.stringContaining(`what has come of ${NAME} stays there`),
      fix: expect.stringContaining('--resume'),
    });
    await restoreLink(host);
    const { upload } = await connect(endpoint);
    await expect(upload(sourceOf(CONTENT))).rejects.toMatchObject({ code: 'op.conflict' });
    const rest = sourceOf(CONTENT);
    await upload(rest, { resume: true });
    expect(await byVirsh(NAME)).toBe(sha256(CONTENT));
    // What was read last for the comparison, and then for sending.
    expect(Math.max(...rest.from.slice(0, -1))).toBeGreaterThan(24 * MIB);
  });

  it('does not go on in another file, nor in one that a VM has', async () => {
    await makePool();
    const { upload } = await connect();
    await upload(sourceOf(CONTENT));
    const stays = async (source: Source, message: RegExp) => {
      await expect(upload(source, { resume: true })).rejects.toMatchObject({
        code: 'op.conflict',
        message: expect.stringMatching(message),
      });
      expect(await byVirsh(NAME)).toBe(sha256(CONTENT));
    };
    await stays(sourceOf(CONTENT.subarray(0, 5 * MIB)), /it has 67108864 bytes, the file has 5242880/);
    const other = Buffer.from(CONTENT);
    other[SIZE - 1] = 7;
    await stays(sourceOf(other), /they differ between byte/);
    await makeGuests(host, GUEST);
    await virsh(host, 'attach-disk', GUEST, `${FOLDER}/${NAME}`, 'vdx', '--config');
    await stays(sourceOf(CONTENT), /is used by transfer-guest/);
  });

  it('in a run of zeros finds the last of what was written', async () => {
    await makePool();
    const { upload } = await connect();
    // Written up to the zeros; the room behind it is taken, as file systems do beforehand.
    await inHost(host, 'sh', '-c', `truncate -s ${SIZE} ${FOLDER}/${NAME}`);
    await virsh(host, 'pool-refresh', POOL);
    await inHost(host, 'fallocate', '-l', `${40 * MIB}`, `${FOLDER}/${NAME}`);
    const source = sourceOf(CONTENT);
    await upload(source, { resume: true });
    expect(await byVirsh(NAME)).toBe(sha256(CONTENT));
    expect(source.from).toContain(0);
  });
});

describe('an upload that fails', () => {
  const nothing = async () => {
    expect(await names()).toEqual([]);
    expect(await virsh(host, 'vol-list', POOL)).not.toContain(NAME);
  };

  it('since it is given up leaves nothing', async () => {
    await makePool();
    const { upload } = await connect();
    const giving = new AbortController();
    const source = sourceOf(
      CONTENT,
      at(40 * MIB, async () => giving.abort(new DOMException('enough', 'AbortError'))),
    );
    await expect(upload(source, { signal: giving.signal })).rejects.toThrow('enough');
    await nothing();
  });

  it('since the file is another one by now leaves nothing', async () => {
    await makePool();
    const { upload } = await connect();
    const changed = async () => {
      throw new FleetError('op.conflict', '/tmp/disk.img has been changed');
    };
    await expect(upload(sourceOf(CONTENT, at(40 * MIB, changed)))).rejects.toThrow('/tmp/disk.img has been changed');
    await nothing();
  });

  it('since the disk is full leaves nothing, and says so', async () => {
    await inHost(host, 'sh', '-c', `mkdir -p ${FOLDER} && mount -t tmpfs -o size=80m none ${FOLDER}`);
    await makePool();
    const { upload } = await connect();
    const fill = () => inHost(host, 'sh', '-c', `head -c 60M /dev/zero > ${FOLDER}/other 2>/dev/null; true`);
    await expect(upload(sourceOf(CONTENT, at(20 * MIB, fill)))).rejects.toMatchObject({
      code: 'op.failed',
      message: `${NAME}: the storage ${POOL} has no room left for it`,
    });
    await inHost(host, 'rm', `${FOLDER}/other`);
    await nothing();
    const large = { ...sourceOf(CONTENT), size: bytes(SIZE * 2) };
    await expect(upload(large)).rejects.toMatchObject({ code: 'op.refused', message: expect.stringContaining('left') });
    await nothing();
  });

  it('since the user may not leaves nothing', async () => {
    await makePool();
    const { upload } = await connect(overReadOnly);
    await expect(upload(sourceOf(CONTENT))).rejects.toMatchObject({ code: 'auth.forbidden' });
    await nothing();
  });
});

describe('a download', () => {
  it('that is cut off goes on from what has come', async () => {
    await makePool();
    const broken = await connect();
    const id = await broken.upload(sourceOf(CONTENT));
    const to = memory(
      undefined,
      at(20 * MIB, () => dropLogins(host)),
    );
    await expect(broken.download(id, to, patient())).rejects.toMatchObject({
      code: 'host.unreachable',
      fix: 'download it again: it goes on from there',
    });
    const had = to.content().length;
    expect(had).toBeGreaterThanOrEqual(20 * MIB);
    const sizes: number[] = [];
    const rest = memory(Buffer.from(to.content()), async (size) => void sizes.push(size));
    await (await connect()).download(id, rest, patient());
    expect(sha256(rest.content())).toBe(sha256(CONTENT));
    expect(sizes[0]).toBeGreaterThan(had);
  });

  it('stops when it is given up', async () => {
    await makePool();
    const { upload, download } = await connect();
    const id = await upload(sourceOf(CONTENT));
    const giving = new AbortController();
    const to = memory(
      undefined,
      at(10 * MIB, async () => giving.abort(new DOMException('enough', 'AbortError'))),
    );
    await expect(download(id, to, giving.signal)).rejects.toThrow('enough');
    expect(to.content().length).toBeLessThan(SIZE);
  });

  it('of what is written to is refused, at its start and at its end', async () => {
    await makePool();
    const { upload, download } = await connect();
    const id = await upload(sourceOf(CONTENT));
    const write = () => inHost(host, 'sh', '-c', `printf x | dd of=${FOLDER}/${NAME} conv=notrunc status=none`);
    await expect(download(id, memory(undefined, at(10 * MIB, write)), patient())).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${NAME} was changed while it was read`,
    });
    await makeGuests(host, GUEST);
    await virsh(host, 'attach-disk', GUEST, `${FOLDER}/${NAME}`, 'vdx', '--config');
    await download(id, memory(), patient());
    await virsh(host, 'start', GUEST, '--paused');
    await expect(download(id, memory(), patient())).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${NAME} is used by ${GUEST}`,
    });
  });
});
