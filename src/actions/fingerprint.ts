import { createHash } from 'node:crypto';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { ObjectKind } from '../platforms/contract.ts';
import type { ObjectAction } from './action.ts';
import type { Services } from './services.ts';
import type { Shown, Target } from './target.ts';

/** Hex digits: two objects that get one id after each other don't share them by accident. */
const DIGITS = 12;

/**
 * Kinds of which each object has something of its own that no later one gets: a uuid, or when it was made. What others have
 * is a name, a path or an address, which may be given again.
 */
const TOLD_APART: ReadonlySet<ObjectKind> = new Set(['vm', 'snapshot', 'backup']);

/** A node has its name alone, and what is done to an endpoint is done to that of the configuration. */
const NOT_COMPARED: ReadonlySet<ObjectKind> = new Set(['node', 'endpoint']);

/** Whether a command of this action takes fingerprints of what it is done to. */
export const takesFingerprints = ({ on }: ObjectAction): boolean => !NOT_COMPARED.has(on);

/** Whether it can be done later to what an id stands for now: what interrupts or destroys must find the very same object. */
export const canBePutOff = ({ danger, on }: ObjectAction): boolean => danger === 'none' || TOLD_APART.has(on);

/**
 * Tells this object from another one that has its id later, in any process: for a command that waits. Its name is no part of it.
 * Rejects where its VM could not be read.
 */
export async function fingerprintOf(target: Target): Promise<string> {
  const parts = [target.id, await confirmedOf(target), ...withAbove(target).map(ownOf)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, DIGITS);
}

/** The fingerprints of what is done later. Rejects with op.refused for what can't be distinguished then, though it must be. */
export async function fingerprintsFor(
  action: ObjectAction,
  targets: readonly Target[],
  services: Pick<Services, 'sessions'>,
): Promise<readonly string[]> {
  if (!takesFingerprints(action)) return [];
  for (const target of action.danger === 'none' ? [] : targets)
    if (!(await isToldApart(target, services)))
      throw new FleetError('op.refused', `nothing tells ${target.name} from another one that has its id by then`);
  return Promise.all(targets.map(fingerprintOf));
}

/** Throws op.conflict for the first that is none of those that were meant when these fingerprints were taken. */
export async function refuseOthers(targets: readonly Target[], fingerprints: readonly string[]): Promise<void> {
  for (const target of targets) {
    if (fingerprints.includes(await fingerprintOf(target))) continue;
    throw new FleetError(
      'op.conflict',
      `${target.id} (${target.name}) is not what was chosen for this command; nothing was sent`,
      { fix: 'look at it, and make the schedule again' },
    );
  }
}

const withAbove = (shown: Shown): readonly Shown[] => (shown.above ? [shown, ...withAbove(shown.above)] : [shown]);

/** The identity of a VM is in its row only once it was read: what was confirmed counts in its place. */
const ownOf = ({ kind, uuid, identity }: Shown) => [kind, uuid ?? null, kind === 'vm' ? null : (identity ?? null)];

/** Null where ids are never used again. */
async function confirmedOf({ confirmed, name }: Target): Promise<string | null> {
  const read = await confirmed;
  if (!(read instanceof FleetError)) return read ?? null;
  throw new FleetError(read.code, `which VM ${name} is could not be read: ${read.message}`, { cause: read });
}

async function isToldApart(target: Target, { sessions }: Pick<Services, 'sessions'>): Promise<boolean> {
  const connection = sessions.connection(endpointOf(target.id));
  if (!connection) throw new FleetError('host.unreachable', `${endpointOf(target.id)} is not connected`);
  // Empty: the platform gives ids again, and has nothing that tells this VM.
  if ((await confirmedOf(target)) === '') return false;
  const vm = withAbove(target).find(({ kind }) => kind === 'vm');
  // The wrappers around the connection set its deadline.
  const read = vm && (await connection.vm.identity?.(vm.id as VmId, new AbortController().signal));
  if (read?.mayRecur) return false;
  return withAbove(target).every(({ kind, uuid, identity }) =>
    kind === 'vm' ? uuid !== undefined : TOLD_APART.has(kind) && identity !== undefined,
  );
}
