/** From what a guest starts, in its definition: `<boot order>` of its devices, else `<os><boot dev>`. libvirt takes not both. */
import { FleetError } from '../../../errors.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { BOOT_DEVICES, type BootDevice } from './boot-device.ts';

/** As `<os><boot dev>` has them. */
const OS_NAMES: Readonly<Record<BootDevice, string>> = { disk: 'hd', cdrom: 'cdrom', network: 'network' };

/** What it starts from first. Undefined for something else, and where the definition says nothing. */
export function firstBoot(domain: XmlElement): BootDevice | undefined {
  const [first] = inOrder(domain);
  if (first) return kindOf(first);
  const dev = attribute(child(child(domain, 'os'), 'boot'), 'dev');
  return BOOT_DEVICES.find((kind) => OS_NAMES[kind] === dev);
}

/** Throws op.refused for a guest without such a device, or that starts from none. */
export function refuseNoBoot(domain: XmlElement, name: string, kind: BootDevice): void {
  const refuse = (why: string, fix: string) => new FleetError('op.refused', `${name} ${why}`, { fix });
  if (child(child(domain, 'os'), 'type')?.text.trim() !== 'hvm')
    throw refuse('is no fully virtualized guest: it starts from a kernel alone', 'change its definition as a text');
  if (devicesOf(domain, kind).length === 0)
    throw refuse(`has no ${WORDS[kind]} that it could start from`, 'add one first, or choose another device');
}

const WORDS: Readonly<Record<BootDevice, string>> = { disk: 'disk', cdrom: 'CD drive', network: 'NIC' };

/** Puts it before the others, which keep their order. Throws as `refuseNoBoot` does. */
export function setFirstBoot(editor: XmlEditor, name: string, kind: BootDevice): void {
  const { root } = editor;
  refuseNoBoot(root, name, kind);
  const ordered = inOrder(root);
  if (ordered.length === 0) {
    setInOs(editor, kind);
    return;
  }
  const first = ordered.find((device) => kindOf(device) === kind) ?? devicesOf(root, kind)[0];
  [first, ...ordered.filter((device) => device !== first)].forEach((device, at) => {
    const boot = child(device, 'boot');
    if (boot) editor.setAttribute(boot, 'order', String(at + 1));
    else if (device) editor.insert(device, `<boot order="${at + 1}"/>`);
  });
}

function setInOs(editor: XmlEditor, kind: BootDevice): void {
  const os = child(editor.root, 'os');
  const all = childrenOf(os, 'boot');
  const at = all.findIndex((boot) => attribute(boot, 'dev') === OS_NAMES[kind]);
  if (at === -1) {
    if (os) editor.insert(os, `<boot dev="${OS_NAMES[kind]}"/>`);
    return;
  }
  const names = all.slice(0, at).map((boot) => attribute(boot, 'dev'));
  [OS_NAMES[kind], ...names].forEach((dev, i) => {
    const boot = all[i];
    if (boot) editor.setAttribute(boot, 'dev', dev);
  });
}

/** Devices with an order, the first one first. */
const inOrder = (domain: XmlElement): readonly XmlElement[] =>
  (child(domain, 'devices')?.children ?? [])
    .filter((device) => orderOf(device) !== undefined)
    .toSorted((a, b) => Number(orderOf(a)) - Number(orderOf(b)));

const orderOf = (device: XmlElement): string | undefined => attribute(child(device, 'boot'), 'order');

const devicesOf = (domain: XmlElement, kind: BootDevice): readonly XmlElement[] =>
  (child(domain, 'devices')?.children ?? []).filter((device) => kindOf(device) === kind);

function kindOf(device: XmlElement): BootDevice | undefined {
  if (device.name === 'interface') return 'network';
  if (device.name !== 'disk') return undefined;
  const type = attribute(device, 'device') ?? 'disk';
  return type === 'cdrom' ? 'cdrom' : type === 'disk' || type === 'lun' ? 'disk' : undefined;
}
