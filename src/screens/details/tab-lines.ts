import { endpointOf, type NodeId, type PoolId } from '../../ids.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import type { Row } from '../../state/query/tree.ts';
import { colourLevel } from '../../state/theme/theme-colours.ts';
import { fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Look } from '../frame/look.ts';
import type { Stage } from '../stage.ts';
import { timeOfDay } from '../time.ts';
import { type ChartRange, SPANS } from './chart-ranges.ts';
import { historyCharts, nodeCharts, nodeHistoryCharts, vmCharts } from './chart-tab.ts';
import { busiestNodes, busiestNodesOf, comparedHistories, comparedVms } from './compared-charts.ts';
import { comparedIn } from './compared-vms.ts';
import type { DetailsReads } from './details-reads.ts';
import { distributions } from './distribution.ts';
import { branchVms, endpointOverview, nodeOverview, poolOverview } from './group-tabs.ts';
import { libraryLines } from './library-lines.ts';
import type { Loaded } from './load.ts';
import { isBeingMoved } from './moving.ts';
import { nodeTables } from './node-tables.ts';
import { summaryFacts, vmShareFacts } from './summary-facts.ts';
import type { TabName } from './tabs.ts';
import { consoleLog, vmDisks, vmNetworks, vmOverview } from './vm-tabs.ts';

export interface ShownTab {
  readonly row: Row;
  readonly tab: TabName;
  /** Of charts. */
  readonly range: ChartRange;
  readonly columns: number;
  /** Lines that are seen: from `first` on, so many. A tab may make no more of them, or all. */
  readonly first: number;
  readonly rows: number;
}

/** A display is not drawn larger than this: its pane may be of any height. */
const MOST_ROWS = 25;

/** What a tab says, of what the store knows and what was read for it. */
export function tabLines(
  { row, tab, range, columns, first, rows }: ShownTab,
  reads: DetailsReads,
  stage: Stage,
  state: FleetState,
): readonly string[] {
  const { look, advice } = stage;
  const { fleet } = stage.services.store;
  const { sums } = state;
  const { notices, clock } = stage.services;
  const summaryOf = (nodes: readonly NodeId[]) => summaryFacts(nodes, fleet, notices.list(), clock.now());
  const past = (id: NodeId | PoolId): readonly string[] => [
    rangeLine(range, stage, columns),
    ...loaded(reads.nodeHistories(id, range), columns, look, (kept) => [
      ...nodeHistoryCharts(kept, range, fleet, columns, look),
      ...busiestNodesOf(kept, range, fleet, columns, look),
    ]),
  ];
  if (tab === 'Events') return eventLines(row, fleet, columns, look);
  if (row.kind === 'pool') {
    if (tab === 'VMs') return branchVms(sums.vmsBelow(row.id), fleet, first, rows + 1, columns, look);
    if (tab === 'Charts') {
      const [nodes, vms] = [sums.nodesBelow(row.id), sums.vmsBelow(row.id)];
      const now = [...nodeCharts(nodes, vms, fleet, columns, look), ...busiestNodes(nodes, fleet, columns, look)];
      return [...now, ...past(row.id), ...distributions(nodes, vms, fleet, columns, look)];
    }
    const more = [...vmShareFacts(sums.sharesBelow(row.id)), ...summaryOf(sums.nodesBelow(row.id))];
    return poolOverview(sums.ofPool(row.id), sums.versionsBelow(row.id), sums.ratesBelow(row.id), columns, look, more);
  }
  if (isLibraryRow(row)) return libraryLines(row, tab, fleet, columns, look);
  if (row.kind === 'endpoint') {
    const status = fleet.endpoints.get(row.id);
    return status ? endpointOverview(status, advice, columns, look) : [];
  }
  if (row.kind === 'node') {
    const node = fleet.nodes.get(row.id);
    if (!node) return gone(look);
    if (tab === 'VMs') return branchVms(fleet.vmsBelow(row.id), fleet, first, rows + 1, columns, look);
    if (tab === 'Charts')
      return [...nodeCharts([row.id], fleet.vmsBelow(row.id), fleet, columns, look), ...past(row.id)];
    if (tab === 'Hardware')
      return loaded(reads.nodeInfo(row.id), columns, look, (info) => nodeTables(info, columns, look));
    const isStale = fleet.endpoints.get(endpointOf(row.id))?.staleSince !== undefined;
    const more = [...(isStale ? [] : vmShareFacts(sums.sharesBelow(row.id))), ...summaryOf([row.id])];
    return nodeOverview(node, sums.ofNode(row.id), reads.nodeInfo(row.id), fleet, advice, columns, look, more);
  }
  const vm = fleet.vms.get(row.id);
  if (!vm) return isBeingMoved(row.id, stage.services) ? moving(look) : gone(look);
  const compared = tab === 'Charts' ? comparedIn(state) : [];
  if (compared.length > 1) {
    const vms = compared.flatMap((id) => fleet.vms.get(id) ?? []);
    const kept = loaded(reads.histories(compared, range), columns, look, (histories) =>
      comparedHistories(vms, histories, range, fleet, columns, look),
    );
    return [
      look.theme.paint('dim', fit(comparisonTitle(vms.length, state.view.marks.size, stage), columns)),
      ...comparedVms(vms, fleet, columns, look),
      rangeLine(range, stage, columns),
      ...kept,
    ];
  }
  if (tab === 'Charts') {
    const kept = loaded(reads.history(row.id, range), columns, look, (history) =>
      historyCharts(vm, history, range, fleet, columns, look),
    );
    return [...vmCharts(vm, fleet, columns, look), rangeLine(range, stage, columns), ...kept];
  }
  if (tab === 'Console') {
    return loaded(reads.consoleOutput(row.id), columns, look, (value) => consoleLog(value, columns, look));
  }
  if (tab === 'Display') {
    const size = { columns, rows: Math.min(rows, MOST_ROWS) };
    return loaded(reads.display(row.id), columns, look, (preview) => preview.lines(size, colourLevel(process.env)));
  }
  const info = reads.vmInfo(row.id);
  if (tab === 'Overview') return vmOverview(vm, info, fleet, columns, look);
  const table = reads.tableOf(row.id);
  if (table) return table.lines({ columns, rows }, state.pane === 'details' ? 'active' : 'resting');
  const draw = tab === 'Disks' ? vmDisks : vmNetworks;
  return loaded(info, columns, look, (value) => draw(value, columns, look));
}

function loaded<Value>(
  read: Loaded<Value>,
  columns: number,
  { theme }: Look,
  draw: (value: Value) => readonly string[],
): readonly string[] {
  if (read.state === 'ready') return draw(read.value);
  if (read.state === 'loading') return [theme.paint('dim', 'loading…')];
  return wrapped(read.message, columns).map((line) => theme.paint('warning', line));
}

/** Which VMs the charts below are of, and how to have those of one. */
function comparisonTitle(shown: number, marked: number, { keymap }: Stage): string {
  const [back] = keymap.keysOf('view.back');
  const which = shown < marked ? `The first ${shown} of ${marked} marked VMs` : `The ${shown} marked VMs`;
  return `${which} compared${back === undefined ? '' : `; ${back} clears the marks`}`;
}

/** What the charts below are of, and how to have others. */
function rangeLine(range: ChartRange, { keymap, look }: Stage, columns: number): string {
  const [further] = keymap.keysOf('view.further-back');
  const [less] = keymap.keysOf('view.less-far-back');
  const keys =
    further === undefined ? '' : `; ${further} goes further back${less === undefined ? '' : `, ${less} less far`}`;
  return look.theme.paint('dim', fit(`The ${SPANS[range].name}${keys}`, columns));
}

const moving = ({ theme }: Look): readonly string[] => [theme.paint('dim', 'It is being moved to another endpoint…')];

const gone = ({ theme }: Look): readonly string[] => [theme.paint('dim', 'This is not there any more.')];

/** Events of the row, the newest first; those of an endpoint are of all that is on it. */
function eventLines(row: Row, fleet: Fleet, columns: number, { theme }: Look): readonly string[] {
  const own = fleet.events.filter(
    ({ subject }) => subject === row.id || (row.kind === 'endpoint' && subject?.startsWith(`${row.id}/`)),
  );
  if (own.length === 0) return [theme.paint('dim', 'No events since drover was started.')];
  return own
    .toReversed()
    .flatMap(({ at, text }) =>
      wrapped(text, columns - 9).map(
        (line, index) => `${theme.paint('dim', index === 0 ? timeOfDay(at) : ' '.repeat(8))} ${line}`,
      ),
    );
}
