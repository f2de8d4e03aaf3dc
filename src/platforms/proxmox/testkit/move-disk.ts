/** Disks that go to another storage, or to another guest (move_vm_disk of PVE::API2::Qemu, move_volume of PVE::API2::LXC). */
import { addUnused, allocate, imageStorage, isInSnapshot, optionsOf, sizeWord, volidOf } from './drives.ts';
import { refusal } from './refusal.ts';
import type { WorldVolume } from './storage-world.ts';
import type { World, WorldGuest } from './world.ts';

const COPY_MS = 100;
const HAND_OVER_MS = 60;

interface Asked {
  readonly values: Readonly<Record<string, string>>;
  readonly user: string;
}

interface Source {
  readonly disk: string;
  readonly volid: string;
  readonly volume: WorldVolume;
  /** Of its line in the settings, without the volume. */
  readonly options: ReadonlyMap<string, string>;
}

/** POST …/move_disk and …/move_volume. */
export function moveDisk(world: World, guest: WorldGuest, asked: Asked): string {
  const disk = asked.values['disk'] ?? asked.values['volume'] ?? '';
  const text = guest.config[disk];
  if (text === undefined) throw refusal(500, `disk '${disk}' does not exist`);
  const volid = volidOf(text);
  const volume = world.volumes.get(volid);
  if (!volume) throw refusal(500, `disk '${disk}' has no associated volume`);
  const options = optionsOf(text);
  options.delete('');
  const source = { disk, volid, volume, options };
  return asked.values['target-vmid'] === undefined
    ? copyDisk(world, guest, source, asked)
    : handOver(world, guest, source, asked);
}

const put = (target: WorldGuest, key: string, made: string, options: ReadonlyMap<string, string>): void => {
  target.config[key] = [made, ...[...options].map(([name, value]) => `${name}=${value}`)].join(',');
};

function copyDisk(world: World, guest: WorldGuest, { disk, volid, volume, options }: Source, { values, user }: Asked) {
  const { storage, format = volume.format, digest } = values;
  if (storage === undefined) throw refusal(400, 'Parameter verification failed.', { storage: 'property is missing' });
  imageStorage(world, storage);
  const isQemu = guest.kind === 'qemu';
  if (digest !== undefined && digest !== world.digest(guest))
    throw refusal(500, 'detected modified configuration - file changed by other user? Try again.');
  if (options.get('media') === 'cdrom') throw refusal(500, "you can't move a cdrom");
  if (!isQemu && guest.status === 'running') throw refusal(500, 'cannot move volumes of a running container');
  if (isQemu && volid.startsWith(`${storage}:`) && format === volume.format)
    throw refusal(500, "you can't move to the same storage with same format");
  const goes = values['delete'] === '1';
  if (goes && isInSnapshot(guest, volid))
    throw refusal(500, "you can't move a disk with snapshots and delete the source");
  const type = isQemu ? 'qmmove' : 'move_volume';
  const task = world.beginTask(guest.node, type, String(guest.vmid), user, (end) => {
    const failure = world.takeFailure('qmmove');
    const made = allocate(world, guest, storage, volume.size, { format });
    world.clock.after(COPY_MS, () => {
      if (failure !== undefined || task.exit !== undefined) {
        world.volumes.delete(made);
        return end(failure ?? '');
      }
      put(guest, disk, made, options);
      if (!goes) addUnused(guest, volid);
      // of a volume that it could not delete it only writes in its log
      else if (world.takeFailure('vdisk_free') === undefined) world.volumes.delete(volid);
      end('OK');
    });
  });
  return task.upid;
}

function handOver(world: World, guest: WorldGuest, { disk, volid, volume, options }: Source, { values, user }: Asked) {
  const targetVmid = values['target-vmid'];
  const targetDisk = values['target-disk'] ?? values['target-volume'] ?? disk;
  const target = world.guests.get(Number(targetVmid));
  if (!target) throw refusal(500, `could not find target VM ${targetVmid}`);
  if (target.node !== guest.node)
    throw refusal(500, `Both VMs need to be on the same node (${guest.node} != ${target.node})`);
  if (target.config[targetDisk] !== undefined)
    throw refusal(500, `Target disk key '${targetDisk}' is already in use for VM '${targetVmid}'`);
  if (isInSnapshot(guest, volid)) throw refusal(500, "Can't move disk used by a snapshot to another VM");
  if (guest.status === 'running' && !disk.startsWith('unused'))
    throw refusal(500, 'Cannot move disk to another VM while the source VM is running - detach first');
  const about = `${guest.vmid}-${disk}>${targetVmid}-${targetDisk}`;
  const type = guest.kind === 'qemu' ? 'qmmove' : 'move_volume';
  return world.beginTask(guest.node, type, about, user, (end) => {
    world.clock.after(HAND_OVER_MS, () => {
      const [own = ''] = volid.split(':');
      const made = allocate(world, target, own, volume.size, { format: volume.format });
      world.volumes.delete(volid);
      delete guest.config[disk];
      const sized = options.size > 0 ? options : new Map([['size', sizeWord(volume.size)]]);
      put(target, targetDisk, made, sized);
      end('OK');
    });
  }).upid;
}
