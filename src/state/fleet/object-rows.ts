/** VMs, nodes and pools as programs get them, in every output: docs/json.md has the keys. Sizes in bytes, instants in ISO 8601. */
import { endpointOf, type NodeId, type PoolId } from '../../ids.ts';
import type { Node, Vm } from '../../platforms/contract.ts';
import { whole } from '../listed-keys.ts';
import type { Fleet } from './fleet.ts';
import { noteOf } from './note-of.ts';
import { poolNameOf } from './pool-of.ts';
import { localStorageOf } from './storage-sums.ts';
import { endpointStatusOf } from './store.ts';
import { isOn } from './vm-shares.ts';

export const instant = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** The name of a node; its id where it is not listed. */
export const nodeNameOf = (node: NodeId | undefined, fleet: Fleet): string | undefined =>
  node === undefined ? undefined : (fleet.nodes.get(node)?.name ?? node);

/** A VM as programs get it: the schema `vm`. */
export function vmRow(vm: Vm, fleet: Fleet) {
  const endpoint = endpointOf(vm.id);
  const node = vm.node && fleet.nodes.get(vm.node);
  const status = endpointStatusOf(fleet, vm.id);
  return {
    id: vm.id,
    uuid: vm.uuid,
    name: vm.name,
    endpoint,
    node: node?.name,
    pool: poolNameOf(fleet, vm.node, node?.pool ?? vm.pool, endpoint),
    platform: status?.platform,
    state: vm.state,
    rawState: vm.rawState,
    cpus: vm.cpus,
    memory: vm.memory,
    ips: vm.ips,
    autostart: vm.autostart,
    plan: vm.plan,
    profile: vm.profile,
    image: vm.image,
    os: vm.os,
    flavor: vm.flavor,
    owner: vm.owner,
    storage: vm.storage,
    sharedStorage: vm.sharedStorage,
    localStorage: localStorageOf(vm),
    diskCount: vm.diskCount,
    nicCount: vm.nicCount,
    tags: vm.tags,
    note: noteOf(vm, fleet)?.text,
    error: vm.trouble?.message,
    staleSince: instant(status?.staleSince),
  };
}
export type VmRow = ReturnType<typeof vmRow>;

/** A node as programs get it: the schema `node`. */
export function nodeRow(node: Node, fleet: Fleet) {
  const endpoint = endpointOf(node.id);
  const status = endpointStatusOf(fleet, node.id);
  const { total, running } = fleet.counts(node.id);
  return {
    id: node.id,
    name: node.name,
    endpoint,
    pool: poolNameOf(fleet, node.id, node.pool, endpoint),
    platform: status?.platform,
    state: node.state,
    address: node.address,
    cpus: whole(node.cpus),
    memory: whole(node.memory),
    version: node.version,
    os: node.os,
    vms: total,
    running,
    vcpus: vcpusInUse(node.id, fleet),
    note: noteOf(node, fleet)?.text,
    error: node.trouble?.message,
    staleSince: instant(status?.staleSince),
  };
}
export type NodeRow = ReturnType<typeof nodeRow>;

/** What the VMs of a node that are on have together; more than its CPUs is usual. */
const vcpusInUse = (node: NodeId, fleet: Fleet): number =>
  fleet.vmsBelow(node).reduce((sum, id) => {
    const vm = fleet.vms.get(id);
    return sum + (vm && isOn(vm) ? vm.cpus : 0);
  }, 0);

/** The pools that the user made and those that platforms report, in one list. */
export function poolRows(fleet: Fleet) {
  const membersOf = (pool: PoolId) => [...fleet.nodes.values()].filter((node) => placeOf(node, fleet) === pool);
  const nameOf = (id: PoolId | undefined) =>
    id && (fleet.grouping.pools.find((pool) => pool.id === id)?.name ?? fleet.pools.get(id)?.name);
  const row = (id: PoolId, name: string, kind: 'user' | 'platform', parent: PoolId | undefined, readOnly: boolean) => {
    const nodes = membersOf(id);
    const counts = nodes.map((node) => fleet.counts(node.id));
    return {
      id,
      name,
      kind,
      parent: nameOf(parent),
      readOnly,
      nodes: nodes.map((node) => node.name),
      vms: counts.reduce((sum, { total }) => sum + total, fleet.counts(id).total),
      running: counts.reduce((sum, { running }) => sum + running, fleet.counts(id).running),
    };
  };
  return [
    ...fleet.grouping.pools.map((pool) => row(pool.id, pool.name, 'user', pool.parent, pool.readOnly)),
    ...[...fleet.pools.values()].map((pool) =>
      row(pool.id, pool.name, 'platform', pool.parent ?? fleet.grouping.placeOf.get(endpointOf(pool.id)), false),
    ),
  ];
}
export type PoolRow = ReturnType<typeof poolRows>[number];
const placeOf = (node: Node, { grouping }: Fleet): PoolId | undefined =>
  grouping.placeOf.get(node.id) ?? node.pool ?? grouping.placeOf.get(endpointOf(node.id));
