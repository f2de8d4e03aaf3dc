import type { Node, Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet.ts';
import type { VmSample } from '../../state/samples.ts';
import { clean, fit } from '../../terminal/width.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import { gauge, sparkline } from '../components/gauge.ts';
import { stateColour } from '../glyphs.ts';
import type { Look } from '../look.ts';
import type { Sum } from './sums.ts';

/** What a cell may look at; made once per row. */
export type RowFacts =
  | { readonly kind: 'vm'; readonly vm: Vm; readonly sample: VmSample; readonly dimmed: boolean; readonly fleet: Fleet }
  | { readonly kind: 'node'; readonly node: Node; readonly sum: Sum; readonly fleet: Fleet }
  | { readonly kind: 'pool'; readonly sum: Sum };

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
  /** Exactly `width` columns, painted. */
  readonly cell: (facts: RowFacts, look: Look) => string;
}

const GAUGE = 5;
const TREND = 12;
const trend = new Float32Array(TREND);

const right = (text: string, width: number) => text.padStart(width);
const plain = (text: string, width: number, facts: RowFacts, look: Look) =>
  facts.kind === 'vm' && facts.dimmed ? look.theme.paint('dim', right(text, width)) : right(text, width);

const cpuOf = (facts: RowFacts): number => (facts.kind === 'vm' ? facts.sample.cpu : facts.sum.cpu);
const memoryOf = (facts: RowFacts): number => (facts.kind === 'vm' ? facts.sample.memory : facts.sum.memoryUsed);

function state(facts: RowFacts, { theme, glyphs }: Look): string {
  const { width } = STATE;
  if (facts.kind === 'vm') {
    const text = fit(`${glyphs.state[facts.vm.state]} ${facts.vm.state}`, width);
    return theme.paint(facts.dimmed ? 'dim' : stateColour(facts.vm.state), text);
  }
  const { running, total } = facts.sum.counts;
  if (facts.kind === 'pool') return theme.paint('dim', fit(`  ${running}/${total}`, width));
  const up = facts.node.state === 'up';
  const text = `${glyphs.state[facts.node.state]} ${up ? `${running}/${total}` : facts.node.state}`;
  return theme.paint(up ? 'text' : stateColour(facts.node.state), fit(text, width));
}

const STATE: Column = { title: 'STATE', width: 11, cell: state };

const CPU: Column = {
  title: 'CPU',
  width: GAUGE + 5,
  right: true,
  cell(facts, look) {
    const share = cpuOf(facts);
    return `${gauge(share, GAUGE, look)} ${plain(formatRatio(share), 4, facts, look)}`;
  },
};

const MEMORY: Column = {
  title: 'MEM',
  width: 5,
  right: true,
  cell: (facts, look) => plain(formatBytes(memoryOf(facts)), 5, facts, look),
};

const SIZE: Column = {
  title: 'SIZE',
  width: 5,
  right: true,
  cell: (facts, look) => plain(formatBytes(facts.kind === 'vm' ? facts.vm.memory : facts.sum.memory), 5, facts, look),
};

const CPUS: Column = {
  title: 'CPUS',
  width: 4,
  right: true,
  cell: (facts, look) => plain(String(facts.kind === 'vm' ? facts.vm.cpus : facts.sum.cpus), 4, facts, look),
};

const TRENDS: Column = {
  title: 'CPU BEFORE',
  width: TREND,
  cell(facts, look) {
    if (facts.kind === 'pool') return ' '.repeat(TREND);
    if (facts.kind === 'vm') facts.fleet.samples.cpuHistory(facts.vm.id, trend);
    else facts.fleet.nodeSamples.cpuHistory(facts.node.id, trend);
    return sparkline(trend, look);
  },
};

const rate = (title: string, of: (sample: VmSample) => number): Column => ({
  title,
  width: 7,
  right: true,
  cell: (facts, look) => (facts.kind === 'vm' ? plain(formatBytes(of(facts.sample)), 7, facts, look) : ' '.repeat(7)),
});

const IP: Column = {
  title: 'IP',
  width: 15,
  cell(facts, { theme }) {
    if (facts.kind === 'pool') return ' '.repeat(15);
    const address = facts.kind === 'vm' ? facts.vm.ips[0] : facts.node.address;
    return theme.paint('dim', fit(clean(address ?? '-'), 15));
  },
};

const TAGS: Column = {
  title: 'TAGS',
  width: 20,
  cell: (facts, { theme }) =>
    theme.paint('dim', fit(facts.kind === 'vm' ? facts.vm.tags.map(clean).join(' ') : '', 20)),
};

const DISK = rate('DISK/S', ({ diskRead, diskWrite }) => diskRead + diskWrite);
const NET = rate('NET/S', ({ netRx, netTx }) => netRx + netTx);

/** In the order in which they get room. Those that change with each sample cost bytes on slow links: the trend comes last. */
const WANTED: readonly Column[] = [STATE, CPU, MEMORY, IP, SIZE, DISK, NET, CPUS, TAGS, TRENDS];
const SHOWN: readonly Column[] = [STATE, CPUS, CPU, TRENDS, MEMORY, SIZE, DISK, NET, IP, TAGS];

const NAME_AT_LEAST = 18;
const NAME_IS_ENOUGH = 26;

export interface Columns {
  readonly name: number;
  readonly others: readonly Column[];
}

/** The columns that a tree of this width has room for; the name gets what is left. */
export function columnsFor(width: number): Columns {
  const chosen = new Set<Column>();
  let left = width;
  for (const column of WANTED) {
    const name = chosen.size < 3 ? NAME_AT_LEAST : NAME_IS_ENOUGH;
    if (left - column.width - 1 < name) break;
    left -= column.width + 1;
    chosen.add(column);
  }
  return { name: left, others: SHOWN.filter((column) => chosen.has(column)) };
}
