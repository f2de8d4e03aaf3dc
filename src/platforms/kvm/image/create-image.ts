/** An image from the web, as a volume: fetched under a name of its own, looked at, and only then there under the name that it is to have. */
import { randomBytes } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { imageId } from '../../../ids.ts';
import { type Bytes, bytes, spellBytes } from '../../../units.ts';
import type { ImageOps, ImageSpec } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import type { Run } from '../host/host-files.ts';
import { findPool, type Pool } from '../make/find.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { nativeOfVolume, readVolume, volumesOf } from '../storage/volumes.ts';
import { roomless, withoutVolumes } from '../transfer/part.ts';
import { receiveAll } from '../transfer/receive.ts';
import { send } from '../transfer/send.ts';
import { sizesOf } from '../transfer/sizes.ts';
import { refresh } from '../transfer/upload.ts';
import { DONE } from '../vm/guest-call.ts';
import type { VolumeXml } from '../xml/volume-xml.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';
import { fetchHere } from './fetch-here.ts';
import { readImageSpec, refuseOther, type WantedImage } from './image-spec.ts';
import { readImages } from './images.ts';
import { type OnNode, toolsOnNode } from './on-node.ts';
import { BEGINNING, type Packing, packingOf } from './packing.ts';
import { formatOf } from './whole-image.ts';

/** libvirt answers when all is converted. */
const CONVERT_MS = 7_200_000;

interface Work {
  readonly host: Host;
  readonly call: HostCall;
  readonly spec: WantedImage;
  readonly pool: Pool & { readonly folder: string };
  /** What is there by now, to be taken back. */
  readonly made: Volume[];
}

/** `run`: where there is a login on the host, which then does the work. */
export const createImage = (
  host: Host,
  run: Run | undefined,
  given: ImageSpec,
  signal: AbortSignal,
): ReturnType<NonNullable<ImageOps['create']>> =>
  onHost(host, given.name, signal, async (call) => {
    const { endpoint } = host.place;
    const spec = readImageSpec(given);
    const pool = await findPool(call, spec.storage);
    const { folder } = pool;
    if (folder === undefined)
      throw new FleetError('op.unsupported', `${pool.pool.name} has no folder: drover fetches images into files`, {
        fix: 'choose a storage of type dir, or upload the image',
      });
    await refresh(call, pool.pool);
    refuseTakenName('image', endpoint, await readImages(host, call), spec.name);
    refuseTakenName('volume', pool.pool.name, await volumesOf(call, pool.pool), spec.name);
    const work: Work = { host, call, spec, pool: { ...pool, folder }, made: [] };
    const ending = new AbortController();
    try {
      await make(work, run, AbortSignal.any([signal, ending.signal]));
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error;
      const [last = { pool: pool.pool.name, name: spec.name, key: '' }] = work.made.slice(-1);
      throw await withoutVolumes(host, work.made, roomless(reason, last));
    } finally {
      ending.abort();
    }
    return { ...DONE, id: imageId(endpoint, nativeOfVolume(pool.pool.name, spec.name)) };
  });

async function make(work: Work, run: Run | undefined, signal: AbortSignal): Promise<void> {
  const { host, call, spec, pool, made } = work;
  const raw = await makeFile(work);
  const node = run && (await toolsOnNode(run, await pathOf(call, raw), signal));
  const packing = node?.hasCurl ? await fetchThere(work, node, raw, signal) : await fetchOver(work, raw, signal);
  const whole = packing === undefined ? raw : await unpack(work, node, raw, packing, signal);
  await refresh(call, pool.pool);
  const xml = await readVolume(call, whole);
  const now = await formatOf(host, whole, xml, spec, signal);
  const size = sizeOf(spec, xml);
  const isCopied = !node || (spec.format !== undefined && spec.format !== now);
  signal.throwIfAborted();
  if (isCopied) await convert(work, whole, spec.format ?? now, xml);
  else {
    if (size !== undefined) await grow(call, whole, size);
    await node.rename(await pathOf(call, whole), `${pool.folder}/${spec.name}`, signal);
    made.splice(made.indexOf(whole), 1, { ...whole, name: spec.name });
    await refresh(call, pool.pool);
  }
  const done = await call.client.call(procedures.volumeByName, { pool: pool.pool, name: spec.name }, { signal });
  if (isCopied && size !== undefined) await grow(call, done, size);
  for (const volume of made.filter(({ name }) => name !== spec.name)) {
    await call.client.call(procedures.deleteVolume, { volume, flags: 0 }, { signal });
    made.splice(made.indexOf(volume), 1);
  }
  signal.throwIfAborted();
}

const pathOf = async (call: HostCall, volume: Volume): Promise<string> => (await readVolume(call, volume)).path;

/** An empty file under a name that no other has, which libvirt knows, and so can take away. */
async function makeFile({ call, spec, pool, made }: Work): Promise<Volume> {
  const name = `${spec.name}.${randomBytes(4).toString('hex')}.part`;
  const xml = writeVolumeXml({ name, storage: pool.pool.name, size: bytes(0), format: 'raw' }, true);
  const volume = await call.change('create', () =>
    call.client.call(procedures.createVolume, { pool: pool.pool, xml, flags: 0 }),
  );
  made.push(volume);
  return volume;
}

/** The host's own curl: the bytes don't pass this machine. */
async function fetchThere(
  { host, call, spec, pool }: Work,
  node: OnNode,
  volume: Volume,
  signal: AbortSignal,
): Promise<Packing | undefined> {
  const path = await pathOf(call, volume);
  await node.fetch(spec.url, path, pool.free, signal);
  const { checksum } = spec;
  if (checksum) refuseOther(spec.name, checksum, await node.digest(checksum.algorithm, path, signal));
  const { size } = await sizesOf(call, volume);
  const length = Math.min(BEGINNING, size);
  return length === 0 ? undefined : packingOf(await receiveAll(host, volume, { offset: 0, length }, signal));
}

async function fetchOver(
  { host, spec, pool }: Work,
  volume: Volume,
  signal: AbortSignal,
): Promise<Packing | undefined> {
  return fetchHere(spec, pool.free, { clock: host.clock, signal }, async ({ packing, pieces }) => {
    await send(host, volume, 0, pieces, signal);
    return packing;
  });
}

async function unpack(
  work: Work,
  node: OnNode | undefined,
  from: Volume,
  packing: Packing,
  signal: AbortSignal,
): Promise<Volume> {
  const { call, spec, made } = work;
  if (!node?.canUnpack(packing))
    throw new FleetError(
      'op.unsupported',
      node
        ? `${spec.name} is packed with ${packing}, and the host has no ${packing}`
        : `${spec.name} is packed with ${packing}, which takes a login on the host that may write into the storage`,
      { fix: node ? `install ${packing} there` : 'reach the host by ssh as root, or take an image that is not packed' },
    );
  const to = await makeFile(work);
  await node.unpack(packing, await pathOf(call, from), await pathOf(call, to), signal);
  await call.client.call(procedures.deleteVolume, { volume: from, flags: 0 }, { signal });
  made.splice(made.indexOf(from), 1);
  return to;
}

/** What a guest is to see, where it is to be larger than it comes. */
function sizeOf({ name, size }: WantedImage, { size: now }: VolumeXml): Bytes | undefined {
  if (size === undefined || size === now) return undefined;
  if (now === undefined || size < now)
    throw new FleetError(
      'op.refused',
      `${name} would be cut off: it has ${now === undefined ? 'no size' : spellBytes(now)}`,
      {
        fix: 'leave the size out, or take a larger one',
      },
    );
  return size;
}

const grow = (call: HostCall, volume: Volume, size: Bytes): Promise<void> =>
  call.change('resize', () =>
    call.client.call(procedures.resizeVolume, { volume, capacity: size, flags: 0 }, { deadlineMs: CONVERT_MS }),
  );

/** By libvirt, with qemu-img where the formats differ; it can't be stopped on its way, and is waited for. */
async function convert(
  { call, spec, pool, made }: Work,
  from: Volume,
  format: string,
  { size }: VolumeXml,
): Promise<void> {
  const { name } = spec;
  const to = { name, storage: pool.pool.name, size: size ?? bytes(0), format: format === 'iso' ? 'raw' : format };
  const args = { pool: pool.pool, xml: writeVolumeXml(to, true), from, flags: 0 };
  made.push(
    await call.change('convert', () => call.client.call(procedures.createVolumeFrom, args, { deadlineMs: CONVERT_MS })),
  );
}
