/** What drover reads of a storage volume's XML (https://libvirt.org/formatstorage.html). */
import { XMLParser } from 'fast-xml-parser';

export interface VolumeXml {
  readonly path: string;
  /** When the file was changed last: epoch, s. Undefined where libvirt doesn't say. */
  readonly changed: number | undefined;
  /** Times and sizes of the file: the same for all its names, and hardly ever for two files. */
  readonly print: string | undefined;
  /** What it is a layer on; the format is undefined where libvirt doesn't know it. */
  readonly backing: { readonly path: string; readonly format: string | undefined } | undefined;
}

interface Source {
  readonly path?: unknown;
  readonly format?: { readonly '@type'?: string };
  readonly timestamps?: { readonly ctime?: unknown; readonly mtime?: unknown };
}

interface VolumeElement {
  readonly target?: Source;
  readonly backingStore?: Source;
  readonly allocation?: unknown;
  readonly physical?: unknown;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
});

/** Throws SyntaxError for what is no volume. */
export function readVolumeXml(xml: string): VolumeXml {
  const { volume } = parser.parse(xml) as { volume?: VolumeElement };
  const path = volume?.target?.path;
  if (typeof path !== 'string') throw new SyntaxError('not a volume');
  const backing = volume?.backingStore;
  const { ctime, mtime } = volume?.target?.timestamps ?? {};
  return {
    path,
    changed: typeof ctime === 'string' ? Math.floor(Number(ctime)) : undefined,
    print: typeof ctime === 'string' ? JSON.stringify([ctime, mtime, volume?.allocation, volume?.physical]) : undefined,
    backing: typeof backing?.path === 'string' ? { path: backing.path, format: backing.format?.['@type'] } : undefined,
  };
}
