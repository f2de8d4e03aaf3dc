/** What drover reads of a storage pool's XML (https://libvirt.org/formatstorage.html). */
import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
});

/** Pools whose volumes are the files of a folder, by the names of the files. */
const FOLDER_POOLS = new Set(['dir', 'fs', 'netfs', 'vstorage']);

/** The folder whose files are the pool's volumes; undefined for every other kind of pool, and for what is no pool. */
export function folderOfPool(xml: string): string | undefined {
  const { pool } = parser.parse(xml) as { pool?: { '@type'?: string; target?: { path?: unknown } } };
  const path = pool?.target?.path;
  return FOLDER_POOLS.has(pool?.['@type'] ?? '') && typeof path === 'string'
    ? path.replace(/(?<=.)\/+$/, '')
    : undefined;
}
