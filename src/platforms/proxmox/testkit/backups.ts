/** vzdump and restores of a pretended cluster (PVE::API2::VZDump, and `archive` of PVE::API2::Qemu). */
import { allocate, isDriveKey, optionsOf, sizeWord, volidOf } from './drives.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

const DUMP_MS = 300;

interface Asked {
  readonly values: Readonly<Record<string, string>>;
  readonly user: string;
}

const stamp = (at: number): string => {
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T');
  return `${date.replaceAll('-', '_')}-${time.replaceAll(':', '_')}`;
};

/** POST /nodes/{node}/vzdump. */
export function vzdump(world: World, node: string, { values, user }: Asked): string {
  const { vmid = '', storage = 'local', compress, 'notes-template': template = '' } = values;
  const guest = world.guests.get(Number(vmid));
  const config = world.storages.get(storage);
  if (!config) throw refusal(500, `storage '${storage}' does not exist`);
  if (!config.content.includes('backup'))
    throw refusal(500, `can't use storage '${storage}' for backups - wrong content type`);
  return world.beginTask(node, 'vzdump', vmid, user, (end) => {
    const failure = world.takeFailure('vzdump');
    if (!guest || guest.node !== node) return end('no such VM');
    if (guest.config['lock'] !== undefined) return end(`VM is locked (${guest.config['lock']})`);
    guest.config['lock'] = 'backup';
    world.clock.after(DUMP_MS, () => {
      delete guest.config['lock'];
      if (failure !== undefined) return end(failure);
      const at = world.clock.now();
      const format = guest.kind === 'qemu' ? 'vma' : 'tar';
      const ending = compress === 'zstd' ? `${format}.zst` : format;
      const volid = `${storage}:backup/vzdump-${guest.kind}-${vmid}-${stamp(at)}.${ending}`;
      const name = guest.config[guest.kind === 'qemu' ? 'name' : 'hostname'] ?? '';
      const notes = template.replaceAll('\\n', '\n').replaceAll('{{guestname}}', name);
      const rest = { content: 'backup', format: ending, size: 1_000_000, ctime: Math.floor(at / 1000) };
      world.volumes.set(volid, {
        node,
        ...rest,
        vmid: guest.vmid,
        notes,
        archived: { ...guest.config },
        kind: guest.kind,
      });
      end('OK');
    });
  }).upid;
}

/** What a guest of an archive is made with: its disks are new volumes. */
export function unpack(
  world: World,
  guest: WorldGuest,
  archive: string,
  storage: string | undefined,
  unique: boolean,
): void {
  const { archived } = world.volumes.get(archive) ?? {};
  if (!archived) throw new Error(`unable to restore VM - volume '${archive}' does not exist`);
  for (const [key, text] of Object.entries(archived)) {
    const volid = volidOf(text);
    const volume = world.volumes.get(volid);
    if (key === 'lock' || key === 'meta' || key === 'smbios1' || key === 'vmgenid') continue;
    if (!isDriveKey(key)) {
      if (key === 'hostname') continue;
      guest.config[key] =
        unique && /^net\d+$/.test(key) ? text.replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i, () => world.nextMac()) : text;
      continue;
    }
    const isMedium = optionsOf(text).get('media') === 'cdrom' && !volid.includes('cloudinit');
    if (key.startsWith('unused')) continue;
    if (isMedium || !volume) guest.config[key] = text;
    else
      guest.config[key] =
        `${allocate(world, guest, storage ?? volid.split(':', 1)[0] ?? '', volume.size)},size=${sizeWord(volume.size)}`;
  }
}
