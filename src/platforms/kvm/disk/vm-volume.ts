/** The volume that is made for a disk of a new VM: an empty one, a layer on an image, or a copy of it. */
import { FleetError } from '../../../errors.ts';
import { formatBytes, gib } from '../../../units.ts';
import { refused } from '../../lib/spec-values.ts';
import { escapeXml } from '../../transport/xml.ts';
import type { Found, Pool } from '../make/find.ts';
import type { WantedDisk } from '../make/spec.ts';
import type { Drive } from '../make/write-drives.ts';
import type { NewFileSystem } from '../medium/host-disks.ts';
import type { Volume } from '../rpc/protocol.ts';

/** A volume that is to be made. */
export interface NewVolume {
  readonly pool: Pool;
  readonly name: string;
  readonly xml: string;
  /** What it is a copy of. */
  readonly from: Volume | undefined;
  /** A copy has the size of its image at first. */
  readonly growsTo: number | undefined;
  /** What is made on it. */
  readonly fileSystem: NewFileSystem | undefined;
  /** Bytes that it takes at once. */
  readonly room: number;
  readonly drive: Omit<Drive, 'path'>;
}

/** Of a disk whose size is left open. */
const USUAL_SIZE = gib(10);

/** `at`: its number among the disks of the VM. Throws op.refused, and op.unsupported for an image without a size. */
export function newVolume(
  vm: string,
  { size: asked, format: wanted, isThin, fileSystem, name: given, options }: WantedDisk,
  at: number,
  pool: Pool,
  image: Found | undefined,
): NewVolume {
  const isFile = pool.folder !== undefined;
  const format = isFile ? wanted || 'qcow2' : 'raw';
  if (wanted !== '' && wanted !== 'raw' && !isFile)
    throw refused(`volumes of ${pool.pool.name} are devices: they have no format`, 'leave the format out');
  if (wanted === 'vmdk' && image)
    throw refused('a layer on an image is qcow2, and a copy of one raw', 'leave the format out, or choose one of them');
  const least = image ? sizeOf(image) : 0;
  const size = asked ?? Math.max(USUAL_SIZE, least);
  if (image && size < least)
    throw refused(
      `a disk of ${formatBytes(size)} is smaller than the image ${image.volume.name}, which has ${formatBytes(least)}`,
      `give it ${formatBytes(least)} or more`,
    );
  if (image && isFile && !isThin)
    throw refused('a disk that is made of an image takes its room as it is written to', 'leave thin on');
  const isCopy = image !== undefined && format === 'raw';
  const name = given || `${vm}_${at}${isFile ? `.${format}` : ''}`;
  const below =
    image && !isCopy
      ? `<backingStore><path>${escapeXml(image.xml.path)}</path><format type="${escapeXml(image.xml.format ?? 'raw')}"/></backingStore>`
      : '';
  const version = format === 'qcow2' ? '<compat>1.1</compat>' : '';
  const target = isFile
    ? `${isThin ? '<allocation>0</allocation>' : ''}<target><format type="${format}"/>${version}</target>${below}`
    : '';
  return {
    pool,
    name,
    xml: `<volume><name>${escapeXml(name)}</name><capacity unit="bytes">${size}</capacity>${target}</volume>`,
    from: isCopy ? image.volume : undefined,
    growsTo: isCopy && isFile && size > least ? size : undefined,
    fileSystem,
    room: isFile && isThin ? 0 : size,
    drive: { isBlock: !isFile, format, bus: options.bus, options },
  };
}

function sizeOf({ volume, xml: { size } }: Found): number {
  if (size !== undefined) return size;
  throw new FleetError('op.unsupported', `libvirt does not say how large ${volume.name} is`);
}

/** Layers and thin disks grow as they are written to; devices, and those that are not thin, take all of their room at once. */
export function refuseNoRoom(disks: readonly NewVolume[]): void {
  for (const [pool, own] of Map.groupBy(disks, (disk) => disk.pool)) {
    const wanted = own.reduce((sum, { room }) => sum + room, 0);
    if (wanted > pool.free)
      throw refused(`${pool.pool.name} has ${formatBytes(pool.free)} left, and the disks need ${formatBytes(wanted)}`);
  }
}
