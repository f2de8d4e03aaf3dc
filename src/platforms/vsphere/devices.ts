/** Virtual devices, as `config.hardware.device` tells them (vSphere Web Services API, VirtualDevice and its kinds). */
import { type Bytes, bytes, kib } from '../../units.ts';
import { child, childrenOf, textAt, type XmlElement } from '../transport/xml.ts';
import { kindOf } from './soap/kind.ts';

export interface DiskDevice {
  readonly key: string;
  /** `Hard disk 1`. */
  readonly label: string;
  /** `[datastore1] web1/web1.vmdk`; '' of an empty drive. */
  readonly path: string;
  readonly size: Bytes | undefined;
  /** `thin`, `thick`, `rdm`, `iso`. */
  readonly format: string;
  /** The bus it hangs on: `scsi`, `nvme`. */
  readonly bus: string;
  readonly readOnly: boolean;
  /** Files that it is only the newest layer of, newest first. */
  readonly below: readonly string[];
  /** As the server told it. */
  readonly element: XmlElement;
}

export interface NicDevice {
  readonly key: string;
  readonly label: string;
  readonly mac: string;
  /** `vmxnet3`. */
  readonly type: string;
  /** Of a plain network; a distributed one is known by its port group. */
  readonly network: string | undefined;
  readonly portgroup: string | undefined;
  readonly element: XmlElement;
}

export interface Devices {
  readonly disks: readonly DiskDevice[];
  readonly nics: readonly NicDevice[];
}

/** Of the value of `config.hardware.device`. */
export function readDevices(value: XmlElement | undefined): Devices {
  const devices = childrenOf(value, 'VirtualDevice');
  const kinds = new Map(devices.map((device) => [textAt(device, 'key') ?? '', kindOf(device)]));
  const bus = (device: XmlElement) => busOf(kinds.get(textAt(device, 'controllerKey') ?? ''));
  const disks = devices.flatMap((device) => {
    if (kindOf(device) === 'VirtualDisk') return [readDisk(device, bus(device))];
    return kindOf(device) === 'VirtualCdrom' ? [readCdrom(device, bus(device))] : [];
  });
  return { disks, nics: devices.filter((device) => child(device, 'macAddress')).map(readNic) };
}

function readDisk(device: XmlElement, bus: string): DiskDevice {
  const backing = child(device, 'backing');
  const size = textAt(device, 'capacityInBytes');
  const sizeKib = textAt(device, 'capacityInKB');
  return {
    ...identityOf(device),
    path: textAt(backing, 'fileName') ?? '',
    size: size ? bytes(Number(size)) : sizeKib ? kib(Number(sizeKib)) : undefined,
    format: formatOf(backing),
    bus,
    readOnly: false,
    below: layersBelow(backing),
  };
}

/** A drive, also one that is empty. */
function readCdrom(device: XmlElement, bus: string): DiskDevice {
  const path = textAt(device, 'backing', 'fileName') ?? '';
  return { ...identityOf(device), path, size: undefined, format: 'iso', bus, readOnly: true, below: [] };
}

const identityOf = (device: XmlElement): Pick<DiskDevice, 'key' | 'label' | 'element'> => ({
  key: textAt(device, 'key') ?? '',
  label: labelOf(device),
  element: device,
});

function readNic(device: XmlElement): NicDevice {
  const backing = child(device, 'backing');
  return {
    ...identityOf(device),
    mac: textAt(device, 'macAddress') ?? '',
    type: (kindOf(device) ?? '').replace(/^Virtual/, '').toLowerCase(),
    network: textAt(backing, 'deviceName'),
    portgroup: textAt(backing, 'port', 'portgroupKey'),
  };
}

const labelOf = (device: XmlElement): string => textAt(device, 'deviceInfo', 'label') ?? textAt(device, 'key') ?? '';

function formatOf(backing: XmlElement | undefined): string {
  const kind = kindOf(backing) ?? '';
  if (kind.includes('RawDiskMapping')) return 'rdm';
  if (kind.includes('Sparse')) return 'thin';
  return textAt(backing, 'thinProvisioned') === 'true' ? 'thin' : 'thick';
}

function layersBelow(backing: XmlElement | undefined): readonly string[] {
  const layers: string[] = [];
  for (let at = child(backing, 'parent'); at; at = child(at, 'parent')) layers.push(textAt(at, 'fileName') ?? '');
  return layers;
}

/** `ParaVirtualSCSIController` → `scsi`. */
const busOf = (controller: string | undefined): string =>
  ['scsi', 'nvme', 'sata', 'ahci', 'ide', 'usb'].find((word) => controller?.toLowerCase().includes(word)) ??
  (controller?.includes('LsiLogic') || controller?.includes('BusLogic') ? 'scsi' : 'disk');
