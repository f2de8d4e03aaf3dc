/** Disks of a server: those that nova makes for it, and volumes. */
import type { Disk } from '../contract.ts';
import type { Server } from './servers.ts';
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
    format: 'unknown',
    type: 'local',
    readOnly: false,
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
      path: volume.name === undefined ? volume.id : `${volume.name} ${volume.id}`,
      size: volume.size,
      format: 'raw',
      type: 'volume',
      readOnly: false,
      goes: volume.deleted !== false,
      volume,
    }),
  );
  return [...local, ...attached];
}
