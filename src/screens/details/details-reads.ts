import { readHistories } from '../../actions/read-histories.ts';
import { endpointOf, type NodeId, type PoolId, type VmId } from '../../ids.ts';
import {
  type ConsoleOutput,
  type History,
  type ListedKind,
  type NodeInfo,
  type VmInfo,
  whyAbsent,
} from '../../platforms/contract.ts';
import type { Row } from '../../state/query/tree.ts';
import type { ColourLevel } from '../../state/theme/theme-colours.ts';
import type { Stage } from '../stage.ts';
import { createTable, type Table } from '../tables/table.ts';
import { CHART_RANGES, type ChartRange } from './chart-ranges.ts';
import { createAsking, createLoader, type Loaded } from './load.ts';
import type { TabName } from './tabs.ts';

/** What a display shows, as lines. */
export interface Preview {
  lines(size: { readonly columns: number; readonly rows: number }, depth: ColourLevel): readonly string[];
}

/** Tabs of a VM that are tables of what is under it. */
const TABLES: Partial<Record<TabName, ListedKind>> = { Snapshots: 'snapshot' };

/**
 * What the details read of the platform. A console log, a display or a list costs the host something, so each is read only while its tab
 * is shown, and what is not looked at any more is given up.
 */
export interface DetailsReads {
  /** Reads what this tab of this row shows, where that has not been read yet or has changed. */
  want(row: Row | undefined, tab: TabName | undefined, range: ChartRange, compared: readonly VmId[]): void;
  /** Of a node, or of the nodes below a pool. */
  nodeHistories(id: NodeId | PoolId, range: ChartRange): Loaded<ReadonlyMap<NodeId, History>>;
  vmInfo(id: VmId): Loaded<VmInfo>;
  nodeInfo(id: NodeId): Loaded<NodeInfo>;
  consoleOutput(id: VmId): Loaded<ConsoleOutput>;
  history(id: VmId, range: ChartRange): Loaded<History>;
  /** Of VMs that are compared; those of which nothing can be read are left out. */
  histories(ids: readonly VmId[], range: ChartRange): Loaded<ReadonlyMap<VmId, History>>;
  display(id: VmId): Loaded<Preview>;
  /** The table that the tab of this VM is, where it is one. One of another VM is never answered. */
  tableOf(id: VmId): Table | undefined;
}

/** `nodesBelow`: those of a pool. */
export function createDetailsReads(stage: Stage, nodesBelow: (id: PoolId) => readonly NodeId[]): DetailsReads {
  const { services, changed } = stage;
  const vmInfo = createLoader(
    services,
    changed,
    ({ vm }, id: VmId) =>
      (signal) =>
        vm.info(id, signal),
  );
  const nodeInfo = createLoader(services, changed, ({ node, whyNot }, id: NodeId) => {
    const info = node?.info;
    return info ? (signal) => info(id, signal) : (whyNot['node.info'] ?? 'nothing more is known');
  });
  const consoleOutput = createLoader(services, changed, ({ console, whyNot }, id: VmId) => {
    const output = console?.output;
    return output ? (signal) => output(id, signal) : (whyNot['console.output'] ?? 'this platform keeps no console log');
  });
  const historyOf = (range: ChartRange) =>
    createLoader(services, changed, (connection, id: VmId) => {
      const read = connection.vm.history;
      return read ? (signal) => read(id, range, signal) : (whyAbsent(connection, 'vm.history') ?? 'no history is kept');
    });
  const histories = new Map(CHART_RANGES.map((range) => [range, historyOf(range)]));
  const historyOfVm = (id: VmId) => services.sessions.connection(endpointOf(id))?.vm.history;
  const comparisonOf = (range: ChartRange) =>
    createAsking(services.clock, changed, (words: string) => ({
      of: [],
      // One that can't be read must not take the others with it: its line stays blank.
      read: () => async (signal) => (await readHistories(idsIn(words), range, historyOfVm, signal)).kept,
    }));
  const comparisons = new Map(CHART_RANGES.map((range) => [range, comparisonOf(range)]));
  const nodeHistoriesOf = (range: ChartRange) =>
    createAsking(services.clock, changed, (id: NodeId | PoolId) => {
      const isNode = services.store.fleet.nodes.has(id as NodeId);
      const nodes = () => (isNode ? [id as NodeId] : nodesBelow(id as PoolId));
      return { of: [], read: () => (signal) => services.nodeHistory(nodes(), range, signal) };
    });
  const nodeHistories = new Map(CHART_RANGES.map((range) => [range, nodeHistoriesOf(range)]));
  const display = createLoader(services, changed, ({ console, whyNot }, id: VmId) => {
    const open = console?.display;
    return open
      ? async (signal) => {
          const link = await open(id, signal);
          const { previewOf } = await import('../../display/preview.ts');
          return previewOf(link, signal);
        }
      : (whyNot['console.display'] ?? 'this platform shows no displays');
  });
  let table: Table | undefined;

  /** Another VM's table ends. */
  const wantTable = (vm: VmId | undefined, kind: ListedKind | undefined) => {
    if (table && (table.kind !== kind || table.under[0] !== vm)) {
      table.close();
      table = undefined;
    }
    if (vm !== undefined && kind) table ??= createTable(stage, kind, [vm]);
  };

  return {
    want(row, tab, range, compared) {
      const vm = row?.kind === 'vm' ? row.id : undefined;
      vmInfo.want(vm);
      nodeInfo.want(row?.kind === 'node' ? row.id : undefined);
      consoleOutput.want(tab === 'Console' ? vm : undefined);
      const shown = tab === 'Charts' ? vm : undefined;
      const isComparison = compared.length > 1;
      for (const [one, history] of histories) history.want(one === range && !isComparison ? shown : undefined);
      for (const [one, comparison] of comparisons)
        comparison.want(shown && one === range && isComparison ? wordsOf(compared) : undefined);
      const nodes = tab === 'Charts' && (row?.kind === 'node' || row?.kind === 'pool') ? row.id : undefined;
      for (const [one, kept] of nodeHistories) kept.want(one === range ? nodes : undefined);
      display.want(tab === 'Display' ? vm : undefined);
      wantTable(vm, tab && TABLES[tab]);
    },
    vmInfo: vmInfo.of,
    nodeInfo: nodeInfo.of,
    consoleOutput: consoleOutput.of,
    history: (id, range) => histories.get(range)?.of(id) ?? { state: 'loading' },
    histories: (ids, range) => comparisons.get(range)?.of(wordsOf(ids)) ?? { state: 'loading' },
    nodeHistories: (id, range) => nodeHistories.get(range)?.of(id) ?? { state: 'loading' },
    display: display.of,
    tableOf: (id) => (table?.under[0] === id ? table : undefined),
  };
}

/** Ids have no line ends. */
const wordsOf = (ids: readonly VmId[]): string => ids.join('\n');
const idsIn = (words: string): readonly VmId[] => words.split('\n') as VmId[];
