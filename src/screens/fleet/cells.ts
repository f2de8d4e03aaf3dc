import { endpointOf, type PoolId } from '../../ids.ts';
import type { Node, Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { VmSample } from '../../state/fleet/samples.ts';
import { hasNodeValue, nodePool, nodeText } from '../../state/query/node-columns.ts';
import { columnText, type VmColumn, vmColumn } from '../../state/query/vm-columns.ts';
import { clean, fit } from '../../terminal/width.ts';
import { formatBytes, formatCount, formatRatio } from '../../units.ts';
import { gauge, sparkline } from '../components/gauge.ts';
import { stateColour } from '../frame/glyphs.ts';
import type { Look } from '../frame/look.ts';
import { inTheMiddle } from './cut-names.ts';
import { poolText, poolVersion } from './pool-columns.ts';
import type { Sum, Sums } from './sums.ts';

/** What a cell may look at; made once per row. */
export type RowFacts =
  | {
      readonly kind: 'vm';
      readonly vm: Vm;
      readonly sample: VmSample;
      readonly dimmed: boolean;
      /** Nothing was heard for a while: what was measured long ago must not look as if it were so now. */
      readonly stale: boolean;
      readonly fleet: Fleet;
    }
  | { readonly kind: 'node'; readonly node: Node; readonly sum: Sum; readonly fleet: Fleet }
  | { readonly kind: 'pool'; readonly id: PoolId; readonly sum: Sum; readonly sums: Sums };

/** Exactly `width` columns, painted. */
export type Cell = (facts: RowFacts, look: Look, width: number) => string;

const plain = (text: string, width: number, facts: RowFacts, { theme }: Look) => {
  const placed = text.length > width ? fit(text, width) : text.padStart(width);
  return facts.kind === 'vm' && facts.dimmed ? theme.paint('dim', placed) : placed;
};
const cpuOf = (facts: RowFacts): number => {
  if (facts.kind !== 'vm') return facts.sum.cpu;
  return facts.stale ? Number.NaN : facts.sample.cpu;
};
const PERCENT = 4;

/** Columns of the sign, a space and the whole word; in fewer the usual short form stands. */
const MAINTENANCE = 13;

/** Its next start changes something: the details and the column say what. */
const PENDING = '*';

const state: Cell = (facts, { theme, glyphs }, width) => {
  if (facts.kind === 'vm') {
    const { pending, state: word } = facts.vm;
    const text = fit(`${glyphs.state[word]} ${word}${pending?.length ? PENDING : ''}`, width);
    return theme.paint(facts.dimmed ? 'dim' : stateColour(facts.vm.state), text);
  }
  const { running, total } = facts.sum.counts;
  if (facts.kind === 'pool') return theme.paint('dim', fit(`  ${running}/${total}`, width));
  const up = facts.node.state === 'up';
  const word = facts.node.state === 'maintenance' && width < MAINTENANCE ? 'maint' : facts.node.state;
  const text = `${glyphs.state[facts.node.state]} ${up ? `${running}/${total}` : word}`;
  return theme.paint(up ? 'text' : stateColour(facts.node.state), fit(text, width));
};

const cpu: Cell = (facts, look, width) => {
  const share = cpuOf(facts);
  const bar = width - PERCENT - 1;
  const percent = plain(formatRatio(share), Math.min(PERCENT, width), facts, look);
  return bar < 1 ? percent.padStart(width) : `${gauge(share, bar, look)} ${percent}`;
};

/** A graph that moved with every sample would double what an idle screen sends, and show a few seconds. */
const SAMPLES_PER_CELL = 4;
let trends = new Float32Array(0);
const trend: Cell = (facts, look, width) => {
  if (facts.kind === 'pool' || (facts.kind === 'vm' && facts.stale)) return ' '.repeat(width);
  if (trends.length !== width) trends = new Float32Array(width);
  if (facts.kind === 'vm') facts.fleet.samples.cpuHistory(facts.vm.id, trends, SAMPLES_PER_CELL);
  else facts.fleet.nodeSamples.cpuHistory(facts.node.id, trends, SAMPLES_PER_CELL);
  return sparkline(trends, look);
};

/** Of pools and nodes: what their parts add up to. */
const summed =
  (
    ofVm: (facts: Extract<RowFacts, { kind: 'vm' }>) => number,
    ofSum: (sum: Sum) => number,
    spell = formatBytes,
  ): Cell =>
  (facts, look, width) =>
    plain(spell(facts.kind === 'vm' ? ofVm(facts) : ofSum(facts.sum)), width, facts, look);

const ip: Cell = (facts, { theme }, width) => {
  if (facts.kind === 'pool') return ' '.repeat(width);
  const address = facts.kind === 'vm' ? facts.vm.ips[0] : facts.node.address;
  return theme.paint('dim', fit(clean(address ?? '-'), width));
};

/** The value of a node where nodes have one; blank for pools. */
const orOfNode =
  (id: string, ofNode: (facts: Extract<RowFacts, { kind: 'node' }>) => string | undefined): Cell =>
  (facts, look, width) => {
    const column = vmColumn(id);
    if (facts.kind !== 'node') return column ? ofVms(column)(facts, look, width) : ' '.repeat(width);
    return look.theme.paint('dim', fit(inTheMiddle(clean(ofNode(facts) ?? '-'), width), width));
  };

const version = orOfNode('version', ({ node }) => node.version || undefined);

const CELLS: Readonly<Record<string, Cell>> = {
  state,
  cpu,
  trend,
  ip,
  pool: orOfNode('pool', ({ node, fleet }) => nodePool(node, fleet)),
  endpoint: orOfNode('endpoint', ({ node }) => endpointOf(node.id)),
  platform: orOfNode('platform', ({ node, fleet }) => fleet.endpoints.get(endpointOf(node.id))?.platform),
  version: (facts, look, width) =>
    facts.kind === 'pool'
      ? look.theme.paint('dim', fit(clean(poolVersion(facts)), width))
      : version(facts, look, width),
  mem: summed(
    ({ sample, stale }) => (stale ? Number.NaN : sample.memory),
    (sum) => sum.memoryUsed,
  ),
  memory: summed(
    ({ vm }) => vm.memory,
    (sum) => sum.memory,
  ),
  cpus: summed(
    ({ vm }) => vm.cpus,
    (sum) => sum.cpus,
    formatCount,
  ),
};

/** A value that only VMs have in the tree; blank in the rows of nodes and pools. */
const ofVms =
  (column: VmColumn): Cell =>
  (facts, look, width) => {
    if (facts.kind !== 'vm') return ' '.repeat(width);
    // What was measured long ago must not look as if it were so now.
    const isUnknown = facts.stale && (column.sampled || column.id === 'uptime');
    const text = isUnknown ? '-' : columnText(column, facts.vm, facts.fleet);
    if (column.align === 'right') return plain(text, width, facts, look);
    const shown = NAMES.includes(column.id) ? inTheMiddle(clean(text), width) : clean(text);
    return look.theme.paint('dim', fit(shown, width));
  };

/** The value of a node or a pool, too. That of rates costs by its VMs. */
const ofBranches =
  (column: VmColumn): Cell =>
  (facts, look, width) => {
    if (facts.kind === 'vm') return ofVms(column)(facts, look, width);
    const text = clean(facts.kind === 'pool' ? poolText(column, facts) : nodeText(column, facts.node, facts.fleet));
    return column.align === 'right' ? plain(text, width, facts, look) : look.theme.paint('dim', fit(text, width));
  };

/** Names of things: those that begin alike differ at their end. */
const NAMES: readonly string[] = ['node', 'pool', 'endpoint', 'plan', 'profile', 'image'];

/** `withBranches`: nodes and pools show what their VMs come to, which the tree leaves out until the user chooses its columns. */
export const cellOf = (column: VmColumn, withBranches = false): Cell =>
  CELLS[column.id] ?? (withBranches && hasNodeValue(column.id) ? ofBranches(column) : ofVms(column));
