/** A copy of a guest's first disk that other guests can be made of. */
import { FleetError } from '../../../errors.ts';
import { volumeId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { isGivenUp, type Made, takeBack } from '../../lib/take-back.ts';
import { readOthers, refuseUnlessOff } from '../clone/clone-checks.ts';
import { type DiskCopy, firstSource } from '../clone/clone-disks.ts';
import { makeVolume, refuseUnsound } from '../clone/copy-volume.ts';
import type { Host } from '../host/host-call.ts';
import { volumeMade } from '../host/made.ts';
import { findPool, type Pool, refuseTakenVolume } from '../make/find.ts';
import { XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { nativeOfVolume } from '../storage/volumes.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';

export const createExport =
  (calls: GuestCalls, { place }: Pick<Host, 'place'>): NonNullable<VmOps['export']> =>
  (id, { name, storage }, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { client, domain } = call;
      refuseName(name);
      await refuseUnlessOff(call);
      const xml = await client.call(procedures.domainXml, { domain, flags: XML.inactive }, { signal });
      const source = await firstSource(call, await readDocument(xml, 'domain'));
      const pool = await findPool(call, storage === '' ? source.from.pool : storage);
      if (pool.folder === undefined) {
        const why = `the storage ${pool.pool.name} has no folder: an image in qcow2 is a file`;
        throw new FleetError('op.refused', why, { fix: 'choose a storage of files' });
      }
      // A file that came past libvirt would be written over.
      await client.call(procedures.refreshPool, { pool: pool.pool, flags: 0 }, { signal });
      await refuseTakenVolume(call, pool, name);
      const copy: DiskCopy = { ...source, at: 0, pool: pool.pool, name, format: 'qcow2', isFile: true };
      await readOthers(call, [copy]);
      await copyOut(call, copy, pool);
      return { ...DONE, id: volumeId(place.endpoint, nativeOfVolume(pool.pool.name, name)) };
    });

/** libvirt takes no slash; what starts with a dot is hidden, and . and .. are folders. */
function refuseName(name: string): void {
  if (/^[^./\s\x00-\x1f\x7f][^/\x00-\x1f\x7f]*$/.test(name) && name.trimEnd() === name) return;
  const why = `${JSON.stringify(name)} can't be the name of an image: it is empty, or has a slash, a dot first or blanks around it`;
  throw new FleetError('op.refused', why, { fix: 'choose another name' });
}

/** As in a clone, the call doesn't end with the signal: libvirt goes on anyway, and what it has made must be taken back. */
async function copyOut(given: GuestCall, copy: DiskCopy, { folder }: Pool): Promise<void> {
  const call: GuestCall = { ...given, signal: new AbortController().signal };
  const made: Made[] = [];
  let asked: Made | undefined = volumeMade(call, { pool: copy.pool.name, name: copy.name, key: '' });
  try {
    const volume = await makeVolume(call, copy, false);
    made.push(volumeMade(call, volume));
    asked = undefined;
    if (isGivenUp(given.signal)) throw given.signal.reason;
    await given.change('export', () => refuseUnsound(call, volume, { newPath: `${folder}/${copy.name}` }));
  } catch (error) {
    throw await takeBack(error, made, { asked });
  }
}
