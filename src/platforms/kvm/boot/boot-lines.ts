/** What the details say of how a guest starts and ends, of its display, and of what is plugged into it: lines by their section. */
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { HardwareLine } from '../xml/hardware-lines.ts';

export function bootLines(domain: XmlElement): readonly HardwareLine[] {
  const devices = child(domain, 'devices');
  const lines: readonly HardwareLine[] = [
    ['Boots from', bootOrderOf(domain), BOOT],
    ['Boot menu', attribute(child(child(domain, 'os'), 'bootmenu'), 'enable') ?? '', BOOT],
    ['On poweroff', child(domain, 'on_poweroff')?.text ?? '', BOOT],
    ['On reboot', child(domain, 'on_reboot')?.text ?? '', BOOT],
    ['On crash', child(domain, 'on_crash')?.text ?? '', BOOT],
    ['Video', each(devices, 'video', (one) => attribute(child(one, 'model'), 'type')), DISPLAY],
    ['USB', each(devices, 'controller', usbOf), 'USB'],
    ['Input', each(devices, 'input', (one) => `${attribute(one, 'type')} (${attribute(one, 'bus')})`), 'USB'],
    ['Clock', attribute(child(domain, 'clock'), 'offset') ?? '', ADVANCED],
    ['Features', (child(domain, 'features')?.children ?? []).map(featureOf).filter(Boolean).join(', '), ADVANCED],
    [
      'Watchdog',
      each(devices, 'watchdog', (one) => `${attribute(one, 'model')}, ${attribute(one, 'action')}`),
      ADVANCED,
    ],
  ];
  return lines.filter(([, value]) => value !== '');
}

export const [BOOT, DISPLAY, ADVANCED] = ['Boot', 'Display', 'Advanced'];

const each = (parent: XmlElement | undefined, name: string, say: (one: XmlElement) => string | undefined): string =>
  childrenOf(parent, name)
    .flatMap((one) => say(one) || [])
    .join(', ');

/** Devices with a place of their own, else kinds of devices. */
function bootOrderOf(domain: XmlElement): string {
  const devices = child(domain, 'devices')?.children ?? [];
  const placed = devices.flatMap((device) => {
    const order = Number(attribute(child(device, 'boot'), 'order'));
    return order > 0 ? [{ order, name: targetOf(device) }] : [];
  });
  if (placed.length === 0) return each(child(domain, 'os'), 'boot', (one) => attribute(one, 'dev'));
  return placed
    .toSorted((a, b) => a.order - b.order)
    .map(({ name }) => name)
    .join(', ');
}

/** `vda`; of what is no disk `NIC 52:54:…`, or the kind of device. */
const targetOf = (device: XmlElement): string =>
  device.name === 'interface'
    ? `NIC ${attribute(child(device, 'mac'), 'address')}`
    : (attribute(child(device, 'target'), 'dev') ?? device.name);

const usbOf = (controller: XmlElement): string | undefined =>
  attribute(controller, 'type') === 'usb' ? (attribute(controller, 'model') ?? 'as its machine has it') : undefined;

/** One that is switched off is none. */
const featureOf = (feature: XmlElement): string => (attribute(feature, 'state') === 'off' ? '' : feature.name);
