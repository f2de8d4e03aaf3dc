/** The document of a snapshot to be taken (https://libvirt.org/formatsnapshot.html). */
import { escapeXml } from '../../transport/xml.ts';

/**
 * Memory and disks are left to libvirt, by the flags of the call, but for `parts`, which is XML. A name with characters that XML can't have was refused
 * before; readers make a line feed of a carriage return that stands there as it is.
 */
export const writeSnapshotXml = (name: string, description: string, parts = ''): string =>
  `<domainsnapshot><name>${words(name)}</name>${
    description === '' ? '' : `<description>${words(description)}</description>`
  }${parts}</domainsnapshot>`;

const words = (text: string): string => escapeXml(text).replaceAll('\r', '&#13;');
