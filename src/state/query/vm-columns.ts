import { endpointOf } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import { VM_STATES, type Vm } from '../../platforms/contract.ts';
import { formatAge, formatBytes, formatRatio } from '../../units.ts';
import { type Fleet, troubleOf } from '../fleet/fleet.ts';
import { noteOf } from '../fleet/note-of.ts';
import { poolNameOf } from '../fleet/pool-of.ts';
import type { VmSample } from '../fleet/samples.ts';
import { localStorageOf } from '../fleet/storage-sums.ts';

/** Bytes, bytes per second, shares of 1; undefined and NaN are unknown. */
type ColumnValue = string | number | boolean | undefined;

/** What a column is in JSON, CSV and YAML. */
export interface ForPrograms {
  /** The key in every output of the program, and another word for the column. */
  readonly key: string;
  readonly value?: (vm: Vm, fleet: Fleet) => number | readonly string[];
}

/**
 * One value that is shown of a VM in a line: a column of the screen and of `vm list`, what rows are sorted by, a field of an
 * export. Its id is the word for it everywhere; where the filter language has a word for the same, it is that one.
 */
export interface VmColumn {
  readonly id: string;
  readonly title: string;
  /** What it shows, without a full stop. */
  readonly help: string;
  readonly value: (vm: Vm, fleet: Fleet) => ColumnValue;
  /** A number as people read it. */
  readonly spell?: (value: number) => string;
  /** What is compared when rows are sorted, where that is not the value. */
  readonly rank?: (vm: Vm) => number;
  readonly align?: 'right';
  /** Comes with samples: it changes by itself, and has to be waited for. */
  readonly sampled?: true;
  /** Sorted from the largest down, unless it is asked for the other way. */
  readonly largestFirst?: true;
  /** A drawing, for the screen alone. */
  readonly drawn?: true;
  /** Where programs get it by another name or in another form than people. */
  readonly programs?: ForPrograms;
}

const figure = { align: 'right', sampled: true, largestFirst: true } as const;
const amount = { align: 'right', largestFirst: true } as const;
const size = { ...amount, spell: formatBytes } as const;
const rate = (id: string, title: string, help: string, of: (sample: VmSample) => number): VmColumn => ({
  id,
  title,
  help,
  value: (vm, { samples }) => of(samples.of(vm.id)),
  spell: formatBytes,
  ...figure,
});

/** All there are, in the order in which lists offer them. */
export const vmColumns: readonly VmColumn[] = [
  { id: 'name', title: 'NAME', help: 'its name', value: (vm) => vm.name },
  {
    id: 'state',
    title: 'STATE',
    help: 'its state; sorted, the running ones come first',
    value: (vm) => vm.state,
    rank: (vm) => VM_STATES.indexOf(vm.state),
  },
  {
    id: 'cpu',
    title: 'CPU',
    help: 'CPU load now, of its own virtual CPUs',
    value: (vm, { samples }) => samples.cpu(vm.id),
    spell: formatRatio,
    // Percent, as in a filter: `cpu>80`.
    programs: { key: 'cpu', value: (vm, { samples }) => samples.cpu(vm.id) * 100 },
    ...figure,
  },
  {
    id: 'hostcpu',
    title: 'HOST CPU',
    help: 'CPU load now, of all the CPUs of its node',
    value: hostShare,
    spell: formatRatio,
    programs: { key: 'hostcpu', value: (vm, fleet) => hostShare(vm, fleet) * 100 },
    ...figure,
  },
  {
    id: 'trend',
    title: 'CPU HISTORY',
    help: 'CPU load of the last samples as a graph, the newest on the right',
    value: (vm, { samples }) => samples.cpu(vm.id),
    drawn: true,
    ...figure,
  },
  {
    id: 'mem',
    title: 'MEM USE',
    help: 'memory in use now',
    value: (vm, { samples }) => samples.memory(vm.id),
    spell: formatBytes,
    ...figure,
  },
  { id: 'memory', title: 'MEMORY', help: 'memory that it has', value: (vm) => vm.memory, ...size },
  {
    id: 'cpus',
    title: 'CPUS',
    help: 'virtual CPUs that it has',
    value: (vm) => vm.cpus,
    ...amount,
  },
  rate('disk', 'DISK/S', 'bytes a second from and to its disks', ({ diskRead, diskWrite }) => diskRead + diskWrite),
  rate('read', 'READ/S', 'bytes a second from its disks', ({ diskRead }) => diskRead),
  rate('write', 'WRITE/S', 'bytes a second to its disks', ({ diskWrite }) => diskWrite),
  rate('net', 'NET/S', 'bytes a second from and to its networks', ({ netRx, netTx }) => netRx + netTx),
  rate('rx', 'RX/S', 'bytes a second that it receives', ({ netRx }) => netRx),
  rate('tx', 'TX/S', 'bytes a second that it sends', ({ netTx }) => netTx),
  {
    id: 'uptime',
    title: 'UPTIME',
    help: 'time since it was powered on, where the platform tells; for programs in seconds',
    value: ({ bootedAt }, { landedAt }) => (bootedAt === undefined ? undefined : secondsBetween(bootedAt, landedAt)),
    spell: formatAge,
    align: 'right',
    largestFirst: true,
  },
  {
    id: 'ip',
    title: 'IP',
    help: 'its addresses',
    value: (vm) => given(vm.ips.join(' ')),
    programs: { key: 'ips', value: (vm) => vm.ips },
  },
  {
    id: 'node',
    title: 'NODE',
    help: 'the node that it runs on',
    value: (vm, { nodes }) => (vm.node === undefined ? undefined : nodes.get(vm.node)?.name),
  },
  {
    id: 'pool',
    title: 'POOL',
    help: 'the pool that it is in',
    value(vm, fleet) {
      const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node);
      return poolNameOf(fleet, vm.node, node?.pool ?? vm.pool, endpointOf(vm.id));
    },
  },
  { id: 'endpoint', title: 'ENDPOINT', help: 'the endpoint that it is seen through', value: (vm) => endpointOf(vm.id) },
  {
    id: 'platform',
    title: 'PLATFORM',
    help: 'the platform of that endpoint',
    value: (vm, { endpoints }) => endpoints.get(endpointOf(vm.id))?.platform,
  },
  {
    id: 'version',
    title: 'VERSION',
    help: 'version of what runs it, or of what a node runs',
    value: (vm, { nodes }) => (vm.node === undefined ? undefined : given(nodes.get(vm.node)?.version ?? '')),
  },
  { id: 'image', title: 'IMAGE', help: 'the image that its disk was made from', value: (vm) => vm.image },
  {
    id: 'os',
    title: 'SYSTEM',
    help: 'the operating system in it, or of a node, where that is known',
    value: (vm) => vm.os,
  },
  { id: 'flavor', title: 'FLAVOR', help: 'the size that it comes in, where there are such', value: (vm) => vm.flavor },
  { id: 'owner', title: 'OWNER', help: 'whose it is, where that was written down', value: (vm) => vm.owner },
  {
    id: 'storage',
    title: 'STORAGE',
    help: 'what its disks can hold together, where that is known of all VMs',
    value: (vm) => vm.storage,
    ...size,
  },
  {
    id: 'shared',
    title: 'SHARED',
    help: 'what of its storage several nodes reach, where that is known',
    value: (vm) => vm.sharedStorage,
    programs: { key: 'sharedStorage' },
    ...size,
  },
  {
    id: 'local',
    title: 'LOCAL',
    help: 'what of its storage its node alone reaches, where that is known',
    value: localStorageOf,
    programs: { key: 'localStorage' },
    ...size,
  },
  {
    id: 'disks',
    title: 'DISKS',
    help: 'how many disks it has, where that is known of all VMs',
    value: (vm) => vm.diskCount,
    programs: { key: 'diskCount' },
    ...amount,
  },
  {
    id: 'nics',
    title: 'NICS',
    help: 'how many network cards it has, where that is known of all VMs',
    value: (vm) => vm.nicCount,
    programs: { key: 'nicCount' },
    ...amount,
  },
  { id: 'plan', title: 'PLAN', help: 'the plan that it was made by', value: (vm) => vm.plan },
  { id: 'profile', title: 'PROFILE', help: 'the profile that it was made from', value: (vm) => vm.profile },
  { id: 'autostart', title: 'AUTOSTART', help: 'whether it starts with its node', value: (vm) => vm.autostart },
  {
    id: 'pending',
    title: 'AT NEXT START',
    help: 'what its next start changes, while it runs',
    value: (vm) => given(vm.pending?.join(', ') ?? ''),
    programs: { key: 'pending', value: (vm) => vm.pending ?? [] },
  },
  {
    id: 'tag',
    title: 'TAGS',
    help: 'its tags',
    value: (vm) => given(vm.tags.join(' ')),
    programs: { key: 'tags', value: (vm) => vm.tags },
  },
  { id: 'note', title: 'NOTE', help: 'what people have noted about it', value: (vm, fleet) => noteOf(vm, fleet)?.text },
  {
    id: 'trouble',
    title: 'TROUBLE',
    help: 'what is wrong with it',
    value: troubleOf,
    programs: { key: 'error' },
  },
];

/** What its own CPUs do, as a share of the CPUs that its node has. */
function hostShare(vm: Vm, { samples, nodes }: Fleet): number {
  const cpus = vm.node === undefined ? undefined : nodes.get(vm.node)?.cpus;
  return (samples.cpu(vm.id) * vm.cpus) / (cpus || Number.NaN);
}

/** Whole seconds; clocks of two machines may differ, but nothing is on for less than none. */
const secondsBetween = (from: number, to: number): number => Math.max(0, Math.round((to - from) / 1000));

const given = (text: string): string | undefined => (text === '' ? undefined : text);

/** The name of a column in what programs get. */
export const columnKey = ({ id, programs }: VmColumn): string => programs?.key ?? id;

/** By its word, and by the key that programs know it by. */
const byId = new Map<string, VmColumn>(
  vmColumns.flatMap((column) => [columnKey(column), column.id].map((word) => [word, column] as const)),
);
export const vmColumn = (id: string): VmColumn | undefined => byId.get(id);

/** As people read it; what is unknown is `-`. */
export function columnText(column: VmColumn, vm: Vm, fleet: Fleet): string {
  const value = column.value(vm, fleet);
  if (value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return column.spell?.(value) ?? (Number.isNaN(value) ? '-' : String(value));
}

/** For programs, JSON and CSV alike: null for what is unknown; rates no finer than they are measured. */
export function columnValue(
  column: VmColumn,
  vm: Vm,
  fleet: Fleet,
): string | number | boolean | readonly string[] | null {
  const value = (column.programs?.value ?? column.value)(vm, fleet);
  if (typeof value !== 'number') return value ?? null;
  return Number.isNaN(value) ? null : Number(value.toFixed(2));
}

/**
 * The columns of `name,state,cpu`, each once; blanks do as well as commas. A sentence, without a full stop, when one of
 * them does not exist or none is named.
 */
export function readColumns(text: string): readonly VmColumn[] | string {
  const ids = new Set(text.split(/[\s,]+/).filter((id) => id !== ''));
  if (ids.size === 0) return 'no column is named';
  const found: VmColumn[] = [];
  for (const id of ids) {
    const column = byId.get(id.toLowerCase());
    if (!column) return noColumn(id);
    found.push(column);
  }
  return found;
}

export const noColumn = (id: string): string =>
  `there is no column ${JSON.stringify(id)}${didYouMean(id, byId.keys())}`;
