import { FleetError } from '../errors.ts';
import { endpointOf, type Id, ownerOf, type VmId } from '../ids.ts';
import {
  type Connection,
  type ListedKind,
  type ObjectKind,
  ownerKindOf,
  withLastCheck,
} from '../platforms/contract.ts';
import { type Fleet, isAnother, placeOf } from '../state/fleet/fleet.ts';
import { readListing } from './read-listing.ts';
import type { Services } from './services.ts';

/**
 * An object as the user saw it when it was marked, or when a question, a form or a task about it began. Its id alone is not
 * enough: Proxmox hands freed ids out again, a snapshot's id is its name, and another program may give the endpoint another
 * address meanwhile.
 */
export interface Shown {
  readonly kind: ObjectKind;
  readonly id: Id<ObjectKind>;
  readonly name: string;
  /** Of a VM: its own. */
  readonly uuid?: string | undefined;
  /** Undefined where ids are never used again, and as long as the platform has not read it. */
  readonly identity: string | undefined;
  /** Stands for the address: another object as soon as the endpoint's configuration is another one. */
  readonly session: object | undefined;
  /** The VM or other object that it is under, which must be the same one too. */
  readonly above?: Shown | undefined;
}

/** What a task acts on: what was shown, compared with what is there before anything is sent. */
export interface Target extends Shown {
  /**
   * Who stood behind the id of the VM when the user decided. Undefined where ids are never used again; a FleetError when it
   * could not be read. Never rejects.
   */
  readonly confirmed: Promise<string | undefined | FleetError>;
}

type Context = Pick<Services, 'store' | 'sessions' | 'clock'>;

/** Undefined when there is no object of this kind and id. */
export function shownOf(kind: ObjectKind, id: Id<ObjectKind>, services: Context): Shown | undefined {
  const object = services.store.fleet.find(kind, id);
  if (!object) return undefined;
  return {
    kind,
    id,
    name: object.name,
    uuid: 'uuid' in object ? object.uuid : undefined,
    identity: object.identity,
    session: services.sessions.current(endpointOf(id)),
    above: id.includes('#') ? shownOf(ownerKindOf(kind), ownerOf(id), services) : undefined,
  };
}

/** Kinds whose objects are not listed by a request of their own. */
const WATCHED: ReadonlySet<ObjectKind> = new Set(['vm', 'node', 'pool', 'endpoint']);

/** `web1 on host3`, `before-upgrade of web1 on host3`, `default of host1`: names alone may be those of several. */
export function placeOfShown({ kind, id, name, above }: Shown, fleet: Fleet): string {
  const vm = kind === 'vm' ? fleet.vms.get(id as VmId) : undefined;
  if (vm) return placeOf(vm, fleet);
  if (above) return `${name} of ${placeOfShown(above, fleet)}`;
  // Every host may have a network of the same name.
  return WATCHED.has(kind) ? name : `${name} of ${endpointOf(id)}`;
}

/**
 * What each is called in sentences: its name alone where no other object that the fleet knows has it, otherwise its name with
 * its place, or with its id where two of one place share it. Costs one look at every VM.
 */
export function spokenNames<T extends Shown>(targets: readonly T[], fleet: Fleet): ReadonlyMap<T, string> {
  const names = new Set(targets.flatMap(({ kind, name }) => (kind === 'vm' ? [name] : [])));
  const holders = new Map<string, string[]>();
  for (const vm of names.size > 0 ? fleet.vms.values() : []) {
    if (!names.has(vm.name)) continue;
    const places = holders.get(vm.name);
    if (places) places.push(placeOf(vm, fleet));
    else holders.set(vm.name, [placeOf(vm, fleet)]);
  }
  const spoken = (target: T): string => {
    if (target.above) return `${target.name} of ${target.above.name}`;
    if (target.kind !== 'vm') return placeOfShown(target, fleet);
    const places = holders.get(target.name) ?? [];
    if (places.length < 2) return target.name;
    const place = placeOfShown(target, fleet);
    return places.filter((other) => other === place).length < 2 ? place : `${target.name} (${target.id})`;
  };
  return new Map(targets.map((target) => [target, spoken(target)]));
}

/**
 * Binds an action to what is shown now. Where the identity is not in the row yet it is read from the platform at once, so
 * that a VM that takes the id over later is another one. Throws KIND.not-found.
 */
export function bind(kind: ObjectKind, id: Id<ObjectKind>, services: Context): Target {
  const shown = shownOf(kind, id, services);
  if (!shown) throw new FleetError(`${kind}.not-found`, `${id} is not there any more`);
  return bound(shown, services);
}

/**
 * The same for what was shown earlier: a mark, an item of an earlier task. What was bound before stays bound to the same
 * machine; only an identity that could not be read then is read again.
 */
export function bound(shown: Shown | Target, services: Context): Target {
  const vm = vmOfShown(shown);
  const confirmed =
    'confirmed' in shown
      ? shown.confirmed.then((earlier) => (earlier instanceof FleetError ? confirm(vm, services) : earlier))
      : confirm(vm, services);
  return { ...shown, confirmed };
}

/** Whose identity is read: the VM that it is, or is under. */
const vmOfShown = (shown: Shown): Shown => shown.above ?? shown;

async function confirm(vm: Shown, services: Context): Target['confirmed'] {
  const read =
    vm.identity === undefined && vm.kind === 'vm'
      ? services.sessions.connection(endpointOf(vm.id))?.vm.identity
      : undefined;
  if (!read) return vm.identity;
  try {
    // The wrappers around the connection set its deadline.
    return (await read(vm.id as VmId, new AbortController().signal)).identity;
  } catch (error) {
    if (error instanceof FleetError) return error;
    return new FleetError('op.failed', `${vm.name}: its identity can't be read`, { cause: error });
  }
}

/**
 * Why this is not what was shown any more, as a sentence; undefined while it is, and when the object is gone, which callers
 * find out by themselves. Cheap: reads the fleet only.
 */
export function whyAnother(shown: Shown, services: Context): string | undefined {
  const elsewhere = whyElsewhere(shown, services);
  if (elsewhere !== undefined) return elsewhere;
  const above = shown.above && whyAnother(shown.above, services);
  if (above !== undefined) return above;
  const now = services.store.fleet.find(shown.kind, shown.id);
  if (!now) return undefined;
  if (isAnother(shown, { uuid: shown.uuid, ...now })) return nowAnother(shown, now.name);
  return now.name === shown.name ? undefined : `${shown.name} is called ${now.name} now`;
}

/** Why the fleet says nothing of what was shown any more, as a sentence: its endpoint may be another place by now. */
export function whyElsewhere(
  { id, name, session }: Shown,
  { sessions }: Pick<Context, 'sessions'>,
): string | undefined {
  const endpoint = endpointOf(id);
  if (sessions.current(endpoint) === session) return undefined;
  return `the configuration of ${endpoint} has changed since ${name} was chosen`;
}

/**
 * Compares the target with what is there before something is sent. Rejects with op.conflict when it is another object, or
 * another endpoint; with KIND.not-found when it is gone. `connection` is the one to read from.
 */
export async function verify(
  target: Target,
  services: Context,
  signal: AbortSignal,
  connection = services.sessions.connection(endpointOf(target.id)),
): Promise<void> {
  const another = whyAnother(target, services);
  if (another !== undefined) throw conflict(another);
  const vm = vmOfShown(target);
  if (vm.kind === 'vm') await verifyVm(vm, target, connection, signal);
  if (!WATCHED.has(target.kind) && connection) await readAgain(target, services, connection, signal);
  // Reading took a while, and what is sent goes to the connection that is there now.
  const meanwhile = whyAnother(target, services);
  if (meanwhile !== undefined) throw conflict(meanwhile);
}

async function verifyVm(
  vm: Shown,
  { confirmed: decided }: Target,
  connection: Connection | undefined,
  signal: AbortSignal,
): Promise<void> {
  const read = connection?.vm.identity;
  if (!read) return;
  const confirmed = await decided;
  if (confirmed instanceof FleetError) throw unread(vm, confirmed);
  const now = await read(vm.id as VmId, signal).catch((error: unknown) => {
    throw error instanceof FleetError && error.code !== 'vm.not-found' ? unread(vm, error) : error;
  });
  if (confirmed !== undefined && now.identity !== confirmed) throw conflict(nowAnother(vm, now.name));
  // The same machine under another name is not what the question said, either.
  if (now.name !== vm.name) throw conflict(`${vm.name} is called ${now.name} now`);
}

/** What is not watched is read again, into the fleet: another program may have made another one of the same name. */
async function readAgain(
  target: Target,
  services: Context,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> {
  const kind = target.kind as ListedKind;
  const items = await readListing(kind, ownerOf(target.id), services, signal, connection);
  if (items.some(({ id }) => id === target.id)) return;
  throw new FleetError(`${kind}.not-found`, `the ${kind} ${target.name} is not there any more`);
}

/** The signal for a call to this target: the target is compared once more when the call has its turn. */
export const verifiedSignal = (target: Target, services: Context, signal: AbortSignal): AbortSignal =>
  withLastCheck(signal, (connection, until) => verify(target, services, until, connection));

const nowAnother = ({ kind, id, name }: Shown, now: string): string =>
  `${id} is another ${kind === 'vm' ? 'VM' : kind} now, called ${now}; ${name} was chosen`;

const unread = ({ name }: Shown, error: FleetError) =>
  new FleetError(error.code, `${name}: which VM this is could not be read, so nothing was sent: ${error.message}`, {
    ...(error.fix !== undefined && { fix: error.fix }),
    cause: error,
  });

const conflict = (why: string) =>
  new FleetError('op.conflict', `${why}; nothing was sent`, { fix: 'look at it again and repeat the action' });
