import { FleetError } from '../../../errors.ts';
import type { Devices } from '../xml/device-xml.ts';

/** How guests' disks are named on each bus (https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms). */
const NAMES: Readonly<Record<string, string>> = { virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd', ide: 'hd' };

/** The first name on a bus that is free in all of them: `vdb`, `sdaa`. Throws op.refused for a bus that is none. */
export function freeTarget(vm: string, bus: string, all: readonly (Devices | undefined)[]): string {
  const start = Object.hasOwn(NAMES, bus) ? NAMES[bus] : undefined;
  if (start === undefined) {
    throw new FleetError('op.refused', `${vm}: there is no bus ${JSON.stringify(bus)} for disks`, {
      fix: `choose one of ${Object.keys(NAMES).join(', ')}`,
    });
  }
  const taken = new Set(all.flatMap((devices) => devices?.disks.map(({ target }) => target) ?? []));
  for (let number = 0; ; number++) {
    const name = `${start}${letters(number)}`;
    if (!taken.has(name)) return name;
  }
}

/** 0 is `a`, 25 is `z`, 26 is `aa`. */
const letters = (number: number): string =>
  (number < 26 ? '' : letters(Math.floor(number / 26) - 1)) + String.fromCharCode(97 + (number % 26));

/** Whether a disk on this bus can have this name. */
export const isTarget = (bus: string, name: string): boolean =>
  Object.hasOwn(NAMES, bus) && new RegExp(`^${NAMES[bus]}[a-z]{1,2}$`).test(name);
