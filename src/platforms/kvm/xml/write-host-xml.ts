/** Documents of volumes to be made (https://libvirt.org/formatstorage.html); those of pools are in storage/write-pool.ts, of networks in network/write-network.ts. */
import { FleetError } from '../../../errors.ts';
import type { VolumeSpec } from '../../contract.ts';
import { escapeXml } from '../../transport/xml.ts';

/** Half of a pair, and what is no character of XML: these would be left out without a word. */
const NOT_KEPT = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;

/** As a text or an attribute. Throws op.refused for what XML can't hold, and what would be a line of its own in a file. */
export function words(text: string): string {
  if (!NOT_KEPT.test(text)) return escapeXml(text);
  throw new FleetError('op.refused', `${JSON.stringify(text)} has characters that libvirt can't keep`);
}
export const refused = (name: string, why: string, fix?: string): FleetError =>
  new FleetError('op.refused', `${name}: ${why}`, fix === undefined ? {} : { fix });

/** `isFile`: it takes only what is written to it. Others are block devices, and libvirt gives them all their room. */
export function writeVolumeXml({ name, storage, size, format }: VolumeSpec, isFile: boolean): string {
  if (isFile && name.includes('/')) throw refused(name, 'the name of a file has no slash');
  if (!isFile && format !== '' && format !== 'raw')
    throw refused(name, `volumes of ${storage} have no format`, 'choose raw');
  // Left alone libvirt makes qcow2 of version 2, which does not grow once there are snapshots in it.
  const version = format === 'qcow2' ? '<compat>1.1</compat>' : '';
  const target = format === '' || !isFile ? '' : `<target><format type="${words(format)}"/>${version}</target>`;
  const room = `${isFile ? '<allocation>0</allocation>' : ''}<capacity unit="bytes">${size}</capacity>`;
  return `<volume><name>${words(name)}</name>${room}${target}</volume>`;
}
