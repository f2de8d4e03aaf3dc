import { FleetError } from '../../../errors.ts';
import type { Host } from '../host/host-call.ts';
import type { Volume } from '../rpc/protocol.ts';
import { receiveAll } from '../transfer/receive.ts';
import type { VolumeXml } from '../xml/volume-xml.ts';
import type { WantedImage } from './image-spec.ts';
import { isImageName } from './images.ts';

/** Formats of which qemu-img reads one file and no other. A descriptor of VMware names its files itself: any of the host. */
const ALONE: ReadonlySet<string> = new Set(['raw', 'iso', 'qcow2', 'vdi', 'vpc']);
/** QEMU's docs/interop/qcow2.txt: the version, and of the features that must be known that its data is in another file. */
const [VERSION_AT, FEATURES_AT, HEADER, DATA_FILE] = [4, 72, 80, 4];

/**
 * The format of what has come. Throws op.refused for an image that is not whole, since the rest would be read from files of the
 * host that its maker has named, and for what would not be listed as an image.
 */
export async function formatOf(
  host: Host,
  volume: Volume,
  { format = 'raw', backing }: VolumeXml,
  { name, format: wanted }: WantedImage,
  signal: AbortSignal,
): Promise<string> {
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${name}: ${why}`, fix === undefined ? {} : { fix });
  if (backing) throw refused('it is only a layer on another image, which it names as a file of the host');
  if (format === 'qcow2') {
    const head = await receiveAll(host, volume, { offset: 0, length: HEADER }, signal);
    if (head.readUInt32BE(VERSION_AT) > 2 && (head.readUInt32BE(FEATURES_AT + 4) & DATA_FILE) !== 0)
      throw refused('its data is in another file, which it names as a file of the host');
  }
  if (wanted !== undefined && wanted !== format && !ALONE.has(format))
    throw refused(`an image of the format ${format} is not converted on the host`, 'convert it before');
  const later = wanted ?? format;
  if (later === 'raw' && !isImageName(name))
    throw refused('what has come is raw, and would be no image by that name', 'let the name end in .img, .raw or .iso');
  return format;
}
