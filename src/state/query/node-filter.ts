/** Filters over nodes: the language of those over VMs, with what nodes have. */
import { endpointOf } from '../../ids.ts';
import type { Node, NodeState } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { noteOf } from '../fleet/note-of.ts';
import { poolNames } from '../fleet/pool-of.ts';
import { storageOfVms } from '../fleet/storage-sums.ts';
import { type CompiledQuery, compileQuery, type QueryFilter, type QueryLanguage } from './compile-query.ts';
import type { FilterVocabulary, FilterWord } from './filter-words.ts';

/** Which nodes are shown in a list of them. */
export type NodeFilter = QueryFilter<Node>;
type CompiledNodeFilter = CompiledQuery<Node>;

const NODE_STATES = ['up', 'down', 'maintenance', 'unknown'] as const satisfies readonly NodeState[];

export const nodeFilterWords: readonly FilterWord[] = [
  { word: 'name', compares: 'text', help: 'its whole name, where * stands for anything: name:kvm*' },
  { word: 'state', compares: 'text', help: `its state, which may be shortened: ${NODE_STATES.join(', ')}` },
  { word: 'ip', compares: 'text', help: 'its address' },
  { word: 'pool', compares: 'text', help: 'any pool around it, yours or the platform’s' },
  { word: 'endpoint', compares: 'text', help: 'the endpoint that it is seen through' },
  { word: 'platform', compares: 'text', help: 'the platform of that endpoint' },
  { word: 'version', compares: 'text', help: 'what runs the VMs, with its version' },
  { word: 'os', compares: 'text', help: 'its operating system, where that is known' },
  { word: 'note', compares: 'text', help: 'what people have noted about it; note:* is every node with a note' },
  { word: 'trouble', compares: 'text', help: 'what is wrong with it; trouble:* is every node with something wrong' },
  { word: 'cpu', compares: 'number', help: 'its CPU load now, in percent of all its CPUs' },
  { word: 'used', compares: 'number', help: 'the share of its memory in use now, in percent' },
  { word: 'mem', compares: 'size', help: 'the memory in use now' },
  { word: 'memory', compares: 'size', help: 'the memory that it has' },
  { word: 'cpus', compares: 'number', help: 'how many CPUs it has' },
  {
    word: 'storage',
    compares: 'size',
    help: 'what the disks of its VMs can hold together, where that is known of all its VMs; on libvirt of VMs that have run',
  },
  { word: 'vms', compares: 'number', help: 'how many VMs it has' },
  { word: 'running', compares: 'number', help: 'how many of them run' },
];

export const nodeVocabulary: FilterVocabulary = { words: nodeFilterWords, states: NODE_STATES };

const sampleOf = ({ id }: Node, { nodeSamples }: Fleet) =>
  nodeSamples.of(id) ?? { cpu: Number.NaN, memory: Number.NaN };

const OF_NODES: QueryLanguage<Node> = {
  texts: {
    name: ({ name }) => [name],
    state: ({ state }) => [state],
    ip: ({ address }) => [address],
    pool: ({ id, pool }, fleet) => poolNames(fleet, id, pool, endpointOf(id)),
    endpoint: ({ id }) => [endpointOf(id)],
    platform: ({ id }, { endpoints }) => [endpoints.get(endpointOf(id))?.platform],
    version: ({ version }) => [version],
    os: ({ os }) => [os],
    note: (node, fleet) => [noteOf(node, fleet)?.text],
    trouble: ({ trouble }) => [trouble?.message],
  },
  numbers: {
    cpu: { size: false, live: true, of: (node, fleet) => sampleOf(node, fleet).cpu * 100 },
    used: { size: false, live: true, of: (node, fleet) => (sampleOf(node, fleet).memory / node.memory) * 100 },
    mem: { size: true, memory: true, live: true, of: (node, fleet) => sampleOf(node, fleet).memory },
    memory: { size: true, memory: true, live: false, of: ({ memory }) => memory },
    cpus: { size: false, live: false, of: ({ cpus }) => cpus },
    storage: { size: true, live: false, of: ({ id }, fleet) => storageOfVms([id], fleet) },
    vms: { size: false, live: false, of: ({ id }, fleet) => fleet.counts(id).total },
    running: { size: false, live: true, listed: true, of: ({ id }, fleet) => fleet.counts(id).running },
  },
  otherWords: { status: 'state', address: 'ip', host: 'name', node: 'name' },
  states: NODE_STATES,
  otherStates: { online: 'up', offline: 'down', standby: 'maintenance' },
  anywhere: ({ name, address = '', version }, word) =>
    [name, address, version].some((text) => text.toLowerCase().includes(word)),
};

/** A word alone is looked for in name, address and version. */
export const compileNodeFilter = (query: string, fleet: Fleet): CompiledNodeFilter =>
  compileQuery(query, fleet, OF_NODES);
