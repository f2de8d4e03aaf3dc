/** Controllers of a VM and the places on them: where a new disk or drive goes, with another controller where all are full. */

import { refused } from '../../lib/spec-values.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import type { Bus } from '../form/fields.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { kindOf } from '../soap/kind.ts';
import { typed } from '../soap/rewrite.ts';
import { deviceChange } from './device-change.ts';

/** Of each bus: devices on one controller, controllers of one VM, and what a new controller is ("Configuration Maximums"). */
const LIMITS: Readonly<Record<Bus, { readonly units: number; readonly controllers: number; readonly kind: string }>> = {
  scsi: { units: 16, controllers: 4, kind: 'ParaVirtualSCSIController' },
  nvme: { units: 15, controllers: 4, kind: 'VirtualNVMEController' },
  sata: { units: 30, controllers: 4, kind: 'VirtualAHCIController' },
  // every VM has both from the beginning
  ide: { units: 2, controllers: 2, kind: 'VirtualIDEController' },
};
/** The controller's own place. */
const OWN_SCSI_UNIT = 7;

export interface Slot {
  readonly controllerKey: string;
  readonly unit: number;
}

export interface Slots {
  /** The next free place. Throws op.refused where a VM can have no more. */
  take(bus: Bus): Slot;
  /** A number that no other new device has: the server gives it another one. */
  newKey(): string;
  /** Controllers that the places are on and that are not there yet. */
  controllers(): readonly Xml[];
}

/** `devices`: the value of `config.hardware.device`; undefined of a VM that is still to be made. */
export function createSlots(devices: XmlElement | undefined): Slots {
  const all = childrenOf(devices, 'VirtualDevice');
  const known = all.flatMap((device) => {
    const bus = busOfController(kindOf(device));
    if (bus === undefined) return [];
    const key = textAt(device, 'key') ?? '';
    const taken = all
      .filter((one) => textAt(one, 'controllerKey') === key)
      .map((one) => Number(textAt(one, 'unitNumber') ?? Number.NaN));
    return [{ bus, key, number: Number(textAt(device, 'busNumber') ?? 0), taken: new Set(taken) }];
  });
  const added: Xml[] = [];
  let lastKey = -1_000;
  const newKey = () => String(lastKey--);

  return {
    take(bus) {
      const { units, controllers, kind } = LIMITS[bus];
      const own = known.filter((one) => one.bus === bus);
      for (const { key, taken } of own) {
        const unit = Array.from({ length: units }, (_, at) => at).find(
          (at) => !taken.has(at) && !(bus === 'scsi' && at === OWN_SCSI_UNIT),
        );
        if (unit === undefined) continue;
        taken.add(unit);
        return { controllerKey: key, unit };
      }
      const number = Array.from({ length: controllers }, (_, at) => at).find(
        (at) => !own.some((one) => one.number === at),
      );
      if (bus === 'ide' || number === undefined)
        throw refused(`there is no free place for a device on ${bus}`, 'take another bus');
      const key = newKey();
      const shared = bus === 'scsi' ? xml`<sharedBus>noSharing</sharedBus>` : xml``;
      added.push(
        deviceChange('add', typed('device', kind, xml`<key>${key}</key><busNumber>${number}</busNumber>${shared}`)),
      );
      known.push({ bus, key, number, taken: new Set([0]) });
      return { controllerKey: key, unit: 0 };
    },
    newKey,
    controllers: () => added,
  };
}

/** `ParaVirtualSCSIController` → `scsi`; undefined for what carries no disks. */
function busOfController(kind: string | undefined): Bus | undefined {
  if (kind === undefined) return undefined;
  if (/^(ParaVirtualSCSI|VirtualLsiLogic(SAS)?|VirtualBusLogic|VirtualSCSI)(Controller)?$/.test(kind)) return 'scsi';
  if (kind === 'VirtualNVMEController') return 'nvme';
  if (kind === 'VirtualAHCIController' || kind === 'VirtualSATAController') return 'sata';
  return kind === 'VirtualIDEController' ? 'ide' : undefined;
}
