/** Disks of a server: those that nova makes for it, and volumes. */
import type { Disk } from '../../contract.ts';
import type { Server } from '../servers.ts';
import { spellVolume } from './cinder.ts';
import type { Volume } from './volumes.ts';

export interface ServerDisk extends Disk {
  /** It goes when the server is deleted. */
  readonly goes: boolean;
  /** Undefined: nova's own, which lives and dies with its server. */
  readonly volume: Volume | undefined;
}

export function disksOf({ id, imageId, flavor }: Server, volumes: readonly Volume[]): readonly ServerDisk[] {
  const own = (what: string, size: ServerDisk['size']): ServerDisk => ({
    device: what,
    path: `${id}/${what}`,
    size,
    type: 'disk',
    format: undefined,
    bus: undefined,
    storage: 'local',
    readOnly: false,
    shareable: false,
    goes: true,
    volume: undefined,
  });
  const local = [
    ...(imageId === undefined ? [] : [own('root', flavor?.rootDisk || undefined)]),
    ...(flavor && flavor.ephemeralDisk > 0 ? [own('ephemeral', flavor.ephemeralDisk)] : []),
    ...(flavor && flavor.swap > 0 ? [own('swap', flavor.swap)] : []),
  ];
  const attached = volumes.map(
    (volume): ServerDisk => ({
      device: volume.device,
      path: spellVolume(volume.id, volume.name),
      size: volume.size,
      type: 'disk',
      format: undefined,
      bus: undefined,
      storage: 'volume',
      readOnly: false,
      shareable: undefined,
      goes: volume.deleted !== false,
      volume,
    }),
  );
  return [...local, ...attached];
}

/** Whether it is the first one: what a server without an image boots from. `/dev/vda`. */
export const boots = (device: string): boolean => /^\/dev\/[a-z]*a$/.test(device);
