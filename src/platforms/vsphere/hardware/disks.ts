/** Disks as they are added and changed: VirtualDisk (vSphere Web Services API). */
import type { XmlElement } from '../../transport/xml.ts';
import type { Bus } from '../form/fields.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { type Changes, rewritten, typed } from '../soap/rewrite.ts';
import { deviceChange } from './device-change.ts';
import type { Slots } from './slots.ts';

export interface NewDisk {
  /** `[datastore1]` for a new file, which the server names; `[datastore1] data/x.vmdk` for one that is there. */
  readonly file: string;
  readonly isNew: boolean;
  /** Bytes; of one that is there what the server says, 0 where it does not. */
  readonly size: number;
  readonly isThin: boolean;
  readonly bus: Bus;
  readonly isShareable: boolean;
}

const KIB = 1024;

export function addDisk(slots: Slots, { file, isNew, size, isThin, bus, isShareable }: NewDisk): Xml {
  const { controllerKey, unit } = slots.take(bus);
  const thin = isNew ? xml`<thinProvisioned>${isThin}</thinProvisioned>` : xml``;
  const sharing = isShareable ? xml`<sharing>sharingMultiWriter</sharing>` : xml``;
  const backing = typed(
    'backing',
    'VirtualDiskFlatVer2BackingInfo',
    xml`<fileName>${file}</fileName><diskMode>persistent</diskMode>${thin}${sharing}`,
  );
  const place = xml`<controllerKey>${controllerKey}</controllerKey><unitNumber>${unit}</unitNumber>`;
  const device = xml`<key>${slots.newKey()}</key>${backing}${place}<capacityInKB>${Math.ceil(size / KIB)}</capacityInKB>`;
  return deviceChange('add', typed('device', 'VirtualDisk', device), isNew ? 'create' : undefined);
}

/** `size`: bytes. */
export function growDisk(device: XmlElement, size: number): Xml {
  const sizes: Changes = {
    capacityInKB: xml`<capacityInKB>${Math.ceil(size / KIB)}</capacityInKB>`,
    // the server takes the larger unit where only that is told
    ...(device.children.some(({ name }) => name === 'capacityInBytes') && {
      capacityInBytes: xml`<capacityInBytes>${Math.ceil(size / KIB) * KIB}</capacityInBytes>`,
    }),
  };
  return deviceChange('edit', rewritten('device', device, sizes));
}

/** Off the VM; its file stays, or goes with it. */
export const removeDevice = (device: XmlElement, file?: 'destroy'): Xml =>
  deviceChange('remove', rewritten('device', device), file);
