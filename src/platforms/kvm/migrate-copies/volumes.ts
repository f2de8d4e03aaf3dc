/** The volumes of copied disks at the target, and what becomes of those that they were copied of. */

import { bytes } from '../../../units.ts';
import type { Source, Warning } from '../../contract.ts';
import { shellWord } from '../../lib/take-back.ts';
import { type Host, onHost } from '../host/host-call.ts';
import { nameOf, type Side } from '../migrate/side.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { isVolume, vmsWith } from '../storage/domain-disks.ts';
import { receive } from '../transfer/receive.ts';
import { refresh, upload } from '../transfer/upload.ts';
import { CHANGE_MS } from '../vm/guest-call.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';

/** An empty volume for each, which QEMU fills while the guest runs. `made` grows with each that is there. */
export async function makeEmpty(to: Side, copies: readonly Copy[], made: Volume[], signal: AbortSignal): Promise<void> {
  for (const { pool, name, size, format, isFile } of copies)
    await onHost(to.host, name, signal, async (call) => {
      // Another program may have made one since it was planned: libvirt refuses a name that it lists.
      await refresh(call, pool);
      const xml = writeVolumeXml({ name, storage: pool.name, size, format }, isFile);
      // It is known whether it was made, also when the caller gives up.
      const args = { pool, xml, flags: 0 };
      made.push(
        await call.change('create', () => call.client.call(procedures.createVolume, args, { deadlineMs: CHANGE_MS })),
      );
    });
}

/** The bytes of a disk that nothing writes to, from host to host through drover. */
export async function copyBytes(
  from: Side,
  to: Side,
  copy: Copy,
  made: Volume[],
  report: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { pool, name } = copy;
  // It deletes what it has made when it fails.
  await upload(to.host, { name, storage: pool.name, resume: false }, sourceOf(from.host, copy, report, signal), signal);
  await onHost(to.host, name, signal, async ({ client }) => {
    made.push(await client.call(procedures.volumeByName, { pool, name }, { signal }));
  });
}

const sourceOf = (
  host: Host,
  { from, fileSize }: Copy,
  report: (done: number) => void,
  signal: AbortSignal,
): Source => ({
  name: from.name,
  size: bytes(fileSize),
  read: (offset, length = fileSize - offset) => piecesOf(host, from, { offset, length }, report, signal),
});

/** What is received, piece by piece: the next is read when the one before is done with. */
async function* piecesOf(
  host: Host,
  volume: Volume,
  range: { readonly offset: number; readonly length: number },
  report: (done: number) => void,
  outer: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const ending = new AbortController();
  const signal = AbortSignal.any([outer, ending.signal]);
  let offer = Promise.withResolvers<Buffer | undefined>();
  let taken = Promise.withResolvers<void>();
  const received = receive(host, volume, range, signal, (piece) => {
    offer.resolve(piece);
    return taken.promise;
  }).then(
    () => offer.resolve(undefined),
    (error: unknown) => offer.reject(error),
  );
  let done = range.offset;
  try {
    for (;;) {
      const piece = await offer.promise;
      if (piece === undefined) return;
      yield piece;
      done += piece.length;
      report(done);
      offer = Promise.withResolvers();
      offer.promise.catch(() => undefined);
      const before = taken;
      taken = Promise.withResolvers();
      before.resolve();
    }
  } finally {
    ending.abort(new Error('not read to its end'));
    taken.resolve();
    await received;
  }
}

/**
 * The disks that were copied are where they were, too. They are deleted where that was wanted and no VM has them; the others are
 * named.
 */
export async function clearSource(
  from: Side,
  copies: readonly Copy[],
  remove: boolean,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const warnings: Warning[] = [];
  for (const { from: volume, path } of copies) {
    const why = remove ? await removed(from, volume, path, signal) : 'it was copied';
    if (why === undefined) continue;
    const command = `virsh vol-delete --pool ${shellWord(volume.pool)} ${shellWord(volume.name)}`;
    const detail = `${path} stays on ${nameOf(from)} (${why}); what removes it there: ${command}`;
    warnings.push({ feature: 'vm.migrate', detail });
  }
  return warnings;
}

/** Undefined when it is gone, else why it is not. */
const removed = (from: Side, volume: Volume, path: string, signal: AbortSignal): Promise<string | undefined> =>
  onHost(from.host, volume.name, signal, async (call) => {
    const isIt = isVolume(volume, path);
    const vms = await vmsWith(call, isIt);
    if (vms.length > 0) return `used by ${vms.join(', ')}`;
    await call.change('delete', () =>
      call.client.call(procedures.deleteVolume, { volume, flags: 0 }, { deadlineMs: CHANGE_MS }),
    );
    return undefined;
  }).catch((error: unknown) => {
    if (error instanceof Error) return error.message;
    throw error;
  });
