/** What a summary of nodes has beside their load: storage, networks, and what happened to them. */
import { endpointOf, type NodeId, type VmId } from '../../ids.ts';
import type { VmInfo } from '../../platforms/contract.ts';
import type { Fleet, VmStorageSum } from '../../state/fleet/fleet.ts';
import { listedOf, type StorageSum, sumOfVms, sumStorages } from '../../state/fleet/storage-sums.ts';
import type { VmShares } from '../../state/fleet/vm-shares.ts';
import type { Notice } from '../../state/records/notices.ts';
import { compareVersions, templateOfProfile } from '../../state/templates/template.ts';
import { clean } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import { timeOrDay } from '../time.ts';
import { type Fact, fact, usedOf } from './facts.ts';

const MOST_NAMED = 6;

/** Of a node, or of all nodes of a pool. `notices`: newest first; `now`: epoch, ms. */
export function summaryFacts(
  nodes: readonly NodeId[],
  fleet: Fleet,
  notices: readonly Notice[],
  now: number,
): readonly Fact[] {
  const storages = listedOf('storage', nodes, fleet);
  const sums = storages && sumStorages(storages);
  const vms = nodes.reduce((sum, id) => sum + fleet.counts(id).total, 0);
  const networks = listedOf('network', nodes, fleet)?.filter(({ active }) => active) ?? [];
  return [
    ...(sums ? [...storageFact('Storage', sums.local), ...storageFact('Shared', sums.shared)] : []),
    ...vmStorageFact(sumOfVms(nodes, fleet), vms),
    ...fact('Networks', named([...new Set(networks.map(({ name }) => clean(name)))])),
    ...noticeFact(nodes, fleet, notices, now),
  ];
}

function vmStorageFact({ size, known }: VmStorageSum, count: number): readonly Fact[] {
  if (known === 0) return [];
  const whose = known === count ? 'their disks' : `disks of ${known} of ${count} VMs`;
  return fact('VM storage', `${formatBytes(size)} that ${whose} can hold`);
}

/**
 * What the VMs that are on take of their nodes: CPU time now, and memory that they were given. Nothing where that is not known.
 * The texts are as short as those of the nodes' own gauges, for panes of 80 columns.
 */
export const vmShareFacts = ({ cpu, memory, given, vcpus }: VmShares): readonly Fact[] => [
  ...(Number.isNaN(vcpus) ? [] : [{ label: 'VM CPU', share: cpu, text: `on ${counted(vcpus, 'vCPU')}` }]),
  ...(Number.isNaN(memory) ? [] : [{ label: 'VM memory', share: memory, text: `${formatBytes(given)} given` }]),
];

/** Where none says how large it is, how many there are. */
function storageFact(label: string, { count, size, used }: StorageSum): readonly Fact[] {
  if (count === 0) return [];
  if (size === 0) return fact(label, `${count}, of sizes that are not known`);
  return [{ label, share: used / size, text: usedOf(used, size) }];
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How many notifications are about these nodes, their endpoints and VMs, with the newest. */
function noticeFact(nodes: readonly NodeId[], fleet: Fleet, notices: readonly Notice[], now: number): readonly Fact[] {
  const about = new Set<string>([...nodes, ...nodes.map(endpointOf)]);
  const concerns = ({ subject }: Notice) => {
    const home = fleet.vms.get(subject as VmId)?.node;
    return about.has(subject) || (home !== undefined && about.has(home));
  };
  const [newest, ...others] = notices.filter(concerns);
  if (!newest) return [];
  const text = `${timeOrDay(newest.at, now)} ${clean(newest.text)}`;
  return fact('Notices', others.length === 0 ? text : `${text} and ${others.length} more`, 'warning');
}

/** Disks and network cards of a VM: how many, how large together, and how much of it is where several nodes reach it. */
export function vmHardwareFacts({ id }: { readonly id: VmId }, { disks, nics }: VmInfo, fleet: Fleet): readonly Fact[] {
  const own = disks.filter(({ type }) => type === 'disk');
  const storages = fleet.listings.of('storage', endpointOf(id))?.items ?? [];
  const isShared = (name: string | undefined) => storages.find((one) => one.name === name)?.shared;
  const sizeOf = (some: typeof own) => some.reduce((sum, { size = Number.NaN }) => sum + size, 0);
  const shared = own.filter(({ storage }) => isShared(storage) === true);
  const local = own.filter(({ storage }) => isShared(storage) === false);
  const places = shared.length + local.length === own.length && shared.length > 0;
  const where = places ? `: ${formatBytes(sizeOf(shared))} shared, ${formatBytes(sizeOf(local))} local` : '';
  const cards = new Set(nics.map(({ net }) => clean(net)).filter((net) => net !== ''));
  return [
    ...fact('Storage', own.length === 0 ? '' : `${formatBytes(sizeOf(own))} on ${counted(own.length, 'disk')}${where}`),
    ...fact(
      'Cards',
      nics.length === 0 ? '' : `${counted(nics.length, 'card')}${cards.size > 0 ? `: ${named([...cards])}` : ''}`,
    ),
  ];
}

/** Where the library has a newer version of the template that a VM was made of. */
export function templateFact(profile: string | undefined, { library }: Fleet): readonly Fact[] {
  const of = templateOfProfile(profile);
  if (!of) return [];
  const newest = library.templates.find(({ group, name }) => group === of.group && name === of.name)?.version;
  if (newest === undefined || compareVersions(of.version, newest) >= 0) return [];
  return fact('Template', `${of.version}; ${newest} is in the library`, 'warning');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
