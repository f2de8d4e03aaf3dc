/** Every absolute path that a document of libvirt names, in whatever element: a disk, a kernel, an argument for QEMU. */
import { decoded } from '../xml/decoded.ts';

const VALUES = /=\s*(?:'([^'<]*)'|"([^"<]*)")|>([^<>]+)</g;

/** Distinct paths, in the order of the document. */
export function mentionedPaths(xml: string): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const [, single, double, content] of xml.matchAll(VALUES)) {
    const value = decoded(single ?? double ?? content ?? '').trim();
    if (!value.includes('/')) continue;
    if (value.startsWith('/')) paths.add(value);
    // `file=/d/a.raw,if=virtio` of qemu:arg, `json:{"file":{"filename":"/d/a.raw"}}`, `file:///d/a.raw`
    for (const part of value.split(/[,"{}\s]/)) {
      const path = part.slice(part.indexOf('=') + 1).replace(/^(?:json|file|fat|raw):(?:\/\/(?=\/))?/, '');
      if (path.startsWith('/')) paths.add(path);
    }
  }
  for (const path of [...paths]) paths.add(withoutDots(path));
  return paths;
}

/** `/d//./a` as `/d/a`. What leads up again stays as it is: a link may be in between. */
export const withoutDots = (path: string): string => path.replace(/\/(?:\.?\/)+/g, '/');

const FOLDERS = /<source\s[^<>]*?\bdir\s*=\s*(?:'([^'<]*)'|"([^"<]*)")/g;

/** Folders of the host that the guest is given whole: shared file systems, and disks made of a folder. */
export const sharedFolders = (xml: string): readonly string[] =>
  Array.from(xml.matchAll(FOLDERS), ([, single, double]) =>
    withoutDots(decoded(single ?? double ?? '')).replace(/(?<=.)\/$/, ''),
  );

const MEMORY = /<memory\s[^<>]*?\bfile\s*=\s*(?:'([^'<]*)'|"([^"<]*)")/g;

/** Files with the memory of a guest, of the XML of a snapshot. */
export const memoryFiles = (xml: string): readonly string[] =>
  Array.from(xml.matchAll(MEMORY), ([, single, double]) => decoded(single ?? double ?? ''));
