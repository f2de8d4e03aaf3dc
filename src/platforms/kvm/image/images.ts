import { imageId, nativeOfListed } from '../../../ids.ts';
import type { Image } from '../../contract.ts';
import type { Host, HostCall } from '../host/host-call.ts';
import { type HostVolume, readVolumes } from '../storage/volumes.ts';

/** Formats that nothing but a disk has. What is no image at all is called raw: there the name decides, as it does in kcli. */
const DISK_FORMATS: ReadonlySet<string> = new Set([
  'qcow2',
  'qcow',
  'qed',
  'vmdk',
  'vdi',
  'vpc',
  'vhd',
  'cow',
  'bochs',
]);
const DISK_NAME = /\.(qcow2|qc2|img|raw)$/i;
const ISO_NAME = /\.iso$/i;

/** What libvirt calls raw is an image by its name alone. */
export const isImageName = (name: string): boolean => DISK_NAME.test(name) || ISO_NAME.test(name);

/**
 * The volumes that a VM can be made of or boot from: media, and disks that are whole and no VM's own. The volume is the image;
 * libvirt keeps nothing more about it.
 */
export async function readImages(host: Host, call: HostCall): Promise<readonly Image[]> {
  const volumes = await readVolumes(host, call);
  return volumes.flatMap((volume) => {
    const type = imageTypeOf(volume);
    const { row, unsure } = volume;
    if (type === undefined) return [];
    const doubt = type === 'disk' && unsure !== undefined && { message: unsure, since: host.clock.now() };
    const trouble = row.trouble ?? (doubt || undefined);
    return {
      id: imageId(host.place.endpoint, nativeOfListed(row.id)),
      name: row.name,
      type,
      format: row.format,
      size: row.size,
      storage: row.storage,
      path: row.path,
      os: undefined,
      arch: undefined,
      created: undefined,
      status: undefined,
      visibility: undefined,
      ...(row.identity !== undefined && { identity: row.identity }),
      ...(trouble && { trouble }),
    };
  });
}

function imageTypeOf({ row: { name, type, format }, isLayer, isWritten }: HostVolume): 'iso' | 'disk' | undefined {
  if (type === 'dir' || type === 'netdir') return undefined;
  if (format === 'iso' || ISO_NAME.test(name)) return 'iso';
  if (isLayer || isWritten) return undefined;
  return DISK_FORMATS.has(format ?? '') || DISK_NAME.test(name) ? 'disk' : undefined;
}
