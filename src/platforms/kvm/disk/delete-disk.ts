/** Deleting a disk with its volume: whether that may be, and in which order. */
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import type { LossPlan } from '../../contract.ts';
import { refusePlanned } from '../../lib/listed.ts';
import type { HostFiles } from '../host/host-files.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { fateOfFiles } from '../vm/disk-fate.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { GuestDevices } from '../vm/guest-devices.ts';
import type { Search } from '../vm/other-domains.ts';
import type { DiskDevice } from '../xml/device-xml.ts';
import { detachDisk } from './detach-disk.ts';

/** libvirt answers when it is wiped from where it was. */
const DELETE_MS = 600_000;

interface Fate {
  readonly plan: LossPlan;
  /** Where it may go. */
  readonly volume: Volume | undefined;
}

/**
 * The volume of one disk, asked as the disks of a VM that is deleted are: snapshots and saved memory of its own VM need it as well,
 * and where it can't be decided it stays.
 */
async function fateOf(search: Search, files: HostFiles | undefined, disk: DiskDevice): Promise<Fate> {
  const written = disk.path ?? disk.elsewhere ?? disk.target;
  const refuse = (refused: string): Fate => ({ plan: { goes: [written], stays: [], refused }, volume: undefined });
  if (disk.device !== 'disk') return refuse(`${disk.target} is a ${disk.device}: only disks are deleted`);
  const doomed = { xml: { disks: [disk], nvram: undefined }, snapshots: [] };
  const { goes, stays, unknown } = await fateOfFiles(search, files, doomed);
  const [file] = goes;
  const by = file?.by;
  if (file && typeof by === 'object' && 'volume' in by)
    return { plan: { goes: [file.path], stays }, volume: by.volume };
  // The disk itself is decided first, what it is layered on behind it.
  const said = stays.find((line) => !line.startsWith(`${written} (a link to `));
  const why = file ? 'it is in no active storage' : (unknown[0]?.why ?? said?.slice(said.indexOf(' (') + 2, -1));
  return refuse(`${written} must stay: ${(why ?? 'it is no file').replace(/^also /, '')}`);
}

export const planDiskDelete = async (
  call: GuestCall,
  files: HostFiles | undefined,
  disk: DiskDevice,
): Promise<LossPlan> => (await fateOf({ ...call, own: 'past' }, files, disk)).plan;

export async function deleteDisk(
  call: GuestCall,
  clock: Clock,
  files: HostFiles | undefined,
  devices: GuestDevices,
  disk: DiskDevice,
): Promise<void> {
  const { client, domain, signal, change } = call;
  refusePlanned(await planDiskDelete(call, files, disk));
  await detachDisk(call, clock, devices, disk);
  const kept = (code: 'op.conflict' | 'op.failed', why: string, cause?: unknown) =>
    new FleetError(code, `${disk.target} is off ${domain.name}, and its volume is kept: ${why}`, {
      fix: 'delete the volume once nothing needs it',
      cause,
    });
  // All is asked once more, and this VM like any other: it must be gone from what runs and from what is saved.
  const { plan, volume } = await fateOf({ client, signal }, files, disk).catch((error: unknown) => {
    throw kept('op.failed', `it could not be looked at again: ${sentence(error)}`, error);
  });
  if (!volume) throw kept('op.conflict', plan.refused ?? 'it can not be found');
  const options = { signal, deadlineMs: DELETE_MS };
  await change('delete the volume', () => client.call(procedures.deleteVolume, { volume, flags: 0 }, options)).catch(
    (error: unknown) => {
      throw error instanceof FleetError && error.code !== 'outcome.unknown'
        ? kept('op.failed', sentence(error), error)
        : error;
    },
  );
}
