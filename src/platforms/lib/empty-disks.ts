import { FleetError } from '../../errors.ts';
import type { DiskSpec } from '../contract.ts';

/** Throws op.unsupported for a disk of an image, where disks of a VM that is there are made empty alone. */
export function refuseImage({ image = '', linked = false }: DiskSpec, platform: string): void {
  if (image === '' && !linked) return;
  throw new FleetError('op.unsupported', `${platform} gives a VM that is there new disks only empty, not of an image`, {
    fix: 'make a volume of the image where the platform can, and attach that (--volume)',
  });
}
