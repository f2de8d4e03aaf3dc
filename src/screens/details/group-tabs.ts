import { endpointOf, type VmId } from '../../ids.ts';
import type { Node, NodeInfo } from '../../platforms/contract.ts';
import type { EndpointStatus, Fleet } from '../../state/fleet/fleet.ts';
import { noteOf } from '../../state/fleet/note-of.ts';
import type { VmRates } from '../../state/fleet/samples.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit } from '../../terminal/width.ts';
import { formatCount, formatRatio } from '../../units.ts';
import type { Advice } from '../advice.ts';
import { wrapped } from '../components/wrap.ts';
import type { Sum } from '../fleet/sums.ts';
import { stateColour } from '../frame/glyphs.ts';
import type { Look } from '../frame/look.ts';
import { lastHeard, timeOfDay } from '../time.ts';
import { type Fact, fact, factLines, noteFact, rateText, staleState, usedOf } from './facts.ts';
import type { Loaded } from './load.ts';

/** What a server's summary has in ConVirt, F-124: state, processors, memory, VMs, `more`, and what the platform reports. */
export function nodeOverview(
  node: Node,
  sum: Sum,
  info: Loaded<NodeInfo>,
  fleet: Fleet,
  advice: Advice,
  columns: number,
  look: Look,
  more: readonly Fact[] = [],
): readonly string[] {
  const status = fleet.endpoints.get(endpointOf(node.id));
  const stale = status?.staleSince;
  const sentences = (text: string | undefined, colour: ColourWord) =>
    text === undefined ? [] : wrapped(clean(text), columns).map((line) => look.theme.paint(colour, line));
  const facts: Fact[] = [
    ...(stale === undefined
      ? [...fact('State', `${look.glyphs.state[node.state]} ${node.state}`, stateColour(node.state)), ...gauges(sum)]
      : staleState(node.state, stale, status?.since, look)),
    ...vmFacts(sum),
    ...noteFact(noteOf(node, fleet)),
    ...(stale === undefined ? rateFacts(fleet.samples.rates(fleet.vmsBelow(node.id))) : []),
    ...more,
    ...fact('Address', node.address),
    ...fact('Version', node.version),
    ...dropped(status),
    ...(info.state === 'loading' ? fact('More', 'loading…', 'dim') : []),
    ...(info.state === 'failed' ? fact('More', info.message, 'warning') : []),
  ];
  return [
    ...(node.trouble ? sentences(`${look.glyphs.trouble} ${node.trouble.message}`, 'danger') : []),
    ...(stale === undefined
      ? []
      : [look.theme.paint('warning', `${look.glyphs.stale} stale since ${lastHeard(stale, status?.since)}`)]),
    // The row has no room for all of it.
    ...[...sentences(status?.problem?.message, 'danger'), ...sentences(fixOf(status, advice), 'accent')],
    ...factLines(facts, columns, look),
    ...(info.state === 'ready' ? sections(info.value, columns, look) : []),
  ];
}

function sections(info: NodeInfo, columns: number, look: Look): readonly string[] {
  const facts: Fact[] = [];
  let section: string | undefined;
  for (const [name, label, value] of info.lines) {
    if (name !== section) facts.push({ section: name });
    section = name;
    facts.push(...fact(label, value));
  }
  return factLines(facts, Math.min(columns, 75), look);
}

/** What a pool's summary has in ConVirt, F-123: nodes up and down, VMs by state, density, processors, memory, `more`, versions. */
export function poolOverview(
  sum: Sum,
  versions: ReadonlyMap<string, number>,
  rates: VmRates,
  columns: number,
  look: Look,
  more: readonly Fact[] = [],
): readonly string[] {
  const facts: Fact[] = [
    ...fact('Nodes', `${sum.nodesUp} up, ${sum.nodesDown} down${others(sum.nodes - sum.nodesUp - sum.nodesDown)}`),
    ...gauges(sum),
    ...vmFacts(sum),
    ...rateFacts(rates),
    ...fact('Density', sum.nodes === 0 ? '-' : `${(sum.counts.total / sum.nodes).toFixed(1)} VMs per node`),
    ...more,
    ...[...versions].flatMap(([version, count]) => fact('Version', `${version} on ${count}`)),
  ];
  return factLines(facts, columns, look);
}

/** What to do about the trouble of an endpoint, on the screen. */
const fixOf = (status: EndpointStatus | undefined, advice: Advice): string | undefined =>
  status?.problem?.fix && advice.onScreen(status.problem.fix);

export function endpointOverview(
  status: EndpointStatus,
  advice: Advice,
  columns: number,
  look: Look,
): readonly string[] {
  const facts: Fact[] = [
    ...(status.staleSince !== undefined && status.phase === 'up'
      ? staleState(status.phase, status.staleSince, status.since, look)
      : fact('Phase', status.phase, status.phase === 'down' || status.phase === 'blocked' ? 'danger' : 'text')),
    ...fact('Since', timeOfDay(status.since)),
    ...fact('Platform', status.platform),
    ...fact('Address', status.address),
    ...fact('Read-only', status.readOnly),
    ...dropped(status),
  ];
  // Whole sentences: they say what to do, which must not be cut.
  const sentences = (text: string | undefined, colour: ColourWord) =>
    text === undefined ? [] : wrapped(clean(text), columns).map((line) => look.theme.paint(colour, line));
  return [
    ...sentences(status.problem?.message, 'danger'),
    ...sentences(fixOf(status, advice), 'accent'),
    ...factLines(facts, Math.min(columns, 75), look),
  ];
}

const dropped = (status: EndpointStatus | undefined): readonly Fact[] =>
  status?.droppedEvents === undefined
    ? []
    : fact(
        'Events',
        `${formatCount(status.droppedEvents)} too many to be shown since ${timeOfDay(status.since)}`,
        'warning',
      );

const gauges = (sum: Sum): readonly Fact[] => [
  { label: 'CPU', share: sum.cpu, text: Number.isNaN(sum.cpus) ? '' : `of ${formatCount(sum.cpus)} CPUs` },
  { label: 'Memory', share: sum.memoryUsed / sum.memory, text: usedOf(sum.memoryUsed, sum.memory) },
];

/** Those in maintenance, on their way to another state, or of which it is not known. */
const others = (count: number): string => (count > 0 ? `, ${count} in other states` : '');

function vmFacts({ counts }: Sum): readonly Fact[] {
  const { total, running, paused, crashed, off } = counts;
  return [
    ...fact('VMs', `${total}: ${running} running`),
    ...fact(
      'Others',
      `${paused} paused, ${crashed} crashed, ${off} off${others(total - running - paused - crashed - off)}`,
    ),
  ];
}

/** What goes to and from the disks and networks of all VMs together. */
const rateFacts = ({ diskRead, diskWrite, netRx, netTx }: VmRates): readonly Fact[] => [
  ...fact('VM disks', `read ${rateText(diskRead)}  write ${rateText(diskWrite)}`),
  ...fact('VM networks', `in ${rateText(netRx)}  out ${rateText(netTx)}`),
];

/** State and load, before the name. */
const LEAD = 17;

/** VMs of a node or a pool in short; those outside of the window are blank lines. */
export function branchVms(
  ids: readonly VmId[],
  fleet: Fleet,
  first: number,
  rows: number,
  columns: number,
  look: Look,
): readonly string[] {
  if (ids.length === 0) return [look.theme.paint('dim', 'No VMs.')];
  return ids.flatMap((vmId, at) => {
    const vm = at >= first && at < first + rows ? fleet.vms.get(vmId) : undefined;
    if (!vm) return [''];
    const isStale = fleet.endpoints.get(endpointOf(vmId))?.staleSince !== undefined;
    const sign = isStale ? look.glyphs.stale : look.glyphs.state[vm.state];
    const state = look.theme.paint(isStale ? 'dim' : stateColour(vm.state), fit(`${sign} ${vm.state}`, 11));
    const share = isStale ? '   -' : formatRatio(fleet.samples.cpu(vmId)).padStart(4);
    return wrapped(vm.name, columns - LEAD).map((line, row) =>
      row === 0 ? `${state} ${share} ${line}` : ' '.repeat(LEAD) + line,
    );
  });
}
