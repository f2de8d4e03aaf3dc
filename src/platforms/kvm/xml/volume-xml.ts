/** What drover reads of a storage volume's XML (https://libvirt.org/formatstorage.html). */
import { type Bytes, bytes } from '../../../units.ts';
import { attribute, child, textAt, type XmlElement, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

export interface VolumeXml {
  readonly path: string;
  /** `file`, `block`, `dir`, `network`. */
  readonly type: string | undefined;
  /** Of the image: `qcow2`; for what is no image too, which libvirt calls raw. */
  readonly format: string | undefined;
  /** What a guest sees, and what it takes of its pool. */
  readonly size: Bytes | undefined;
  readonly used: Bytes | undefined;
  /** When its content was written to last: epoch, s. Undefined where libvirt doesn't say. */
  readonly written: number | undefined;
  /** When the file was changed last, or its name or rights: epoch, s. Undefined where libvirt doesn't say. */
  readonly changed: number | undefined;
  /** Times and sizes of the file: the same for all its names, and hardly ever for two files. */
  readonly print: string | undefined;
  /** What it is a layer on; the format is undefined where libvirt doesn't know it. */
  readonly backing: { readonly path: string; readonly format: string | undefined } | undefined;
}

/** Rejects with XmlError for what is no volume. */
export async function readVolumeXml(xml: string): Promise<VolumeXml> {
  const volume = await readDocument(xml, 'volume');
  const path = textAt(volume, 'target', 'path');
  if (!path) throw new XmlError('a volume without a path');
  const below = textAt(volume, 'backingStore', 'path');
  const format = attribute(child(child(volume, 'backingStore'), 'format'), 'type');
  const ctime = textAt(volume, 'target', 'timestamps', 'ctime');
  const mtime = textAt(volume, 'target', 'timestamps', 'mtime');
  const sizes = [textAt(volume, 'allocation'), textAt(volume, 'physical')];
  return {
    path,
    type: attribute(volume, 'type'),
    format: attribute(child(child(volume, 'target'), 'format'), 'type'),
    size: byteCount(child(volume, 'capacity')),
    used: byteCount(child(volume, 'allocation')),
    changed: ctime ? Math.floor(Number(ctime)) : undefined,
    written: mtime ? Number(mtime) : undefined,
    print: ctime ? JSON.stringify([ctime, mtime, ...sizes]) : undefined,
    backing: below ? { path: below, format } : undefined,
  };
}

/** `<capacity unit='bytes'>67108864</capacity>`: libvirt prints bytes. Undefined for what is no count of them. */
export function byteCount(element: XmlElement | undefined): Bytes | undefined {
  const count = /^\d+$/.test(element?.text ?? '') ? Number(element?.text) : Number.NaN;
  return Number.isSafeInteger(count) && /^(bytes|B)$/.test(attribute(element, 'unit') ?? 'bytes')
    ? bytes(count)
    : undefined;
}
