/**
 * The definition of a clone, out of that of its original (https://libvirt.org/formatdomain.html): whatever tells one VM from
 * another is changed, and no file, socket or port of the original stays. All the rest is as it was.
 */
import type { Warning } from '../../contract.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { KCLI_NAMESPACE, kcliTime } from '../xml/metadata.ts';
import { separateDevices, type Warn } from './clone-devices.ts';

/** What the clone has instead. */
export interface CloneParts {
  readonly name: string;
  readonly uuid: string;
  /** Epoch, ms. */
  readonly created: number;
  /** By the place of the disk in the definition: its new source. */
  readonly disks: ReadonlyMap<number, { readonly path: string; readonly volume: string; readonly format: string }>;
  /** For the NIC that has this address in the original. */
  newMac(before: string): string;
}

/** Changes the document of the original; resolves with what the user should know of the difference. */
export function describeClone(editor: XmlEditor, parts: CloneParts): readonly Warning[] {
  const { root } = editor;
  const devices = child(root, 'devices');
  const warnings: Warning[] = [];
  const warn = (feature: string, detail: string) => void warnings.push({ feature, detail });

  for (const one of childrenOf(root, 'name')) editor.setText(one, parts.name);
  for (const one of childrenOf(root, 'uuid')) editor.setText(one, parts.uuid);
  // Empty: libvirt makes a new one, by which the guest finds out that it is a copy.
  for (const one of childrenOf(root, 'genid')) editor.replace(one, '<genid/>');
  for (const entry of childrenOf(child(child(root, 'sysinfo'), 'system'), 'entry'))
    if (attribute(entry, 'name') === 'uuid') editor.cut(entry);
  renewMetadata(editor, parts.created, warn);
  renewFirmware(editor, warn);
  childrenOf(devices, 'disk').forEach((disk, at) => {
    const source = parts.disks.get(at);
    if (source) renewDisk(editor, disk, source);
  });
  for (const nic of childrenOf(devices, 'interface'))
    renewNic(editor, nic, parts.newMac(attribute(child(nic, 'mac'), 'address')?.toLowerCase() ?? ''));
  separateDevices(editor, devices, warn);
  if (child(root, 'commandline'))
    warn('vm.clone', 'has arguments for QEMU that libvirt does not look into: they are taken over as they are');
  return warnings;
}

/** kcli's words stay, but for when the VM was made, and the address that it was given. */
function renewMetadata(editor: XmlEditor, created: number, warn: Warn): void {
  const infos = childrenOf(child(editor.root, 'metadata'), 'info');
  for (const info of infos.filter((one) => Object.values(one.attributes).includes(KCLI_NAMESPACE))) {
    for (const date of childrenOf(info, 'creationdate')) editor.setText(date, kcliTime(created));
    for (const ip of childrenOf(info, 'ip')) {
      editor.cut(ip);
      warn('ips', `the address ${ip.text} may be written on its disk: change it before both run`);
    }
  }
}

/** Without its file libvirt makes one from the template, at the next start. */
function renewFirmware({ root, cut, replace }: XmlEditor, warn: Warn): void {
  const nvram = child(child(root, 'os'), 'nvram');
  if (!nvram) return;
  const kept = ['template', 'templateFormat', 'format'].flatMap((name) => {
    const value = attribute(nvram, name);
    return value === undefined ? [] : ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
  });
  if (attribute(nvram, 'template') === undefined) cut(nvram);
  else replace(nvram, `<nvram${kept.join('')}/>`);
  if (nvram.text || textAt(nvram, 'source') !== undefined)
    warn('firmware', 'its UEFI variables are not copied: it starts with those of the template, without boot entries');
}

function renewDisk(
  editor: XmlEditor,
  disk: XmlElement,
  { path, volume, format }: { readonly path: string; readonly volume: string; readonly format: string },
): void {
  const source = child(disk, 'source');
  if (source) {
    for (const name of ['file', 'dev'])
      if (attribute(source, name) !== undefined) editor.setAttribute(source, name, path);
    if (attribute(source, 'volume') !== undefined) editor.setAttribute(source, 'volume', volume);
  }
  const driver = child(disk, 'driver');
  if (!driver) editor.insert(disk, `<driver name="qemu" type="${format}"/>`);
  else if (attribute(driver, 'type') !== format) editor.setAttribute(driver, 'type', format);
  // What the original is layered on; libvirt finds out itself what the copy is.
  for (const below of childrenOf(disk, 'backingStore')) editor.cut(below);
}

function renewNic(editor: XmlEditor, nic: XmlElement, mac: string): void {
  const address = child(nic, 'mac');
  if (address) editor.setAttribute(address, 'address', mac);
  // The name of its device on the host, and of its port in a switch.
  const target = child(nic, 'target');
  if (target) editor.setAttribute(target, 'dev', undefined);
  const port = child(child(nic, 'virtualport'), 'parameters');
  if (port) for (const name of ['interfaceid', 'instanceid']) editor.setAttribute(port, name, undefined);
  const backend = child(nic, 'backend');
  if (backend) editor.setAttribute(backend, 'logFile', undefined);
}
