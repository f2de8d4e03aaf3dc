import { endpointOf } from '../../ids.ts';
import { VM_STATES, type Vm } from '../../platforms/contract.ts';
import { type Fleet, troubleOf } from '../fleet/fleet.ts';
import { noteOf } from '../fleet/note-of.ts';
import { poolNames } from '../fleet/pool-of.ts';
import type { VmSample } from '../fleet/samples.ts';
import { type CompiledQuery, compileQuery, type QueryLanguage } from './compile-query.ts';

export type CompiledFilter = CompiledQuery<Vm>;

/** Words that compare a text, with what they look at. */
const TEXTS: QueryLanguage<Vm>['texts'] = {
  name: (vm) => [vm.name],
  state: (vm) => [vm.state],
  tag: (vm) => vm.tags,
  ip: (vm) => vm.ips,
  node: (vm, fleet) => [vm.node === undefined ? undefined : fleet.nodes.get(vm.node)?.name],
  pool(vm, fleet) {
    const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node);
    return poolNames(fleet, vm.node, node?.pool ?? vm.pool, endpointOf(vm.id));
  },
  endpoint: (vm) => [endpointOf(vm.id)],
  platform: (vm, fleet) => [fleet.endpoints.get(endpointOf(vm.id))?.platform],
  plan: (vm) => [vm.plan],
  profile: (vm) => [vm.profile],
  image: (vm) => [vm.image],
  os: (vm) => [vm.os],
  flavor: (vm) => [vm.flavor],
  owner: (vm) => [vm.owner],
  note: (vm, fleet) => [noteOf(vm, fleet)?.text],
  trouble: (vm) => [troubleOf(vm)],
};

/** Words that compare a number; cpu in percent of the VM's own vCPUs, sizes in bytes, rates in bytes a second. NaN fits nothing. */
const NUMBERS: QueryLanguage<Vm>['numbers'] = {
  cpu: { size: false, live: true, of: (vm, fleet) => fleet.samples.cpu(vm.id) * 100 },
  mem: { size: true, memory: true, live: true, of: (vm, fleet) => fleet.samples.memory(vm.id) },
  memory: { size: true, memory: true, live: false, of: (vm) => vm.memory },
  cpus: { size: false, live: false, of: (vm) => vm.cpus },
  storage: { size: true, live: false, of: (vm) => vm.storage ?? Number.NaN },
  disk: { size: true, live: true, of: (vm, fleet) => sum(fleet.samples.of(vm.id), 'diskRead', 'diskWrite') },
  net: { size: true, live: true, of: (vm, fleet) => sum(fleet.samples.of(vm.id), 'netRx', 'netTx') },
};

const sum = (sample: VmSample, one: keyof VmSample, other: keyof VmSample) => sample[one] + sample[other];

/** What people of other tools type: kcli says status, up and down. */
const OTHER_WORDS: Readonly<Record<string, string>> = { status: 'state', tags: 'tag', ips: 'ip', host: 'node' };
export const OTHER_STATES: Readonly<Record<string, string>> = {
  up: 'running',
  down: 'stopped',
  on: 'running',
  off: 'stopped',
};

/** What a filter over VMs can ask. A word alone is looked for in name, IPs and tags. */
const OF_VMS: QueryLanguage<Vm> = {
  texts: TEXTS,
  numbers: NUMBERS,
  otherWords: OTHER_WORDS,
  states: VM_STATES,
  otherStates: OTHER_STATES,
  anywhere: (vm, word) =>
    vm.name.toLowerCase().includes(word) ||
    vm.ips.some((ip) => ip.includes(word)) ||
    vm.tags.some((tag) => tag.toLowerCase().includes(word)),
};

export const compileFilter = (query: string, fleet: Fleet): CompiledFilter => compileQuery(query, fleet, OF_VMS);
