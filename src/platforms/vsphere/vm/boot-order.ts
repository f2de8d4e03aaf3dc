/** What a VM starts from: VirtualMachineBootOptions, whose devices are known by their keys. */
import { refused } from '../../lib/spec-values.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import type { ConfigParts } from '../config-spec.ts';
import { type Devices, readDevices } from '../devices.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { kindOf } from '../soap/kind.ts';
import type { VmCall } from '../vm-call.ts';

export const BOOT_ORDER = 'config.bootOptions.bootOrder';
/** Any drive: the order does not tell them apart. */
const CDROM = 'cdrom';

/** `Hard disk 1,cdrom`; '' where the firmware decides. */
export function bootOrderOf(values: ReadonlyMap<string, XmlElement>): string {
  const { disks, nics } = readDevices(values.get(DEVICES));
  const labels = new Map([...disks, ...nics].map(({ key, label }) => [key, label]));
  return childrenOf(values.get(BOOT_ORDER), 'VirtualMachineBootOptionsBootableDevice')
    .map((device) =>
      kindOf(device)?.endsWith('BootableCdromDevice') ? CDROM : (labels.get(textAt(device, 'deviceKey') ?? '') ?? '?'),
    )
    .join(',');
}

/** Throws op.refused for a device that the VM has not. */
export function bootParts(order: string, { name, values }: VmCall): ConfigParts {
  const devices = readDevices(values.get(DEVICES));
  const words = order
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const entries = words.map((word) => entryOf(word, devices) ?? fail(name, word));
  return { bootOptions: xml`<bootOptions>${entries}</bootOptions>` };
}

function entryOf(word: string, { disks, nics }: Devices): Xml | undefined {
  const of = (kind: string, inside: Xml) =>
    xml`<bootOrder xsi:type="VirtualMachineBootOptionsBootable${kind}Device">${inside}</bootOrder>`;
  if (word === CDROM) return of('Cdrom', xml``);
  const disk = disks.find(({ label, readOnly }) => label === word && !readOnly);
  if (disk) return of('Disk', xml`<deviceKey>${disk.key}</deviceKey>`);
  const nic = nics.find(({ label }) => label === word);
  return nic && of('Ethernet', xml`<deviceKey>${nic.key}</deviceKey>`);
}

function fail(name: string, word: string): never {
  throw refused(`${name} starts from no ${JSON.stringify(word)}`, `take names of its disks and NICs, or ${CDROM}`);
}
