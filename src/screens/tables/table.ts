import { placeOfShown, shownOf } from '../../actions/target.ts';
import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import type { KindColumn } from '../../state/kind-spec.ts';
import { countOf, manyOf, specOf } from '../../state/kinds.ts';
import { clean } from '../../terminal/width.ts';
import type { Room } from '../frame/look.ts';
import { createListState } from '../lists/list-state.ts';
import { clicks, movement } from '../lists/movement.ts';
import type { Stage, View } from '../stage.ts';
import { loadListings } from './load-listings.ts';
import { queryCommands } from './query-commands.ts';
import { createTableColumns } from './table-columns.ts';
import type { TableFront } from './table-front.ts';
import { fittingColumns, measuredColumns, rowLine, type SizedColumn, titleLine, valueLines } from './table-lines.ts';
import { createTableMarks } from './table-marks.ts';
import { createTableQuery } from './table-query.ts';
import type { TableRow } from './table-rows.ts';
import { statusLines } from './table-status.ts';
import { takeOutCommands } from './take-out-commands.ts';

/** A list of objects of one kind with a cursor, marks, a filter and an order. */
export interface Table extends TableFront {
  /** What it is of: `web1 on host3`, `12 VMs`. */
  readonly of: string;
  /** The row that the cursor is on. */
  current(): TableRow | undefined;
  /** At most `room.rows` lines; with `values` what is known of the row under the cursor below them, where there is room. */
  lines(room: Room, focus: 'active' | 'resting', values?: 'values'): readonly string[];
  /** How many lines it would take without values, whatever the room. Draws nothing, so that its window stays where it is. */
  height(columns: number): number;
  readonly handlers: View['handlers'];
  readonly point: NonNullable<View['point']>;
  /** Ends reading. */
  close(): void;
}

/** More lists than this are not read at once: each costs a request. */
const MOST_LISTS = 200;
/** Below the rows there is room for what is known of the one under the cursor. */
const VALUES_FROM = 16;
const MOST_VALUES = 12;

export function createTable(stage: Stage, kind: ListedKind, all: readonly OwnerId[], filter = ''): Table {
  const { services } = stage;
  const { fleet } = services.store;
  const { kinds } = services;
  const under = all.slice(0, MOST_LISTS);
  const { under: owner } = specOf(kinds, kind);
  const columns = createTableColumns(
    stage,
    kind,
    // Of one VM, or of one endpoint, its name stands in the title.
    (id) => id !== owner || under.length > 1,
    (room) => new Set(fittingColumns(measure(rows()), room).map(({ id }) => id)),
  );
  const loader = loadListings(kind, under, services, stage.changed);
  const query = createTableQuery(kinds, kind, under, fleet);
  query.setFilter(filter);
  const marks = createTableMarks(kind, services);
  const list = createListState(false);
  /** The object that the cursor is on, so that it stays there when others come and go; and the rows that it was put in. */
  let pinned: string | undefined;
  let settledIn: readonly TableRow[] | undefined;
  /** Measuring takes a pass over all rows. */
  let measured:
    | {
        readonly rows: readonly TableRow[];
        readonly of: readonly KindColumn[];
        readonly columns: readonly SizedColumn[];
      }
    | undefined;
  /** Lines above the titles, as it was drawn last. */
  let headRows = 1;

  const rows = (): readonly TableRow[] => {
    const shown = query.rows();
    if (shown !== settledIn) {
      settledIn = shown;
      const at = shown.findIndex(({ object }) => object.id === pinned);
      if (at >= 0) list.step(at - list.at);
    }
    return shown;
  };
  const measure = (shown: readonly TableRow[]) => {
    const of = columns.now();
    if (measured?.rows !== shown || measured.of !== of) {
      measured = { rows: shown, of, columns: measuredColumns(of, shown, columns.chosen) };
    }
    return measured.columns;
  };
  const head = (width: number): readonly string[] => {
    const status = { kind, all, under, loader, rows: rows().length, marked: marks.size, filter: query.filter };
    return statusLines(status, kinds, fleet, width, stage.look.theme);
  };
  const current = (): TableRow | undefined => rows()[list.at];
  const markedRows = () => query.all().filter(({ object }) => marks.has(object.id));
  const pin = () => {
    pinned = current()?.object.id;
  };
  const moved = (move: (() => void) | undefined) => () => {
    move?.();
    pin();
    stage.changed();
  };

  const first = under[0] && shownOf(owner, under[0], services);
  const of = under.length === 1 && first ? clean(placeOfShown(first, fleet)) : countOf(kinds, owner, all.length);

  return {
    kind,
    under,
    of,
    chosen() {
      if (marks.size > 0) return marks.present();
      const row = current();
      const one = row && marks.shown(row.object.id);
      return one ? [one] : [];
    },
    current,
    isSeen: (id) => rows().some(({ object }) => object.id === id),
    unmark(ids) {
      marks.delete(ids);
      stage.changed();
    },
    lines(room, focus, below) {
      const { look } = stage;
      const shown = rows();
      const above = head(room.columns);
      headRows = above.length;
      if (shown.length === 0) return above.slice(0, room.rows);
      const row = current();
      const values =
        row && below && room.rows >= VALUES_FROM
          ? valueLines(row.row, specOf(kinds, kind).keys, room.columns, look).slice(0, MOST_VALUES)
          : [];
      const rule = values.length > 0 ? [look.theme.paint('border', look.glyphs.horizontal.repeat(room.columns))] : [];
      const height = Math.max(1, room.rows - above.length - 1 - rule.length - values.length);
      const from = list.window(shown.length, height);
      pin();
      const fitted = fittingColumns(measure(shown), room.columns);
      const body = shown.slice(from, from + height).map((one, at) => {
        const cursor = from + at === list.at ? focus : 'none';
        return rowLine(one, fitted, { isMarked: marks.has(one.object.id), cursor }, look);
      });
      const blank = values.length > 0 ? Array.from({ length: height - body.length }, () => '') : [];
      return [...above, titleLine(fitted, query.order, look), ...body, ...blank, ...rule, ...values].slice(
        0,
        room.rows,
      );
    },
    height: (width) => head(width).length + (rows().length === 0 ? 0 : 1 + rows().length),
    point(event, room) {
      const isClick = clicks(list)({ ...event, row: event.row - headRows }, room);
      if (isClick) pin();
      return isClick;
    },
    handlers: {
      ...Object.fromEntries(Object.entries(movement(list, stage.changed)).map(([id, move]) => [id, moved(move)])),
      'view.mark': moved(() => {
        const row = current();
        if (row) marks.toggle(row.object.id);
        list.step(1);
      }),
      'view.invert': moved(() => {
        for (const { object } of rows()) marks.toggle(object.id);
      }),
      'view.mark-shown': moved(() => {
        for (const { object } of rows()) if (!marks.has(object.id)) marks.toggle(object.id);
      }),
      'view.columns': () => stage.dialogs.columns(columns.picked),
      ...queryCommands(stage, query, columns.now, moved(undefined), (by) => moved(() => list.step(by))()),
      ...takeOutCommands(stage, {
        keys: specOf(kinds, kind).keys,
        countOf: (count) => countOf(kinds, kind, count),
        many: manyOf(kinds, kind),
        chosen: () => (marks.size > 0 ? markedRows() : rows().slice(list.at, list.at + 1)),
        listed: () => (marks.size > 0 ? markedRows() : rows()),
      }),
    },
    close: loader.stop,
  };
}
