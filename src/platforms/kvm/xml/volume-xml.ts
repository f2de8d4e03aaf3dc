/** What drover reads of a storage volume's XML (https://libvirt.org/formatstorage.html). */
import { attribute, child, textAt, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

export interface VolumeXml {
  readonly path: string;
  /** When the file was changed last: epoch, s. Undefined where libvirt doesn't say. */
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
    changed: ctime ? Math.floor(Number(ctime)) : undefined,
    print: ctime ? JSON.stringify([ctime, mtime, ...sizes]) : undefined,
    backing: below ? { path: below, format } : undefined,
  };
}
