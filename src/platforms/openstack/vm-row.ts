/** From what is known of a server to its row. */
import { type EndpointName, type NodeId, type PoolId, vmId } from '../../ids.ts';
import { type Bytes, bytes } from '../../units.ts';
import { type OperationName, operations, type Trouble, type Vm, type VmMode } from '../contract.ts';
import { knownOf } from '../lib/known.ts';
import { plainLine } from '../transport/http/wire.ts';
import type { Server } from './servers.ts';
import { stateOf } from './states.ts';

export interface RowPlace {
  readonly endpoint: EndpointName;
  readonly node: NodeId | undefined;
  readonly pool: PoolId;
}

/** What is known of the image that a server was made from. */
export interface RowImage {
  readonly name: string | undefined;
  readonly system: string | undefined;
}

/** `failure`: of the last task, as long as that is the last word. */
export function rowOf(place: RowPlace, server: Server, image: RowImage, failure: Trouble | undefined): Vm {
  const { state, rawState } = stateOf(server);
  const trouble = troubleOf(server) ?? failure;
  return {
    id: vmId(place.endpoint, server.id),
    name: server.name,
    uuid: server.id,
    node: place.node,
    pool: place.node === undefined ? place.pool : undefined,
    state,
    rawState,
    cpus: server.flavor?.vcpus ?? 0,
    memory: server.flavor?.memory ?? bytes(0),
    ips: server.addresses.map(({ ip }) => ip),
    autostart: undefined,
    plan: server.metadata['plan'],
    profile: server.metadata['profile'],
    image: image.name,
    tags: server.tags,
    disabled: refusals(server),
    modes: modesOf(server),
    ...knownOf({
      os: image.system,
      flavor: server.flavor?.name,
      owner: server.metadata['owner'],
      storage: storageOf(server),
      diskCount: disksOf(server),
      nicCount: new Set(server.addresses.map(({ mac, network }) => mac ?? network)).size || undefined,
      trouble,
    }),
  };
}

/** The disks of its flavor. How large volumes are, Nova does not tell, nor a root disk that is as large as its image. */
function storageOf({ flavor, volumes }: Server): Bytes | undefined {
  if (flavor === undefined || volumes.length > 0 || flavor.rootDisk === 0) return undefined;
  return bytes(flavor.rootDisk + flavor.ephemeralDisk + flavor.swap);
}

/** Those of its flavor, and volumes. A root disk is there unless it boots from a volume. */
function disksOf({ flavor, volumes, imageId }: Server): number | undefined {
  if (flavor === undefined) return undefined;
  const own = [imageId !== undefined, flavor.ephemeralDisk > 0, flavor.swap > 0];
  return own.filter(Boolean).length + volumes.length;
}

/** A fault stays on a server that recovered: it is one only as long as the state says so. */
function troubleOf({ fault, status, createdAt, updatedAt, partial }: Server): Trouble | undefined {
  if (partial) return { message: 'its part of the cloud does not answer', since: createdAt ?? 0 };
  if (status === 'VERIFY_RESIZE') return { message: VERIFY_RESIZE, since: updatedAt ?? createdAt ?? 0 };
  if (status !== 'ERROR') return undefined;
  return { message: plainLine(fault?.message ?? 'in error, without a word why'), since: fault?.at ?? createdAt ?? 0 };
}

/** It runs, and both its old and its new place are taken up (Nova API guide, "Server concepts"). */
const VERIFY_RESIZE = 'its resize or migration waits to be confirmed or reverted';

const MODES: Readonly<Record<string, VmMode>> = {
  rescued: 'rescue',
  resized: 'resized',
  shelved: 'shelved',
  shelved_offloaded: 'shelved',
};

function modesOf({ locked, vmState = '' }: Server): readonly VmMode[] {
  const mode = MODES[vmState];
  return [...(locked ? (['locked'] as const) : []), ...(mode === undefined ? [] : [mode])];
}

/** Made without it, or what ends it. */
const FREE: ReadonlySet<OperationName> = new Set(['vm.create', 'vm.restore', 'vm.unlock']);

/** What a lock refuses: all that changes the server (nova/compute/api.py, check_instance_lock). */
const LOCKED = (Object.keys(operations) as OperationName[]).filter(
  (name) =>
    (operations[name].kind === 'mutates' && name.startsWith('vm.') && !FREE.has(name)) ||
    /^(disk|nic)\.(create|delete|detach|connect)$/.test(name),
);

function refusals({ locked, lockedReason }: Server): NonNullable<Vm['disabled']> {
  if (!locked) return {};
  const why = `it is locked${lockedReason === undefined ? '' : ` (${plainLine(lockedReason, 80)})`}: unlock it first`;
  return Object.fromEntries(LOCKED.map((name) => [name, why]));
}

export function sameRow(a: Vm, b: Vm): boolean {
  if (a.name !== b.name || a.state !== b.state || a.rawState !== b.rawState || a.node !== b.node) return false;
  if (a.cpus !== b.cpus || a.memory !== b.memory || a.plan !== b.plan || a.profile !== b.profile) return false;
  if (a.image !== b.image || a.flavor !== b.flavor || a.owner !== b.owner) return false;
  if (a.os !== b.os || a.storage !== b.storage || a.diskCount !== b.diskCount || a.nicCount !== b.nicCount)
    return false;
  const rest = ({ ips, tags, disabled, modes, trouble }: Vm) => JSON.stringify([ips, tags, disabled, modes, trouble]);
  return rest(a) === rest(b);
}
