/** What a pretended guest's snapshots do, with the sentences of PVE::AbstractConfig, which come from the tasks. */
import { refusal } from './refusal.ts';
import type { World, WorldGuest, WorldSnapshot } from './world.ts';

const DISKS_MS = 150;
const MEMORY_MS = 600;

type Values = Readonly<Record<string, string>>;

/** `below`: what stands behind the guest's own path, as `snapshot`, `snapshot/NAME`. Undefined: none of ours. */
export function answerSnapshots(
  world: World,
  guest: WorldGuest,
  method: string,
  below: readonly string[],
  { values, user }: { readonly values: Values; readonly user: string },
): unknown {
  const [group, name, verb] = below;
  if (method === 'GET' && group === 'feature') return { hasFeature: canSnapshot(world, guest) ? 1 : 0, nodes: [] };
  if (group !== 'snapshot') return undefined;
  if (method === 'GET' && name === undefined) return list(guest);
  if (method === 'POST' && name === undefined) return take(world, guest, values, user);
  if (method === 'DELETE' && name !== undefined && verb === undefined) return remove(world, guest, name, user);
  if (method === 'POST' && name !== undefined && verb === 'rollback') return rollback(world, guest, name, values, user);
  return undefined;
}

const list = (guest: WorldGuest) => [
  ...guest.snapshots.map(({ name, parent, at, description, vmstate, snapstate }) => ({
    name,
    description: description ?? '',
    snaptime: Math.floor(at / 1000),
    ...(guest.kind === 'qemu' && { vmstate: vmstate === true ? 1 : 0 }),
    ...(parent !== undefined && { parent }),
    ...(snapstate !== undefined && { snapstate }),
  })),
  {
    name: 'current',
    description: 'You are here!',
    running: guest.status === 'running' ? 1 : 0,
    ...(guest.standsOn !== undefined && { parent: guest.standsOn }),
  },
];

/** Storages of the disks: `local-zfs`. Images in drives don't count. */
const storagesOf = ({ config }: WorldGuest): readonly string[] =>
  Object.entries(config).flatMap(([key, value]) =>
    /^(?:ide|sata|scsi|virtio|mp)\d+$|^rootfs$/.test(key) && !value.includes('media=cdrom')
      ? (/^([\w-]+):/.exec(value)?.[1] ?? [])
      : [],
  );

const canSnapshot = (world: World, guest: WorldGuest): boolean =>
  storagesOf(guest).every((storage) => world.storages.get(storage)?.type !== 'lvm');

function take(world: World, guest: WorldGuest, { snapname = '', description, vmstate }: Values, user: string): string {
  if (snapname === 'current') throw refusal(500, "unable to use snapshot name 'current' (reserved name)");
  const made: WorldSnapshot = {
    name: snapname,
    parent: guest.standsOn,
    at: world.clock.now(),
    description,
    config: { ...guest.config },
    vmstate: vmstate === '1' && guest.status === 'running',
    snapstate: 'prepare',
  };
  const steps: Steps = {
    check() {
      if (find(guest, snapname)) return `snapshot name '${snapname}' already used`;
      return canSnapshot(world, guest) ? undefined : 'snapshot feature is not available';
    },
    begin: () => void guest.snapshots.push(made),
    finish() {
      delete made.snapstate;
      guest.standsOn = snapname;
    },
  };
  return task(world, guest, 'snapshot', 'snapshot', user, made.vmstate === true ? MEMORY_MS : DISKS_MS, steps);
}

function remove(world: World, guest: WorldGuest, name: string, user: string): string {
  return task(world, guest, 'delsnapshot', 'snapshot-delete', user, DISKS_MS, {
    check: () => (find(guest, name) ? undefined : `snapshot '${name}' does not exist`),
    begin: () => Object.assign(find(guest, name) ?? {}, { snapstate: 'delete' }),
    finish() {
      const { parent } = find(guest, name) ?? {};
      guest.snapshots.splice(
        guest.snapshots.findIndex((one) => one.name === name),
        1,
      );
      for (const one of guest.snapshots) if (one.parent === name) one.parent = parent;
      if (guest.standsOn === name) guest.standsOn = parent;
    },
  });
}

function rollback(world: World, guest: WorldGuest, name: string, { start }: Values, user: string): string {
  return task(world, guest, 'rollback', 'rollback', user, DISKS_MS, {
    check() {
      const one = find(guest, name);
      if (!one) return `snapshot '${name}' does not exist`;
      const isNewest = guest.snapshots.at(-1) === one;
      const strict = storagesOf(guest).find((storage) => world.storages.get(storage)?.type === 'zfspool');
      if (strict !== undefined && !isNewest) {
        return `can't rollback, '${name}' is not most recent snapshot on '${strict}:vm-${guest.vmid}-disk-0'`;
      }
      if (one.snapstate === undefined) return undefined;
      return `unable to rollback to incomplete snapshot (snapstate = ${one.snapstate})`;
    },
    begin: () => Object.assign(guest, { status: 'stopped', runState: 'stopped' }),
    finish() {
      guest.standsOn = name;
      const runs = find(guest, name)?.vmstate === true || start === '1';
      if (runs) Object.assign(guest, { status: 'running', runState: 'running', startedAt: world.clock.now() });
    },
  });
}

interface Steps {
  /** The sentence that the task ends with, before it has changed anything. */
  check(): string | undefined;
  begin(): void;
  finish(): void;
}

/** All of them lock the guest while they are under way, and find that out in the worker. */
function task(world: World, guest: WorldGuest, act: string, lock: string, user: string, ms: number, steps: Steps) {
  const type = `${guest.kind === 'qemu' ? 'qm' : 'vz'}${act}`;
  return world.beginTask(guest.node, type, String(guest.vmid), user, (end) => {
    const held = guest.config['lock'];
    if (held !== undefined) return end(`${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${held})`);
    const wrong = world.takeFailure(type) ?? steps.check();
    if (wrong !== undefined) return end(wrong);
    guest.config['lock'] = lock;
    steps.begin();
    world.clock.after(ms, () => {
      delete guest.config['lock'];
      steps.finish();
      end('OK');
    });
  }).upid;
}

const find = ({ snapshots }: WorldGuest, name: string): WorldSnapshot | undefined =>
  snapshots.find((one) => one.name === name);
