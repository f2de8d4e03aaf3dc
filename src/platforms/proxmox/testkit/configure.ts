/** PUT and POST …/config of a pretended guest: what changes at once, what waits for the next start, what is refused. */
import { checkDrive, dropDrive, isDriveKey, takeDrive } from './drives.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

type Values = Readonly<Record<string, string>>;

const NUMBERS = /^(?:memory|cores|sockets|vcpus|onboot|template|protection|numa|swap|unprivileged)$/;
/** `vmconfig_hotplug_pending` of PVE::QemuServer: what a running guest takes whatever its hotplug says. */
const AT_ONCE =
  /^(?:name|hostname|onboot|shares|startup|description|protection|tags|hookscript|hotplug|ciuser|cipassword|sshkeys|ipconfig\d+|nameserver|searchdomain)$/;

/** GET …/config. Without `current` with what waits. */
export function configOf(world: World, guest: WorldGuest, current: boolean): Readonly<Record<string, unknown>> {
  const now = current ? guest.config : { ...guest.config, ...guest.pending };
  const shown = Object.fromEntries(
    Object.entries(now)
      .filter(([key]) => current || !guest.pendingDelete.has(key))
      .map(([key, value]) => [key, NUMBERS.test(key) ? Number(value) : key === 'cipassword' ? '**********' : value]),
  );
  const { description } = now;
  return {
    ...shown,
    ...(description === undefined ? {} : { description: `${description}\n` }),
    ...(guest.kind === 'qemu' && shown['memory'] !== undefined && { memory: String(shown['memory']) }),
    digest: world.digest(guest),
  };
}

/** GET …/pending. */
export const pendingOf = ({ config, pending, pendingDelete }: WorldGuest): readonly object[] =>
  [...new Set([...Object.keys(config), ...Object.keys(pending)])].map((key) => ({
    key,
    ...(config[key] !== undefined && { value: config[key] }),
    ...(pending[key] !== undefined && { pending: pending[key] }),
    ...(pendingDelete.has(key) && { delete: pendingDelete.get(key) ? 2 : 1 }),
  }));

/** What a stop or a start makes of what waits. */
export function applyPending(world: World, guest: WorldGuest): void {
  for (const [key, force] of guest.pendingDelete) remove(world, guest, key, force);
  guest.pendingDelete.clear();
  for (const [key, value] of Object.entries(guest.pending)) put(world, guest, key, value);
  for (const key of Object.keys(guest.pending)) delete guest.pending[key];
}

/** Null by PUT; by POST the name of the task that does it. */
export function configure(
  world: World,
  guest: WorldGuest,
  { digest, delete: doomed, revert, force, background_delay: _delay, ...changes }: Values,
  user: string | undefined,
): string | null {
  if (digest !== undefined && digest !== world.digest(guest)) {
    throw refusal(500, 'detected modified configuration - file changed by other user? Try again.');
  }
  if (guest.config['lock'] !== undefined) throw refusal(500, `VM is locked (${guest.config['lock']})`);
  const keys = doomed?.split(',').filter(Boolean) ?? [];
  if (keys.length + Object.keys(changes).length === 0 && revert === undefined)
    throw refusal(500, 'no options specified');
  for (const key of keys) {
    if (changes[key] !== undefined)
      throw refusal(400, 'Parameter verification failed.', {
        delete: `you can't use '-${key}' and -delete ${key}' at the same time`,
      });
    if (isDriveKey(key) && guest.config['protection'] === '1')
      throw refusal(500, `can't remove drive '${key}' - protection mode enabled`);
  }
  for (const [key, value] of Object.entries(changes)) if (isDriveKey(key)) checkDrive(world, key, value);
  for (const dev of /^order=(.*)$/.exec(changes['boot'] ?? '')?.[1]?.split(';') ?? [])
    if (guest.config[dev] === undefined && changes[dev] === undefined)
      throw refusal(500, `invalid bootorder: device '${dev}' does not exist'`);
  const act = () => {
    const errors: Record<string, string> = {};
    const attempt = (key: string, work: () => void) => {
      try {
        work();
      } catch (error) {
        if (isDriveKey(key) && user !== undefined) throw error;
        errors[key] = `hotplug problem - ${String((error as Error).message)}`;
      }
    };
    for (const key of revert?.split(',') ?? []) {
      delete guest.pending[key];
      guest.pendingDelete.delete(key);
    }
    for (const key of keys) {
      if (key.startsWith('unused')) attempt(key, () => remove(world, guest, key, false));
      else if (holds(guest, key)) {
        guest.pendingDelete.set(key, force === '1');
        if (guest.holds.has(key))
          errors[key] = 'hotplug problem - error unplugging device: the guest did not let go of it';
      } else attempt(key, () => remove(world, guest, key, force === '1'));
    }
    for (const [key, value] of Object.entries(changes)) {
      if (waits(guest, key)) guest.pending[key] = prepared(world, guest, key, value);
      else attempt(key, () => put(world, guest, key, value));
    }
    if (Object.keys(errors).length > 0) throw refusal(400, 'Parameter verification failed.', errors);
  };
  if (user === undefined) {
    try {
      act();
    } catch (error) {
      if (error instanceof Error && !('status' in error)) throw refusal(500, error.message);
      throw error;
    }
    return null;
  }
  return world.beginTask(guest.node, 'qmconfig', String(guest.vmid), user, (end) => {
    const failure = world.takeFailure('qmconfig');
    world.clock.after(CONFIG_MS, () => {
      if (failure !== undefined) return end(failure);
      try {
        act();
        end('OK');
      } catch (error) {
        end(error instanceof Error ? error.message : String(error));
      }
    });
  }).upid;
}

const CONFIG_MS = 60;

const isOn = ({ status }: WorldGuest): boolean => status === 'running';
/** A running guest lets go of VirtIO and SCSI alone. */
const holds = (guest: WorldGuest, key: string): boolean =>
  isOn(guest) && (guest.holds.has(key) || /^(?:ide|sata|efidisk|tpmstate)\d/.test(key) || waitsAlways(guest, key));

const waitsAlways = (guest: WorldGuest, key: string): boolean =>
  guest.kind === 'qemu' && !isDriveKey(key) && !/^net\d+$/.test(key) && !AT_ONCE.test(key);

function waits(guest: WorldGuest, key: string): boolean {
  if (!isOn(guest) || guest.kind === 'lxc' || AT_ONCE.test(key) || /^(?:net|scsi|virtio|unused)\d+$/.test(key))
    return false;
  const plugs = (guest.config['hotplug'] ?? 'network,disk,usb').split(',');
  if (key === 'memory') return !(plugs.includes('memory') && guest.config['numa'] === '1');
  if (key === 'vcpus') return !plugs.includes('cpu');
  // another medium in a drive that is there
  if (/^(?:ide|sata)\d/.test(key)) return guest.config[key] === undefined;
  return true;
}

const prepared = (world: World, guest: WorldGuest, key: string, value: string): string =>
  isDriveKey(key) ? takeDrive(world, guest, key, value) : value;

function put(world: World, guest: WorldGuest, key: string, value: string): void {
  if (isDriveKey(key)) {
    const before = guest.config[key];
    // what stood there is unused then
    const text = takeDrive(world, guest, key, value);
    if (before !== undefined && volidWithoutOptions(before) !== volidWithoutOptions(text))
      dropDrive(world, guest, key, false);
    guest.config[key] = text;
  } else if (/^net\d+$/.test(key)) guest.config[key] = guest.kind === 'qemu' ? withMac(world, value) : value;
  else if (value === '' && key === 'tags') delete guest.config[key];
  else guest.config[key] = value;
}

const volidWithoutOptions = (text: string): string => text.split(',', 1)[0] ?? '';

function remove(world: World, guest: WorldGuest, key: string, force: boolean): void {
  if (isDriveKey(key)) dropDrive(world, guest, key, force);
  else delete guest.config[key];
}

/** `virtio,bridge=vmbr0` gets an address. */
const withMac = (world: World, text: string): string =>
  /(?:^|,)(?:virtio|e1000e?|rtl8139|vmxnet3|macaddr)=/.test(text)
    ? text
    : text.replace(/^(?:model=)?([\w-]+)/, (_all, model) => `${model}=${world.nextMac()}`);
