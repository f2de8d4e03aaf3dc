import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import type { HostCall } from '../host/host-call.ts';
import { withoutDots } from '../vm/mentioned-paths.ts';
import { otherDomains } from '../vm/other-domains.ts';
import type { Found } from './find.ts';

/**
 * Throws op.conflict for an image that a VM writes to, since a layer on it would break, and for an address that a NIC has
 * already. Where a definition can't be read, no image can be called free: op.refused.
 */
export async function refuseUsed(call: HostCall, image: Found | undefined, macs: readonly string[]): Promise<void> {
  if (!image && macs.length === 0) return;
  for await (const { what, vm, disks, nics, fault } of otherDomains(call, false)) {
    if (image && fault !== undefined)
      throw refused(`${what} can't be read, and may use ${image.volume.name}: ${fault}`);
    const isIt = ({ path, volume }: (typeof disks)[number]) =>
      path === undefined
        ? volume?.pool === image?.volume.pool && volume?.name === image?.volume.name && volume !== undefined
        : withoutDots(path) === image?.xml.path;
    const isWritten = disks.some(
      (disk) => !disk.readOnly && (disk.device === 'disk' || disk.device === 'lun') && isIt(disk),
    );
    if (image && isWritten)
      throw new FleetError('op.conflict', `${image.volume.name} is a disk of ${vm}, which writes to it`, {
        fix: 'make the VM from a copy of it',
      });
    const taken = nics.find(({ mac }) => macs.includes(mac.toLowerCase()));
    if (taken) throw new FleetError('op.conflict', `a NIC of ${vm} has the address ${taken.mac} already`);
  }
}
