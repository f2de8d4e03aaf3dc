/** Migration of a pretended guest, with the preconditions and the sentences of PVE::API2::Qemu and PVE::QemuMigrate. */
import { isDriveKey, optionsOf, volidOf } from './drives.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

const MOVE_MS = 300;

interface Asked {
  readonly values: Readonly<Record<string, string>>;
  readonly user: string;
}

const isLocal = (world: World, volid: string): boolean =>
  world.storages.get(volid.split(':', 1)[0] ?? '')?.shared === undefined && world.volumes.has(volid);

export function preconditions(world: World, guest: WorldGuest): unknown {
  const others = [...world.nodes.keys()].filter((node) => node !== guest.node);
  const running = guest.status === 'running' ? 1 : 0;
  if (guest.kind === 'lxc') return { running, 'allowed-nodes': others, 'not-allowed-nodes': {} };
  if (guest.config['lock'] !== undefined) throw refusal(500, `VM is locked (${guest.config['lock']})`);
  const local = Object.entries(guest.config).flatMap(([key, text]) => {
    const volid = volidOf(text);
    const cdrom = optionsOf(text).get('media') === 'cdrom' && !volid.includes('cloudinit') ? 1 : 0;
    return isDriveKey(key) && isLocal(world, volid)
      ? [{ volid, size: world.volumes.get(volid)?.size ?? 0, cdrom, is_unused: key.startsWith('unused') ? 1 : 0 }]
      : [];
  });
  const resources = Object.keys(guest.config).filter((key) => /^(?:hostpci|usb)\d/.test(key));
  return {
    running,
    allowed_nodes: others,
    not_allowed_nodes: {},
    local_disks: local,
    local_resources: resources,
    'mapped-resources': [],
    'mapped-resource-info': {},
    'has-dbus-vmstate': 1,
  };
}

export function migrate(world: World, guest: WorldGuest, { values, user }: Asked): string {
  const { target = '', online, restart } = values;
  if (target === guest.node) throw refusal(400, 'Parameter verification failed.', { target: 'target is local node.' });
  if (!world.nodes.has(target)) throw refusal(500, `no such cluster node '${target}'`);
  const running = guest.status === 'running';
  if (running && guest.kind === 'qemu' && online !== '1')
    throw refusal(500, "can't migrate running VM without --online");
  if (running && guest.kind === 'lxc' && restart !== '1')
    throw refusal(500, "can't migrate running container without --online or --restart");
  const type = guest.kind === 'qemu' ? 'qmigrate' : 'vzmigrate';
  return world.beginTask(guest.node, type, String(guest.vmid), user, (end) => {
    const failure = world.takeFailure(type);
    const local = Object.entries(guest.config).filter(
      ([key, text]) => isDriveKey(key) && isLocal(world, volidOf(text)),
    );
    const medium = local.find(([, text]) => optionsOf(text).get('media') === 'cdrom' && !text.includes('cloudinit'));
    if (medium) return end(`migration aborted: can't migrate local cdrom '${volidOf(medium[1])}'`);
    if (running && guest.kind === 'qemu' && local.length > 0 && values['with-local-disks'] !== '1')
      return end(`migration aborted: can't live migrate attached local disks without with-local-disks option`);
    guest.config['lock'] = 'migrate';
    world.clock.after(MOVE_MS, () => {
      delete guest.config['lock'];
      if (failure !== undefined) return end(failure);
      for (const [, text] of local) {
        const volume = world.volumes.get(volidOf(text));
        if (volume) world.volumes.set(volidOf(text), { ...volume, node: target });
      }
      guest.node = target;
      end('OK');
    });
  }).upid;
}
