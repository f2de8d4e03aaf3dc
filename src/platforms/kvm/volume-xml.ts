/** What drover reads of a storage volume's XML (https://libvirt.org/formatstorage.html). */
import { XMLParser } from 'fast-xml-parser';

export interface VolumeXml {
  readonly path: string;
  /** What it is a layer on; the format is undefined where libvirt doesn't know it. */
  readonly backing: { readonly path: string; readonly format: string | undefined } | undefined;
}

interface Source {
  readonly path?: unknown;
  readonly format?: { readonly '@type'?: string };
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
});

/** Throws SyntaxError for what is no volume. */
export function readVolumeXml(xml: string): VolumeXml {
  const { volume } = parser.parse(xml) as { volume?: { target?: Source; backingStore?: Source } };
  const path = volume?.target?.path;
  if (typeof path !== 'string') throw new SyntaxError('not a volume');
  const backing = volume?.backingStore;
  return {
    path,
    backing: typeof backing?.path === 'string' ? { path: backing.path, format: backing.format?.['@type'] } : undefined,
  };
}
