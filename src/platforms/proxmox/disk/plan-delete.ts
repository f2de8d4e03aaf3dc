import type { LossPlan } from '../../contract.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import type { GuestCall } from '../guest-call.ts';
import type { ConfiguredDisk } from '../guest-config.ts';
import { whoNeedsVolume } from '../storage/needs.ts';
import type { ConfigNow } from '../vm/change-config.ts';

/** What deleting a disk destroys. Refused for a volume that another guest has, or that is not this one's own. */
export async function planDisk(
  lists: ListContext,
  { guest, name }: GuestCall,
  { config }: ConfigNow,
  disk: ConfiguredDisk,
  signal: AbortSignal,
): Promise<LossPlan> {
  const { device, path, type, owned } = disk;
  const refuse = (refused: string): LossPlan => ({ goes: [], stays: [path], refused });
  if (type !== 'disk') return refuse(`${device} of ${name} is a drive: eject what is in it`);
  if (config.protected)
    return refuse(`${name} is protected against the loss of its disks: switch the protection off first`);
  if (device === 'rootfs') return refuse(`${device} of ${name} is its system`);
  if (!owned) return refuse(`${path} is not a volume of ${name} itself: detach it, and delete the volume`);
  const catalog = await readCatalog(lists, signal);
  const refused = await whoNeedsVolume(lists, catalog, { volid: path, owner: guest, device }, signal);
  return { goes: [path], stays: [], ...(refused !== undefined && { refused }) };
}
