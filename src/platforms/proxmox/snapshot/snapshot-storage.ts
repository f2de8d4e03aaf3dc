/** What the storages of a guest's disks make of snapshots. */
import { FleetError } from '../../../errors.ts';
import type { Disk } from '../../contract.ts';
import { asRow, asRows, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { GuestCall } from '../guest-call.ts';
import { readGuestConfig } from '../guest-config.ts';
import { flagOf } from '../json.ts';

/** A disk, and the type of the storage that it lies on, where this login may see it. */
interface Placed {
  readonly disk: Disk;
  readonly type: string | undefined;
}

/** PVE::Storage::ZFSPoolPlugin and ZFSPlugin: `zfs rollback` goes back to the newest only. */
const NEWEST_ONLY: ReadonlySet<string> = new Set(['zfspool', 'zfs']);

/** Refuses with the storage that can't, before a task is begun that would only say that the feature is missing. */
export async function refuseWithoutSnapshots(api: Api, call: GuestCall): Promise<void> {
  const { name } = call;
  if (flagOf(asRow(await call.get('/feature', { feature: 'snapshot' }), name), 'hasFeature')) return;
  const unable = (await placedDisks(api, call)).filter((one) => !isAble(one)).map(nameOf);
  const which = unable.length > 0 ? `: ${unable.join(', ')}` : '';
  throw new FleetError('op.unsupported', `the disks of ${name} can't all take snapshots${which}`, {
    fix: 'move them to a storage that can: LVM-thin, ZFS, Ceph RBD, Btrfs, or a folder with qcow2 files',
  });
}

/** Storages of this guest that go back to their newest snapshot only: `local-zfs`. */
export async function newestOnly(api: Api, call: GuestCall): Promise<readonly string[]> {
  const disks = await placedDisks(api, call);
  return [...new Set(disks.flatMap(({ disk, type }) => (NEWEST_ONLY.has(type ?? '') ? (disk.storage ?? []) : [])))];
}

async function placedDisks(api: Api, { guest, name, signal, get }: GuestCall): Promise<readonly Placed[]> {
  const [config, resources] = await Promise.all([
    get('/config'),
    api.get('/cluster/resources', { signal, subject: name, query: { type: 'storage' } }),
  ]);
  const types = new Map(
    asRows(resources, 'the storages').map((row) => [textOf(row, 'storage'), textOf(row, 'plugintype')]),
  );
  const { disks } = readGuestConfig(asRow(config, name), guest.kind, guest.vmid);
  // the image in a drive is not touched by a snapshot
  return disks.filter(({ type }) => type !== 'cdrom').map((disk) => ({ disk, type: types.get(disk.storage) }));
}

const ALWAYS: ReadonlySet<string> = new Set(['lvmthin', 'zfspool', 'zfs', 'rbd', 'btrfs']);

/** Whether it can, as far as its type tells: a qcow2 file always, of the rest those that have snapshots of their own. */
const isAble = ({ disk, type }: Placed): boolean => disk.format === 'qcow2' || ALWAYS.has(type ?? '');

const nameOf = ({ disk, type }: Placed): string => {
  const where = disk.storage ?? disk.path;
  const what = [type, disk.format].filter((word) => word !== undefined).join(', ');
  return `${disk.device} on ${where}${what === '' ? '' : ` (${what})`}`;
};
