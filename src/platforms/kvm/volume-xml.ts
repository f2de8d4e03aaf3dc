/** What drover reads of a storage volume's XML (https://libvirt.org/formatstorage.html). */
import { attribute, child, textAt, XmlError } from '../transport/xml.ts';
import { readDocument } from './document.ts';

export interface VolumeXml {
  readonly path: string;
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
  return { path, backing: below ? { path: below, format } : undefined };
}
