/** A volume, a file or a device that is there, as a disk of a new VM. */
import type { Warning } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import { refuseUsedVolume } from '../disk/add-disk.ts';
import type { Host, HostCall } from '../host/host-call.ts';
import type { WantedDisk } from '../make/spec.ts';
import type { Drive } from '../make/write-drives.ts';
import { findMedium } from './find-medium.ts';

/** Rejects with volume.not-found, and op.conflict for one that another VM needs; what can't be decided is a warning. */
export async function existingDisk(
  host: Pick<Host, 'files'>,
  call: HostCall,
  { volume, format: said, options }: WantedDisk,
): Promise<{ readonly drive: Drive; readonly warnings: readonly Warning[] }> {
  const medium = await findMedium(host.files, call, volume, said);
  const { path, format, isBlock } = medium;
  if (options.shareable && format !== 'raw')
    throw refused(`VMs can share a raw disk alone, and ${volume} is ${format}`);
  const search = { client: call.client, signal: call.signal };
  const warnings = await refuseUsedVolume(host, search, medium, options.shareable);
  return {
    drive: { path, isBlock, format, bus: options.bus, options },
    warnings: warnings.map(({ detail }) => ({ feature: 'vm.create', detail: `${volume}: ${detail}` })),
  };
}
