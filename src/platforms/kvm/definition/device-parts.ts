/** Devices of a guest that are there or not, or are of one kind or another. */
import type { SettingValue, Warning } from '../../contract.ts';
import { attribute, child, type XmlElement } from '../../transport/xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { VIDEOS } from './fields.ts';
import { graphicsPart } from './graphics-part.ts';
import { devicesIn, type Part, replaceAll, single, wordIn, wordOf } from './part.ts';

/** There is such a device, or there is none. */
function device(
  key: string,
  name: string,
  xml: string,
  is: (element: XmlElement) => boolean = () => true,
  whenGone?: Warning,
): Part {
  const found = (domain: XmlElement) => devicesIn(domain, name).filter(is);
  return single(
    key,
    (domain) => found(domain).length > 0,
    ({ root, cut, insert }, value) => {
      const all = found(root);
      const devices = child(root, 'devices');
      if (value === true && all.length === 0 && devices) insert(devices, xml);
      if (value === true) return undefined;
      for (const one of all) cut(one);
      return whenGone && all.length > 0 ? [whenGone] : undefined;
    },
  );
}

const AGENT = 'org.qemu.guest_agent.0';
/** Each guest of x86 has a mouse and a keyboard on PS/2 as well, which can't be taken away. */
const isOnUsb =
  (type: string) =>
  (input: XmlElement): boolean =>
    attribute(input, 'type') === type && attribute(input, 'bus') === 'usb';
const isAgent = (channel: XmlElement): boolean => attribute(child(channel, 'target'), 'name') === AGENT;

const readVideo = (domain: XmlElement): string => {
  const [first] = devicesIn(domain, 'video');
  return first ? wordOf(VIDEOS, attribute(child(first, 'model'), 'type')) : 'none';
};

function writeVideo(editor: XmlEditor, value: SettingValue): undefined {
  const { root } = editor;
  const xml = `<video><model type="${wordIn(VIDEOS, value, 'video')}"/></video>`;
  replaceAll(editor, child(root, 'devices'), devicesIn(root, 'video'), xml);
}

/** Without the element libvirt adds the device by itself. */
const hasBalloon = (domain: XmlElement): boolean =>
  !devicesIn(domain, 'memballoon').some((one) => attribute(one, 'model') === 'none');

function writeBalloon(editor: XmlEditor, value: SettingValue): undefined {
  const { root } = editor;
  if (hasBalloon(root) === (value === true)) return;
  const xml = `<memballoon model="${value === true ? 'virtio' : 'none'}"/>`;
  replaceAll(editor, child(root, 'devices'), devicesIn(root, 'memballoon'), xml);
}

export const deviceParts: readonly Part[] = [
  device('tpm', 'tpm', '<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>', undefined, {
    feature: 'tpm',
    detail: 'what was kept in its TPM can not be read without it: keys of encrypted disks are among that',
  }),
  device('rng', 'rng', '<rng model="virtio"><backend model="random">/dev/urandom</backend></rng>'),
  device('guest-agent', 'channel', `<channel type="unix"><target type="virtio" name="${AGENT}"/></channel>`, isAgent),
  device('tablet', 'input', '<input type="tablet" bus="usb"/>', (input) => attribute(input, 'type') === 'tablet'),
  device('usb-mouse', 'input', '<input type="mouse" bus="usb"/>', isOnUsb('mouse')),
  device('usb-keyboard', 'input', '<input type="keyboard" bus="usb"/>', isOnUsb('keyboard')),
  graphicsPart,
  single('video', readVideo, writeVideo),
  single('balloon', hasBalloon, writeBalloon),
];

/** Of one that is there libvirt changes it by a call of its own, also while it runs. */
export const memoryReports: Part = single(
  'memory-reports',
  (domain) => Number(attribute(child(devicesIn(domain, 'memballoon')[0], 'stats'), 'period') ?? 0),
  ({ root, setAttribute, insert }, value) => {
    const [balloon] = devicesIn(root, 'memballoon');
    const stats = child(balloon, 'stats');
    if (stats) setAttribute(stats, 'period', String(value));
    else if (balloon && hasBalloon(root)) insert(balloon, `<stats period="${Number(value)}"/>`);
    return undefined;
  },
);
