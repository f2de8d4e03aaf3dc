/** The definition that the target gets: with the paths of the copied disks. */
import { attribute, child, childrenOf, escapeXml } from '../../transport/xml.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import { editXml } from '../xml/edit-xml.ts';

/** Disks are found by their place in the guest (`vda`), which is the same in what runs and what is saved. */
export async function withCopies(xml: string, copies: readonly Copy[]): Promise<string> {
  if (copies.length === 0) return xml;
  const editor = await editXml(xml, 'domain');
  for (const disk of childrenOf(child(editor.root, 'devices'), 'disk')) {
    const copy = copies.find((one) => one.disk.target === attribute(child(disk, 'target'), 'dev'));
    const source = child(disk, 'source');
    if (!copy || !source) continue;
    editor.setAttribute(disk, 'type', copy.isFile ? 'file' : 'block');
    editor.replace(source, `<source ${copy.isFile ? 'file' : 'dev'}="${escapeXml(copy.to)}"/>`);
    const driver = child(disk, 'driver');
    if (driver) editor.setAttribute(driver, 'type', copy.format);
    // The copy stands alone, whatever the disk was layered on.
    for (const name of ['backingStore', 'mirror']) {
      const below = child(disk, name);
      if (below) editor.cut(below);
    }
  }
  return editor.text();
}
