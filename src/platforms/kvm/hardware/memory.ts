/** The memory of a new VM: how far it grows, in which cells it is, and what of the host's it is made of. */
import { formatBytes, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { numberIn, oneOf, refused, rowsIn, textIn } from '../../lib/spec-values.ts';
import { readSet, writeSet } from './cpu-set.ts';

export interface MemoryWish {
  /** Bytes, as are all sizes here. What the balloon can give it. */
  readonly most: number;
  /** What can be plugged in while it runs: the size with all of it, and in how many pieces. */
  readonly hotplug: { readonly size: number; readonly slots: number } | undefined;
  readonly cells: readonly { readonly vcpus: readonly number[]; readonly memory: number }[];
  /** Nodes of the host that it is taken from, and how strictly. */
  readonly numa: { readonly mode: string; readonly nodes: readonly number[] } | undefined;
  /** Undefined without huge pages; `size` undefined is the host's usual one. */
  readonly pages: { readonly size: number | undefined } | undefined;
}

const NUMA_MODES = ['strict', 'interleave', 'preferred'] as const;
/** What an ACPI table has room for. */
const MOST_SLOTS = 256;
const KIB = 1024;

export function readMemory(spec: Settings, memory: number, vcpus: number): MemoryWish {
  const most = numberIn(spec, 'max-memory') ?? memory;
  if (most < memory) throw refused(`it can't have ${formatBytes(memory)} when it can get ${formatBytes(most)} at most`);
  const hotplug = readHotplug(spec, most);
  const cells = readCells(rowsIn(spec, 'numa'), most, vcpus);
  // libvirt plugs memory into a cell, so that there must be one.
  const one = { vcpus: Array.from({ length: vcpus }, (_, at) => at), memory: most };
  return {
    most,
    hotplug,
    cells: hotplug && cells.length === 0 ? [one] : cells,
    numa: readNuma(spec),
    pages: readPages(spec, most, cells),
  };
}

function readHotplug(spec: Settings, most: number): MemoryWish['hotplug'] {
  const [size, slots] = [numberIn(spec, 'hotplug-memory'), numberIn(spec, 'memory-slots')];
  if (size === undefined) {
    if (slots !== undefined) throw refused('slots for memory are of no use without hotplug-memory');
    return undefined;
  }
  if (size <= most)
    throw refused(`with ${formatBytes(size)} of memory there is nothing to plug in beyond ${formatBytes(most)}`);
  if (slots !== undefined && (slots < 1 || slots > MOST_SLOTS))
    throw refused(`a VM has 1 to ${MOST_SLOTS} slots for memory`);
  return { size, slots: slots ?? 16 };
}

function readCells(rows: readonly Settings[], most: number, vcpus: number): MemoryWish['cells'] {
  const cells = rows
    .map((row, at) => ({
      id: numberIn(row, 'id') ?? at,
      vcpus: readSet(textIn(row, 'vcpus'), 'vCPUs of a NUMA cell'),
      memory: numberIn(row, 'memory') ?? 0,
    }))
    .toSorted((a, b) => a.id - b.id);
  if (cells.length === 0) return [];
  if (cells.some(({ id }, at) => id !== at)) throw refused('the ids of NUMA cells are 0, 1, 2 and so on, each once');
  const all = cells.flatMap((cell) => cell.vcpus).toSorted((a, b) => a - b);
  if (all.length !== vcpus || all.some((vcpu, at) => vcpu !== at))
    throw refused(`each of the vCPUs 0 to ${vcpus - 1} must be in one NUMA cell, and no other`);
  const sum = cells.reduce((before, { memory }) => before + memory, 0);
  if (sum !== most) throw refused(`the NUMA cells have ${formatBytes(sum)} together, and the VM ${formatBytes(most)}`);
  if (cells.some(({ memory }) => memory < mib(1) || memory % KIB !== 0))
    throw refused('a NUMA cell has 1 MiB or more, in whole KiB');
  return cells;
}

function readNuma(spec: Settings): MemoryWish['numa'] {
  const [mode, nodes] = [
    oneOf(['', ...NUMA_MODES], textIn(spec, 'numa-mode'), 'NUMA mode'),
    textIn(spec, 'numa-nodes'),
  ];
  if (mode === '') {
    if (nodes !== '') throw refused('nodes of the host need a NUMA mode', 'choose strict, interleave or preferred');
    return undefined;
  }
  const numa = { mode, nodes: readSet(nodes || '0', 'NUMA nodes of the host') };
  if (mode === 'preferred' && numa.nodes.length > 1) throw refused('one NUMA node alone can be preferred');
  return numa;
}

function readPages(spec: Settings, most: number, cells: MemoryWish['cells']): MemoryWish['pages'] {
  const size = numberIn(spec, 'page-size');
  if (spec['huge-pages'] !== true) {
    if (size !== undefined) throw refused('a size of pages needs huge pages');
    return undefined;
  }
  if (size !== undefined) refuseBroken([most, ...cells.map(({ memory }) => memory)], size);
  return { size };
}

/** Throws op.refused for memory that is no whole number of such pages. */
export function refuseBroken(sizes: readonly number[], page: number): void {
  const broken = sizes.find((size) => size % page !== 0);
  if (broken !== undefined)
    throw refused(`${formatBytes(broken)} of memory are no whole pages of ${formatBytes(page)}`);
}

/** How much of it there is, and how it grows. `memory`: what it starts with. */
export const memoryXml = (memory: number, { most, hotplug }: MemoryWish): string =>
  [
    `<memory unit="b">${most}</memory>`,
    most > memory && `<currentMemory unit="b">${memory}</currentMemory>`,
    hotplug && `<maxMemory slots="${hotplug.slots}" unit="b">${hotplug.size}</maxMemory>`,
  ]
    .filter(Boolean)
    .join('');

/** `isShared`: with a process of the host, as virtiofs needs it. */
export function backingXml({ pages, numa }: MemoryWish, isShared: boolean): string {
  const size = pages?.size === undefined ? '' : `<page size="${pages.size / KIB}" unit="KiB"/>`;
  const inside = [
    pages && (size === '' ? '<hugepages/>' : `<hugepages>${size}</hugepages>`),
    isShared && '<source type="memfd"/><access mode="shared"/>',
  ].filter(Boolean);
  const tuned = numa && `<numatune><memory mode="${numa.mode}" nodeset="${writeSet(numa.nodes)}"/></numatune>`;
  return `${inside.length > 0 ? `<memoryBacking>${inside.join('')}</memoryBacking>` : ''}${tuned ?? ''}`;
}

export function cellsXml({ cells }: MemoryWish): string {
  const each = cells.map(
    ({ vcpus, memory }, id) => `<cell id="${id}" cpus="${writeSet(vcpus)}" memory="${memory / KIB}" unit="KiB"/>`,
  );
  return each.length > 0 ? `<numa>${each.join('')}</numa>` : '';
}
