/** Guests that a pretended cluster gets: new ones, clones, templates (create_vm, clone_vm and template of PVE::API2::Qemu, and of PVE::API2::LXC). */
import { randomUUID } from 'node:crypto';
import { unpack } from './backups.ts';
import { allocate, checkDrive, imageStorage, isDriveKey, optionsOf, sizeWord, takeDrive, volidOf } from './drives.ts';
import { switchPower } from './power.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

const MAKE_MS = 150;

type Values = Readonly<Record<string, string>>;
type Kind = WorldGuest['kind'];
interface Asked {
  readonly values: Values;
  readonly user: string;
}

const wordOf = (kind: Kind) => (kind === 'qemu' ? 'VM' : 'CT');

export function nextId({ guests }: World): number {
  for (let vmid = 100; ; vmid++) if (!guests.has(vmid)) return vmid;
}

function refuseTaken(world: World, kind: Kind, vmid: number, verb: string): void {
  const there = world.guests.get(vmid);
  if (there)
    throw refusal(
      500,
      `unable to ${verb} ${wordOf(kind)} ${vmid}: ${wordOf(there.kind)} ${vmid} already exists on node '${there.node}'`,
    );
}

/** What every new guest has of its own. */
const identityOf = (world: World, kind: Kind): Record<string, string> =>
  kind === 'lxc'
    ? {}
    : {
        meta: `creation-qemu=10.0.2,ctime=${Math.floor(world.clock.now() / 1000)}`,
        smbios1: `uuid=${randomUUID()}`,
        vmgenid: randomUUID(),
      };

/** POST /nodes/{node}/qemu and /nodes/{node}/lxc. */
export function create(world: World, node: string, kind: Kind, { values, user }: Asked): string {
  const { vmid: number, start, pool, storage, archive, restore, unique, ostemplate, ...given } = values;
  const { 'import-working-storage': working, ...config } = given;
  const usual = storage ?? 'local-lvm';
  const source = archive ?? (restore === '1' ? ostemplate : undefined);
  const vmid = Number(number);
  refuseTaken(world, kind, vmid, 'create');
  if (pool !== undefined && !world.pools.has(pool)) throw refusal(500, `pool '${pool}' does not exist`);
  for (const [key, value] of Object.entries(config)) if (isDriveKey(key)) checkDrive(world, key, value);
  if (kind === 'lxc' && !world.volumes.has(ostemplate ?? ''))
    throw refusal(500, `volume '${ostemplate}' does not exist`);
  const { password: _password, 'ssh-public-keys': _keys, ...kept } = config;
  const drives = Object.entries(kept).filter(([key]) => isDriveKey(key));
  const plain = Object.fromEntries(
    Object.entries(kept)
      .filter(([key]) => !isDriveKey(key))
      .map(([key, value]) => [key, /^net\d+$/.test(key) ? withMac(world, kind, value) : value]),
  );
  const guest = world.addGuest(
    kind,
    node,
    {
      ...(source === undefined && { memory: '512', cores: '1' }),
      ...identityOf(world, kind),
      ...plain,
      lock: 'create',
    },
    vmid,
  );
  if (pool !== undefined) world.pools.get(pool)?.add(vmid);
  return world.beginTask(node, kind === 'qemu' ? 'qmcreate' : 'vzcreate', String(vmid), user, (end) => {
    const failure = world.takeFailure('qmcreate');
    const undo = (why: string) => {
      for (const [volid, volume] of world.volumes)
        if (volume.vmid === vmid && volume.content !== 'backup') world.volumes.delete(volid);
      world.guests.delete(vmid);
      end(why);
    };
    world.clock.after(MAKE_MS, () => {
      if (failure !== undefined) return undo(failure);
      try {
        if (source !== undefined) unpack(world, guest, source, storage, unique === '1');
        else
          for (const [key, value] of kind === 'lxc' && !kept['rootfs'] ? [['rootfs', `${usual}:4`] as const] : drives)
            guest.config[key] = takeDrive(world, guest, key, value, working);
      } catch (error) {
        return undo(`unable to create ${wordOf(kind)} ${vmid} - ${(error as Error).message}`);
      }
      delete guest.config['lock'];
      if (start === '1') switchPower(world, guest, 'start', user, {});
      end('OK');
    });
  }).upid;
}

/** A MAC for a card that has none. */
const withMac = (world: World, kind: Kind, text: string): string => {
  if (/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i.test(text)) return text;
  return kind === 'lxc'
    ? `${text},hwaddr=${world.nextMac()}`
    : text.replace(/^(?:model=)?([\w-]+)/, (_all, model) => `${model}=${world.nextMac()}`);
};

/** POST …/clone. */
export function clone(world: World, guest: WorldGuest, { values, user }: Asked): string {
  const { newid: number, name, hostname, full, target, storage, pool, description, format } = values;
  const newid = Number(number);
  const { kind } = guest;
  const isTemplate = guest.config['template'] === '1';
  const isFull = full === undefined ? !isTemplate : full === '1';
  if (storage !== undefined) imageStorage(world, storage);
  if (guest.config['lock'] !== undefined) throw refusal(500, `VM is locked (${guest.config['lock']})`);
  if (storage !== undefined && !isFull) throw refusal(500, "parameter 'storage' not allowed for linked clones");
  if (format !== undefined && !isFull) throw refusal(500, "parameter 'format' not allowed for linked clones");
  const drives = Object.entries(guest.config).filter(([key]) => isDriveKey(key) && !key.startsWith('unused'));
  const isShared = drives.every(([, text]) => {
    const [own = ''] = volidOf(text).split(':');
    return volidOf(text) === 'none' || world.storages.get(storage ?? own)?.shared !== undefined;
  });
  if (target !== undefined && target !== guest.node && !isShared)
    throw refusal(500, `can't clone VM to node '${target}' (VM uses local storage)`);
  if (world.guests.has(newid)) throw refusal(500, `unable to create VM ${newid}: config file already exists`);
  if (!isFull && !isTemplate) {
    const [first] = drives.filter(([, text]) => optionsOf(text).get('media') !== 'cdrom');
    if (first) throw refusal(500, `Linked clone feature is not supported for drive '${first[0]}'`);
  }
  const { template: _template, lock: _lock, description: notes, ...rest } = guest.config;
  const said = description ?? notes;
  const config = Object.fromEntries(
    Object.entries(rest)
      .filter(([key]) => !isDriveKey(key))
      .map(([key, text]) => [
        key,
        /^net\d+$/.test(key) ? text.replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i, () => world.nextMac()) : text,
      ]),
  );
  const nameKey = kind === 'qemu' ? 'name' : 'hostname';
  const made = world.addGuest(
    kind,
    target ?? guest.node,
    {
      ...config,
      ...identityOf(world, kind),
      [nameKey]: name ?? hostname ?? `Copy-of-${wordOf(kind)}-${guest.config[nameKey]}`,
      ...(said !== undefined && { description: said }),
      lock: 'clone',
    },
    newid,
  );
  made.firewall.rules.push(...guest.firewall.rules);
  made.firewall.isOn = guest.firewall.isOn;
  if (pool !== undefined) world.pools.get(pool)?.add(newid);
  return world.beginTask(guest.node, kind === 'qemu' ? 'qmclone' : 'vzclone', String(guest.vmid), user, (end) => {
    const failure = world.takeFailure('qmclone');
    world.clock.after(MAKE_MS, () => {
      if (failure !== undefined) {
        world.guests.delete(newid);
        return end(`clone failed: ${failure}`);
      }
      for (const [key, text] of drives) made.config[key] = copyOf(world, made, text, { isFull, storage });
      delete made.config['lock'];
      end('OK');
    });
  }).upid;
}

function copyOf(
  world: World,
  made: WorldGuest,
  text: string,
  { isFull, storage }: { readonly isFull: boolean; readonly storage: string | undefined },
): string {
  const volid = volidOf(text);
  const volume = world.volumes.get(volid);
  if (!volume || volume.content === 'iso') return text;
  const [own = ''] = volid.split(':');
  const isCloudInit = volid.includes('cloudinit');
  const fresh = allocate(world, made, (isFull ? storage : undefined) ?? own, volume.size, {
    format: volume.format,
    ...(isCloudInit && { name: `vm-${made.vmid}-cloudinit` }),
  });
  // a linked one is named with its base
  const linked =
    !isFull && !isCloudInit ? `${own}:${volid.slice(own.length + 1)}/${fresh.slice(own.length + 1)}` : fresh;
  if (linked !== fresh) {
    const entry = world.volumes.get(fresh);
    world.volumes.delete(fresh);
    if (entry) world.volumes.set(linked, entry);
  }
  const options = optionsOf(text);
  for (const key of ['', 'file', 'volume']) options.delete(key);
  return [linked, ...[...options].map(([key, value]) => `${key}=${value}`)].join(',');
}

/** POST …/template. */
export function makeTemplate(world: World, guest: WorldGuest, user: string): string | null {
  const { config, kind, vmid } = guest;
  if (guest.snapshots.length > 0) throw refusal(500, 'unable to create template, because VM contains snapshots');
  if (config['template'] === '1') throw refusal(500, "you can't convert a template to a template");
  if (guest.status === 'running') throw refusal(500, "you can't convert a VM to template if VM is running");
  const act = () => {
    for (const [key, text] of Object.entries(config)) {
      if (!isDriveKey(key) || optionsOf(text).get('media') === 'cdrom') continue;
      const volid = volidOf(text);
      const based = volid.replace(
        /(:(?:.*\/)?)(?:vm|subvol)-/,
        (_all, before) => `${before}${kind === 'lxc' ? 'basevol' : 'base'}-`,
      );
      const volume = world.volumes.get(volid);
      if (!volume) continue;
      world.volumes.delete(volid);
      world.volumes.set(based, volume);
      config[key] = text.replace(volid, based);
    }
    config['template'] = '1';
  };
  if (kind === 'lxc') {
    act();
    return null;
  }
  return world.beginTask(guest.node, 'qmtemplate', String(vmid), user, (end) => {
    const failure = world.takeFailure('qmtemplate');
    world.clock.after(MAKE_MS, () => {
      if (failure !== undefined) return end(failure);
      act();
      end('OK');
    });
  }).upid;
}

/** PUT …/resize. */
export function resize(world: World, guest: WorldGuest, { values, user }: Asked): string {
  const { disk = '', size = '' } = values;
  const text = guest.config[disk];
  if (guest.config['lock'] !== undefined) throw refusal(500, `VM is locked (${guest.config['lock']})`);
  if (text === undefined) throw refusal(500, `disk '${disk}' does not exist`);
  if (optionsOf(text).get('media') === 'cdrom') throw refusal(500, "you can't resize a cdrom");
  const volid = volidOf(text);
  const volume = world.volumes.get(volid);
  const [, plus, count, unit = ''] = /^(\+)?(\d+(?:\.\d+)?)([KMGT])?$/.exec(size) ?? [];
  const bytes = Number(count) * 1024 ** ' KMGT'.indexOf(unit || ' ');
  const wanted = plus === undefined ? bytes : (volume?.size ?? 0) + bytes;
  return world.beginTask(guest.node, guest.kind === 'qemu' ? 'resize' : 'resize', String(guest.vmid), user, (end) => {
    const failure = world.takeFailure('resize');
    world.clock.after(60, () => {
      if (failure !== undefined) return end(failure);
      if (!volume || wanted < volume.size) return end('shrinking disks is not supported');
      world.volumes.set(volid, { ...volume, size: wanted });
      const options = optionsOf(text);
      options.delete('');
      options.set('size', sizeWord(wanted));
      guest.config[disk] = [volid, ...[...options].map(([key, value]) => `${key}=${value}`)].join(',');
      end('OK');
    });
  }).upid;
}
