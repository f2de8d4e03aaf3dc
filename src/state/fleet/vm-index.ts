import { type EndpointName, endpointOf, type NodeId, nativeOf, type PoolId, type VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { type Counts, parentOf, type VmStorageSum } from './fleet.ts';
import { createSiblings, naturalKey, type Siblings } from './siblings.ts';
import { createVmTallies } from './vm-tallies.ts';

/** All VMs, found by id, by parent in the order of their names, and counted by state. */
export interface VmIndex {
  readonly vms: ReadonlyMap<VmId, Vm>;
  /** Shown or not. */
  get(id: VmId): Vm | undefined;
  /** Every id of an endpoint, with those that are not shown since another endpoint shows the same machine. */
  ofEndpoint(endpoint: EndpointName): ReadonlySet<VmId>;
  /** What its inventory says, before its VMs come; those that are there already are compared again. */
  setCloud(endpoint: EndpointName, cloud: string | undefined): void;
  cloudOf(endpoint: EndpointName): string | undefined;
  /** True when a row came, went, moved or changed its name. */
  upsert(vm: Vm): boolean;
  remove(id: VmId): boolean;
  below(parent: NodeId | PoolId): readonly VmId[];
  placeAmongSiblings(id: VmId): number;
  counts(parent: NodeId | PoolId): Counts;
  storage(parent: NodeId | PoolId): VmStorageSum;
  /** Brings the order up to date after a batch; `below` and `placeAmongSiblings` are true only then. */
  settle(): void;
}

const NO_IDS: ReadonlySet<VmId> = new Set();

export function createVmIndex(): VmIndex {
  const vms = new Map<VmId, Vm>();
  /** One machine seen through two endpoints is one row: the first id shows it, the others wait here. */
  const shadows = new Map<VmId, Vm>();
  /** All ids under which a uuid was reported; most have one, and a text instead of a list saves a third of an entry. */
  const seenAs = new Map<string, VmId | readonly VmId[]>();
  const clouds = new Map<EndpointName, string>();
  const byEndpoint = new Map<EndpointName, Set<VmId>>();
  const sortKeys = new Map<VmId, string>();
  const families = new Map<NodeId | PoolId, Siblings<VmId>>();
  const unsettled = new Set<Siblings<VmId>>();
  const { count, counts, storage } = createVmTallies();

  const get = (id: VmId): Vm | undefined => vms.get(id) ?? shadows.get(id);
  const namesakes = (uuid: string): readonly VmId[] => [seenAs.get(uuid) ?? []].flat();

  const isSameCloud = (a: Vm, b: Vm) => {
    const cloud = clouds.get(endpointOf(a.id));
    return cloud !== undefined && cloud === clouds.get(endpointOf(b.id));
  };

  /** Two machines may carry one uuid (a copied disk): only on the same host or in the same cloud it is the same machine. */
  const isSameMachine = (a: Vm | undefined, b: Vm) =>
    a !== undefined &&
    ((a.node !== undefined && b.node !== undefined && nativeOf(a.node) === nativeOf(b.node)) || isSameCloud(a, b));

  const familyOf = (parent: NodeId | PoolId): Siblings<VmId> => {
    let family = families.get(parent);
    if (!family) {
      family = createSiblings<VmId>((id) => sortKeys.get(id) ?? '');
      families.set(parent, family);
    }
    unsettled.add(family);
    return family;
  };

  const register = (id: VmId) => {
    const endpoint = endpointOf(id);
    const ids = byEndpoint.get(endpoint);
    if (ids) ids.add(id);
    else byEndpoint.set(endpoint, new Set([id]));
  };

  const show = (vm: Vm) => {
    const parent = parentOf(vm);
    vms.set(vm.id, vm);
    sortKeys.set(vm.id, naturalKey(vm.name));
    count(vm, 1);
    if (parent !== undefined) familyOf(parent).add(vm.id);
  };

  const hide = (vm: Vm) => {
    const parent = parentOf(vm);
    vms.delete(vm.id);
    count(vm, -1);
    if (parent !== undefined) familyOf(parent).remove(vm.id);
  };

  const remove = (id: VmId): boolean => {
    const vm = get(id);
    if (!vm) return false;
    byEndpoint.get(endpointOf(id))?.delete(id);
    const others = namesakes(vm.uuid).filter((other) => other !== id);
    if (others.length > 0) seenAs.set(vm.uuid, others);
    else seenAs.delete(vm.uuid);
    if (shadows.delete(id)) return false;
    hide(vm);
    const heir = others.map((other) => shadows.get(other)).find((other) => isSameMachine(other, vm));
    if (heir) {
      shadows.delete(heir.id);
      show(heir);
    }
    return true;
  };

  /** One that is not there. True when it has a row. */
  const add = (vm: Vm): boolean => {
    register(vm.id);
    const others = namesakes(vm.uuid);
    seenAs.set(vm.uuid, others.length === 0 ? vm.id : [...others, vm.id]);
    const shown = others.map((other) => vms.get(other)).find((other) => isSameMachine(other, vm));
    // A login that may see the node tells more than one that may not.
    if (shown && (shown.node !== undefined || vm.node === undefined)) {
      shadows.set(vm.id, vm);
      return false;
    }
    if (shown) {
      hide(shown);
      shadows.set(shown.id, shown);
    }
    show(vm);
    return true;
  };

  return {
    vms,
    get,
    ofEndpoint: (endpoint) => byEndpoint.get(endpoint) ?? NO_IDS,
    upsert(vm) {
      const known = vms.get(vm.id);
      if (known && known.name === vm.name && parentOf(known) === parentOf(vm) && known.uuid === vm.uuid) {
        count(known, -1);
        count(vm, 1);
        vms.set(vm.id, vm);
        return false;
      }
      remove(vm.id);
      return add(vm) || known !== undefined;
    },
    remove,
    setCloud(endpoint, cloud) {
      if (clouds.get(endpoint) === cloud) return;
      // Those that came before it was known are compared again.
      const known = Array.from(byEndpoint.get(endpoint) ?? [], get).filter((vm) => vm !== undefined);
      for (const { id } of known) remove(id);
      if (cloud === undefined) clouds.delete(endpoint);
      else clouds.set(endpoint, cloud);
      for (const vm of known) add(vm);
    },
    cloudOf: (endpoint) => clouds.get(endpoint),
    below: (parent) => families.get(parent)?.ids ?? [],
    placeAmongSiblings(id) {
      const vm = vms.get(id);
      const parent = vm && parentOf(vm);
      return parent === undefined ? -1 : (families.get(parent)?.indexOf(id) ?? -1);
    },
    counts,
    storage,
    settle() {
      for (const family of unsettled) family.settle();
      unsettled.clear();
    },
  };
}
