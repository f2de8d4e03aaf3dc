import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import { withLastCheck } from '../platforms/contract.ts';
import { isAnother } from '../state/fleet/fleet.ts';
import type { Services } from './services.ts';

/**
 * A VM as the user saw it when it was marked, or when a question, a form or a task about it began. Its id alone is not
 * enough: Proxmox hands freed ids out again, and another program may give the endpoint another address meanwhile.
 */
export interface Shown {
  readonly id: VmId;
  readonly name: string;
  readonly uuid: string;
  /** Undefined where ids are never used again, and as long as the platform has not read it. */
  readonly identity: string | undefined;
  /** Stands for the address: another object as soon as the endpoint's configuration is another one. */
  readonly session: object | undefined;
}

/** What a task acts on: what was shown, compared with what is there before anything is sent. */
export interface Target extends Shown {
  /**
   * Who stood behind the id when the user decided. Undefined where ids are never used again; a FleetError when it could
   * not be read. Never rejects.
   */
  readonly confirmed: Promise<string | undefined | FleetError>;
}

type Context = Pick<Services, 'store' | 'sessions'>;

/** Undefined when the fleet has no VM of this id. */
export function shownOf(id: VmId, { store, sessions }: Context): Shown | undefined {
  const vm = store.fleet.vms.get(id);
  if (!vm) return undefined;
  return { id, name: vm.name, uuid: vm.uuid, identity: vm.identity, session: sessions.current(endpointOf(id)) };
}

/**
 * Binds an action to what is shown now. Where the identity is not in the row yet it is read from the platform at once, so
 * that a VM that takes the id over later is another one. Throws vm.not-found.
 */
export function bind(id: VmId, services: Context): Target {
  const shown = shownOf(id, services);
  if (!shown) throw new FleetError('vm.not-found', `${id} is not there any more`);
  return bound(shown, services);
}

/**
 * The same for what was shown earlier: a mark, an item of an earlier task. What was bound before stays bound to the same
 * machine; only an identity that could not be read then is read again.
 */
export function bound(shown: Shown | Target, services: Context): Target {
  const confirmed =
    'confirmed' in shown
      ? shown.confirmed.then((earlier) => (earlier instanceof FleetError ? confirm(shown, services) : earlier))
      : confirm(shown, services);
  return { ...shown, confirmed };
}

async function confirm(shown: Shown, services: Context): Target['confirmed'] {
  const read =
    shown.identity === undefined ? services.sessions.connection(endpointOf(shown.id))?.vm.identity : undefined;
  if (!read) return shown.identity;
  try {
    // The wrappers around the connection set its deadline.
    return (await read(shown.id, new AbortController().signal)).identity;
  } catch (error) {
    if (error instanceof FleetError) return error;
    return new FleetError('op.failed', `${shown.name}: its identity can't be read`, { cause: error });
  }
}

/**
 * Why this is not what was shown any more, as a sentence; undefined while it is, and when the VM is gone, which callers
 * find out by themselves. Cheap: reads the fleet only.
 */
export function whyAnother(shown: Shown, services: Context): string | undefined {
  const elsewhere = whyElsewhere(shown, services);
  if (elsewhere !== undefined) return elsewhere;
  const now = services.store.fleet.vms.get(shown.id);
  if (!now) return undefined;
  if (isAnother(shown, now)) return nowAnother(shown, now.name);
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
 * Compares the target with what is there before something is sent. Rejects with op.conflict when it is another machine, or
 * another endpoint; with vm.not-found when it is gone. `connection` is the one to read from.
 */
export async function verify(
  target: Target,
  services: Context,
  signal: AbortSignal,
  connection = services.sessions.connection(endpointOf(target.id)),
): Promise<void> {
  const another = whyAnother(target, services);
  if (another !== undefined) throw conflict(another);
  const read = connection?.vm.identity;
  if (!read) return;
  const confirmed = await target.confirmed;
  if (confirmed instanceof FleetError) throw unread(target, confirmed);
  const now = await read(target.id, signal).catch((error: unknown) => {
    throw error instanceof FleetError && error.code !== 'vm.not-found' ? unread(target, error) : error;
  });
  if (confirmed !== undefined && now.identity !== confirmed) throw conflict(nowAnother(target, now.name));
  // The same machine under another name is not what the question said, either.
  if (now.name !== target.name) throw conflict(`${target.name} is called ${now.name} now`);
  // Reading took a while, and what is sent goes to the connection that is there now.
  const meanwhile = whyAnother(target, services);
  if (meanwhile !== undefined) throw conflict(meanwhile);
}

/** The signal for a call to this target: the target is compared once more when the call has its turn. */
export const verifiedSignal = (target: Target, services: Context, signal: AbortSignal): AbortSignal =>
  withLastCheck(signal, (connection, until) => verify(target, services, until, connection));

const nowAnother = ({ id, name }: Shown, now: string): string =>
  `${id} is another VM now, called ${now}; ${name} was chosen`;

const unread = ({ name }: Shown, error: FleetError) =>
  new FleetError(error.code, `${name}: which VM this is could not be read, so nothing was sent: ${error.message}`, {
    ...(error.fix !== undefined && { fix: error.fix }),
    cause: error,
  });

const conflict = (why: string) =>
  new FleetError('op.conflict', `${why}; nothing was sent`, { fix: 'look at it again and repeat the action' });
