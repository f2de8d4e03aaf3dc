/** From what is known of an object to the row that people see: datacenters and clusters, hosts, VMs. */
import { type EndpointName, nodeId, poolId, vmId } from '../../ids.ts';
import { type Bytes, bytes, mib } from '../../units.ts';
import type { Node, OperationName, Pool, Trouble, Vm } from '../contract.ts';
import { knownOf } from '../lib/known.ts';
import { kcliPath } from './inventory-spec.ts';
import { plainName } from './names.ts';
import { above, type Known, numberIn, type Objects } from './objects.ts';
import { bootTimeOf, nodeStateOf, stateOf } from './states.ts';

export interface Place {
  readonly endpoint: EndpointName;
  readonly objects: Objects;
  /** An ESX host has one datacenter that no user made: it is not shown. */
  readonly standalone: boolean;
}

const DATACENTER = 'Datacenter';
const CLUSTER = 'ClusterComputeResource';

export const isPool = ({ ref }: Known, { standalone }: Place): boolean =>
  !standalone && (ref.type === DATACENTER || ref.type === CLUSTER);
export const isNode = ({ ref }: Known): boolean => ref.type === 'HostSystem';
export const isVm = ({ ref }: Known): boolean => ref.type === 'VirtualMachine';

/** A datacenter, or a cluster below one. */
export function poolRow(known: Known, place: Place): Pool {
  return { id: poolId(place.endpoint, known.ref.value), name: nameOf(known), parent: poolAbove(known, place) };
}

export function nodeRow(known: Known, place: Place): Node {
  const { values } = known;
  const name = nameOf(known);
  return {
    id: nodeId(place.endpoint, known.ref.value),
    name,
    pool: poolAbove(known, place),
    state: nodeStateOf(
      values.get('runtime.connectionState'),
      values.get('runtime.powerState'),
      values.get('runtime.inMaintenanceMode'),
    ),
    address: name,
    cpus: count(numberIn(known, 'summary.hardware.numCpuThreads')),
    memory: size(numberIn(known, 'summary.hardware.memorySize')),
    version: values.get('summary.config.product.fullName') ?? 'ESX',
    // It is its own system.
    ...knownOf({ os: values.get('summary.config.product.fullName') }),
  };
}

export interface VmContext extends Place {
  /** The last part of the description id of a task that runs on it now: `powerOn`. */
  readonly task: string | undefined;
  /** When its question was first seen; epoch, ms. */
  readonly askedAt: number;
}

export function vmRow(known: Known, context: VmContext): Vm {
  const { values, ref } = known;
  const { endpoint, objects, task, askedAt } = context;
  const host = objects.get(values.get('runtime.host') ?? '');
  const ip = values.get('guest.ipAddress');
  const trouble = troubleOf(values.get('runtime.question.text'), askedAt);
  const [power, connection] = [values.get('runtime.powerState'), values.get('runtime.connectionState')];
  const bootedAt = bootTimeOf(power, connection, values.get('runtime.bootTime'));
  return {
    id: vmId(endpoint, ref.value),
    name: nameOf(known),
    uuid: values.get('config.instanceUuid') || ref.value,
    node: host && nodeId(endpoint, host.ref.value),
    pool: host ? undefined : poolAbove(known, context),
    ...stateOf(power, connection, task),
    cpus: count(numberIn(known, 'summary.config.numCpu')),
    memory: mib(count(numberIn(known, 'summary.config.memorySizeMB'))),
    ips: ip === undefined || ip === '' ? [] : [ip],
    autostart: undefined,
    plan: values.get(kcliPath('plan')),
    profile: values.get(kcliPath('profile')),
    image: values.get(kcliPath('image')),
    tags: [],
    ...knownOf({
      os: values.get('summary.config.guestFullName'),
      owner: values.get(kcliPath('owner')),
      storage: provisioned(known),
      diskCount: reported(numberIn(known, 'summary.config.numVirtualDisks')),
      nicCount: reported(numberIn(known, 'summary.config.numEthernetCards')),
      bootedAt,
      trouble,
    }),
    ...(values.get('config.template') === 'true' ? { disabled: TEMPLATE_REFUSES } : {}),
  };
}

/** It waits until a user answers, and its guest stands still meanwhile. */
const troubleOf = (question: string | undefined, since: number): Trouble | undefined =>
  question === undefined || question === '' ? undefined : { message: `waits for an answer: ${question}`, since };

export const IS_TEMPLATE = 'it is a template: make a VM of it first';

const TEMPLATE_REFUSES: Readonly<Partial<Record<OperationName, string>>> = {
  'vm.start': IS_TEMPLATE,
  'vm.stop': IS_TEMPLATE,
  'vm.restart': IS_TEMPLATE,
};

function poolAbove(known: Known, place: Place) {
  const pool = place.standalone ? undefined : above(place.objects, known, DATACENTER, CLUSTER);
  return pool && poolId(place.endpoint, pool.ref.value);
}

const nameOf = ({ ref, values }: Known): string => plainName(values.get('name') ?? ref.value);

/**
 * What it takes of datastores with what its thin disks may still grow by: vSphere's "provisioned space", which has its swap and its
 * snapshots in it. Undefined where the server tells one half alone. How large its disks are, its devices alone say, which are some KiB a VM.
 */
function provisioned(known: Known): Bytes | undefined {
  const sum = numberIn(known, 'summary.storage.committed') + numberIn(known, 'summary.storage.uncommitted');
  return reported(sum) === undefined ? undefined : bytes(sum);
}

/** 0 is a number too; what the server does not report is none. */
const reported = (value: number): number | undefined => (Number.isSafeInteger(value) && value >= 0 ? value : undefined);

const count = (value: number): number => (Number.isSafeInteger(value) && value > 0 ? value : 0);
const size = (value: number): Bytes => bytes(count(value));
