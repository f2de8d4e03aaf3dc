import type { Row } from '../../state/query/tree.ts';
import { clean, fit } from '../../terminal/width.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { nameOf } from '../fleet/row-text.ts';
import type { Stage } from '../stage.ts';
import type { Table } from '../tables/table.ts';
import { CHART_RANGES, type ChartRange } from './chart-ranges.ts';
import { comparedIn } from './compared-vms.ts';
import { createDetailsReads } from './details-reads.ts';
import { isBeingMoved } from './moving.ts';
import { tabLines } from './tab-lines.ts';
import { createTabs } from './tabs.ts';
import { type DetailsRoom, titleLines, titleRows } from './title-lines.ts';

/** The pane that shows what the cursor is on. It follows when the keys pause, so that a held key costs nothing here. */
export interface DetailsView {
  /** The cursor has moved, or may have. */
  follow(): void;
  /** Something landed in the store: what is shown may have changed. */
  refresh(): void;
  scroll(rows: number): void;
  /** To another tab. */
  turn(by: number): void;
  /** To charts that go further back, or less far; false where none are shown. It is one for all rows, to compare them. */
  turnRange(by: number): boolean;
  /** The name of the tab that is shown. */
  readonly tab: string;
  /** The table that the tab is, where it is one. */
  readonly table: Table | undefined;
  /** To the tab of this name, of what the cursor is on; false when there is none. */
  turnTo(name: string): boolean;
  /** Rows that all of the current tab takes below the tree, its title included. */
  rowsBelow(columns: number): number;
  /** Exactly `room.rows` lines at most, each `room.columns` wide at most. */
  lines(room: DetailsRoom, focused: boolean): readonly string[];
}

const FOLLOWS_AFTER_MS = 120;

/** Taller than any screen: a long log need not be counted to its end. */
const MOST_ROWS_BELOW = 200;

export function createDetailsView(stage: Stage, state: FleetState): DetailsView {
  const { services } = stage;
  const { fleet } = services.store;
  const tabs = createTabs();
  const reads = createDetailsReads(stage, (id) => state.sums.nodesBelow(id));
  let target: Row | undefined;
  let range: ChartRange = 'day';
  let first = 0;
  /** How often a row was chosen when the target was. */
  let choices = 0;
  let stop = () => {};

  const want = () => reads.want(target, target && tabs.current(target.kind), range, comparedIn(state));

  const arrive = () => {
    const row = state.view.current();
    if (row?.key !== target?.key) first = 0;
    target = row;
    choices = state.view.choices();
    if (state.detailsShown || state.pane === 'details') want();
    stage.changed();
  };

  /** The cursor goes along with a VM to another endpoint; until it has come there, another row may have taken its place. */
  const isAwaited = () =>
    target?.kind === 'vm' && choices === state.view.choices() && isBeingMoved(target.id, services);
  const hasCome = (row: Row | undefined) =>
    target?.kind === 'vm' && row?.kind === 'vm' && fleet.movedTo(target.id) === row.id;

  const follow = () => {
    stop();
    const row = state.view.current();
    if (row?.key === target?.key) return;
    // The first rows, those that come where an endpoint stood alone, and a VM that has moved need no pause of the keys.
    const isLonely = target?.kind === 'endpoint' && state.tree.indexOf(target.key) < 0;
    if (target === undefined || isLonely || hasCome(row)) arrive();
    else if (isAwaited()) return;
    else stop = services.clock.after(FOLLOWS_AFTER_MS, arrive);
  };

  const content = (row: Row, columns: number, rows: number) => [
    ...otherRow(row, columns),
    ...tabLines({ row, tab: tabs.current(row.kind), range, columns, first, rows }, reads, stage, state),
  ];

  /** Keys are for the row that the cursor is on, also while the pane waits for another one. */
  const otherRow = ({ key }: Row, columns: number): readonly string[] => {
    const under = isAwaited() ? state.view.current() : undefined;
    if (!under || under.key === key) return [];
    return [stage.look.theme.paint('warning', fit(`Keys are for ${clean(nameOf(under, fleet))}.`, columns))];
  };

  /** A table is not drawn for that. */
  const heightOf = (row: Row, columns: number): number => {
    const table = row.kind === 'vm' && fleet.vms.has(row.id) ? reads.tableOf(row.id) : undefined;
    return table?.height(columns) ?? content(row, columns, MOST_ROWS_BELOW).length;
  };

  return {
    follow,
    refresh() {
      if (target === undefined || state.view.current()?.key !== target.key) follow();
      else if (state.detailsShown || state.pane === 'details') want();
    },
    scroll(rows) {
      first = Math.max(0, first + (Number.isFinite(rows) ? rows : Math.sign(rows) * 10_000));
    },
    turn(by) {
      if (!target) return;
      tabs.turn(target.kind, by);
      first = 0;
      want();
    },
    turnRange(by) {
      if (!target || tabs.current(target.kind) !== 'Charts') return false;
      const at = CHART_RANGES.indexOf(range) + by;
      range = CHART_RANGES[Math.max(0, Math.min(CHART_RANGES.length - 1, at))] ?? range;
      want();
      return true;
    },
    get tab() {
      return target ? tabs.current(target.kind) : '';
    },
    get table() {
      return target?.kind === 'vm' ? reads.tableOf(target.id) : undefined;
    },
    turnTo(name) {
      target = state.view.current();
      if (!target || !tabs.turnTo(target.kind, name)) return false;
      first = 0;
      want();
      return true;
    },
    rowsBelow: (columns) =>
      target ? titleRows('below') + Math.min(MOST_ROWS_BELOW, heightOf(target, columns - 1)) : 0,
    lines(room, focused) {
      if (!target) return [];
      const rows = Math.max(0, room.rows - titleRows(room.side));
      const body = content(target, room.columns - 1, rows).map((line) => ` ${line}`);
      first = Math.max(0, Math.min(first, body.length - rows));
      const title = {
        name: clean((target.kind === 'vm' ? fleet.nameOf(target.id) : undefined) ?? nameOf(target, fleet)),
        tabs: tabs.shown(target.kind, room.columns),
        tab: tabs.current(target.kind),
        above: first,
        below: body.length - first - rows,
        focused,
      };
      return [...titleLines(title, room, stage.look), ...body.slice(first, first + rows)];
    },
  };
}
