/** One volume made of another, of which the guest is off. */
import { FleetError } from '../../../errors.ts';
import { escapeXml } from '../../transport/xml.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { readVolume } from '../storage/volumes.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { refuseUnlessOff } from './clone-checks.ts';
import type { DiskCopy } from './clone-disks.ts';

/** libvirt answers when all is written, and can't be stopped before: the copy of a large disk takes hours. */
const COPY_MS = 4 * 3_600_000;

/** Whole, in the format that `copy` says, or as a layer on it where it is `linked`. */
export function makeVolume({ client, change }: GuestCall, copy: DiskCopy, linked: boolean): Promise<Volume> {
  const { pool, from, device } = copy;
  const xml = volumeXml(copy, linked);
  return linked
    ? change(`put a layer on ${device}`, () =>
        client.call(procedures.createVolume, { pool, xml, flags: 0 }, { deadlineMs: CHANGE_MS }),
      )
    : change(`copy ${device}`, () =>
        client.call(procedures.createVolumeFrom, { pool, xml, from, flags: 0 }, { deadlineMs: COPY_MS }),
      );
}

/** https://libvirt.org/formatstorage.html. Left alone libvirt makes qcow2 of version 2, as QEMU did before 2013. */
function volumeXml({ name, size, format, path, isFile }: DiskCopy, linked: boolean): string {
  const own = linked ? 'qcow2' : format;
  const target = `<target><format type="${escapeXml(own)}"/>${own === 'qcow2' ? '<compat>1.1</compat>' : ''}</target>`;
  const below = `<backingStore><path>${escapeXml(path)}</path><format type="${escapeXml(format)}"/></backingStore>`;
  const room = `<capacity unit="bytes">${size}</capacity>${isFile ? '<allocation>0</allocation>' : ''}`;
  return `<volume><name>${escapeXml(name)}</name>${room}${isFile ? target : ''}${linked ? below : ''}</volume>`;
}

/** Rejects for a copy that is elsewhere than it was meant to be, and for one of a guest that was started meanwhile. */
export async function refuseUnsound(
  call: GuestCall,
  volume: Volume,
  { newPath }: { readonly newPath: string },
): Promise<void> {
  const { path } = await readVolume(call, volume);
  if (path !== newPath) throw new FleetError('op.failed', `${volume.name} was made as ${path}, not as ${newPath}`);
  // Another program may have started it: what was copied meanwhile is of no use.
  await refuseUnlessOff(call);
}
