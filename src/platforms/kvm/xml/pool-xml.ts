/** What drover reads of a storage pool's XML (https://libvirt.org/formatstorage.html). */
import { attribute, textAt, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';

/** Pools whose volumes are the files of a folder, by the names of the files. */
const FOLDER_POOLS = new Set(['dir', 'fs', 'netfs', 'vstorage']);

/** The folder whose files are the pool's volumes; undefined for every other kind of pool, and for what is no pool. */
export async function folderOfPool(xml: string): Promise<string | undefined> {
  try {
    const pool = await readDocument(xml, 'pool');
    const path = textAt(pool, 'target', 'path');
    return path && FOLDER_POOLS.has(attribute(pool, 'type') ?? '') ? path.replace(/(?<=.)\/+$/, '') : undefined;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
