import { FleetError } from '../../../errors.ts';
import type { PoolXml } from '../xml/pool-xml.ts';

/** Pools that show what a server or the host has: libvirt makes nothing there. */
const READ_ONLY: ReadonlySet<string> = new Set(['iscsi', 'iscsi-direct', 'scsi', 'mpath']);

/** Throws op.unsupported for a pool in which libvirt makes no volumes, or not those that it is for. */
export function refuseVolumes(pool: string, { type, thin }: Pick<PoolXml, 'type' | 'thin'>): void {
  if (READ_ONLY.has(type))
    throw new FleetError(
      'op.unsupported',
      `${pool}: volumes of a storage of type ${type} are made where it comes from`,
      {
        fix: 'make them there, and refresh the storage',
      },
    );
  if (thin !== undefined)
    throw new FleetError('op.unsupported', `${pool} is for thin volumes of ${thin}, which libvirt does not make`, {
      fix: `on the host: lvcreate -V SIZE -T ${thin} -n NAME; then refresh the storage`,
    });
}
