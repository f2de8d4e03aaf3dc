import { type Shown, shownOf } from '../../actions/target.ts';
import type { Id, VmId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import { placeOf } from '../../state/fleet/fleet.ts';
import type { KindColumn } from '../../state/kind-spec.ts';
import { columnsOf, countOf, manyOf, specOf } from '../../state/kinds.ts';
import { clean, fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Room } from '../frame/look.ts';
import { createListState } from '../lists/list-state.ts';
import { clicks, movement } from '../lists/movement.ts';
import type { Stage, View } from '../stage.ts';
import { timeOfDay } from '../time.ts';
import { type ListingLoader, loadListings } from './load-listings.ts';
import type { TableFront } from './table-front.ts';
import { fittingColumns, rowLine, titleLine, valueLines } from './table-lines.ts';
import { type TableOrder, type TableRow, tableRows } from './table-rows.ts';

/** A list of objects of one kind with a cursor, marks, a filter and an order. */
export interface Table extends TableFront {
  /** What it is of: `web1 on host3`, `12 VMs`. */
  readonly of: string;
  /** At most `room.rows` lines; with `values` what is known of the row under the cursor below them, where there is room. */
  lines(room: Room, focus: 'active' | 'resting', values?: 'values'): readonly string[];
  readonly handlers: View['handlers'];
  readonly point: NonNullable<View['point']>;
  /** Ends reading. */
  close(): void;
}

/** More lists than this are not read at once: one VM costs a request. */
const MOST_LISTS = 200;
/** Below the rows there is room for what is known of the one under the cursor. */
const VALUES_FROM = 16;
const MOST_VALUES = 12;

export function createTable(stage: Stage, kind: ListedKind, all: readonly VmId[]): Table {
  const { services } = stage;
  const { fleet } = services.store;
  const { kinds } = services;
  const under = all.slice(0, MOST_LISTS);
  const columns: readonly KindColumn[] = columnsOf(kinds, kind).filter(({ id }) => id !== 'vm' || under.length > 1);
  const loader: ListingLoader = loadListings(kind, under, services, stage.changed);
  const list = createListState(false);
  const marks = new Map<string, Shown>();
  let filter = '';
  let order: TableOrder | undefined;
  /** The row that the cursor is on, so that it stays there when others come and go. */
  let pinned: string | undefined;
  let known: { readonly on: string; readonly rows: readonly TableRow[] } | undefined;

  const rows = (): readonly TableRow[] => {
    const on = `${fleet.version} ${filter} ${order?.by} ${order?.descending}`;
    if (known?.on !== on) {
      known = { on, rows: tableRows(kinds, kind, under, fleet, filter, order) };
      const at = known.rows.findIndex(({ object }) => object.id === pinned);
      if (at >= 0) list.step(at - list.at);
    }
    return known.rows;
  };
  const current = (): TableRow | undefined => rows()[list.at];
  const pin = () => {
    pinned = current()?.object.id;
  };
  const moved = (move: (() => void) | undefined) => () => {
    move?.();
    pin();
    stage.changed();
  };
  const shown = (id: Id) => marks.get(id) ?? shownOf(kind, id, services);
  const marked = () => [...marks.values()].filter(({ id }) => fleet.find(kind, id as never));
  const mark = ({ object }: TableRow) => {
    const one = shownOf(kind, object.id, services);
    if (!marks.delete(object.id) && one) marks.set(object.id, one);
  };

  const first = fleet.vms.get(under[0] as VmId);
  const of = under.length === 1 && first ? clean(placeOf(first, fleet)) : countOf(kinds, 'vm', all.length);

  const statusLine = (): string => {
    const times = under.flatMap((id) => fleet.listings.of(kind, id)?.at ?? []);
    const oldest = times.length === 0 ? undefined : Math.min(...times);
    const count = rows().length;
    const parts = [
      loader.isLoading ? 'loading…' : undefined,
      oldest === undefined ? undefined : `as of ${timeOfDay(oldest)}`,
      countOf(kinds, kind, count),
      marks.size > 0 ? `${marks.size} marked` : undefined,
      filter === '' ? undefined : `filter ${filter}`,
      all.length > under.length ? `the first ${under.length} of ${all.length} VMs` : undefined,
    ];
    return parts.filter((part) => part !== undefined).join(', ');
  };

  const sortBy = (by: string | undefined) => {
    order = by === undefined ? undefined : { by, descending: order?.by === by ? !order.descending : false };
    known = undefined;
  };
  const step = (by: number) => {
    const at = columns.findIndex(({ id }) => id === order?.by);
    sortBy(columns[(at + by + columns.length) % columns.length]?.id);
  };

  return {
    kind,
    under,
    of,
    chosen() {
      if (marks.size > 0) return marked();
      const row = current();
      const one = row && shown(row.object.id);
      return one ? [one] : [];
    },
    isSeen: (id) => rows().some(({ object }) => object.id === id),
    unmark(ids) {
      for (const id of ids) marks.delete(id);
      stage.changed();
    },
    lines(room, focus, below) {
      const { look } = stage;
      const { theme } = look;
      const shownRows = rows();
      const problems = under.flatMap((id) => {
        const why = loader.failures.get(id);
        const vm = fleet.vms.get(id);
        return why === undefined
          ? []
          : wrapped(clean(`${under.length > 1 && vm ? `${vm.name}: ` : ''}${why}`), room.columns);
      });
      const head = [theme.paint('dim', fit(statusLine(), room.columns).trimEnd())];
      const trouble = problems.slice(0, 3).map((line) => theme.paint('warning', line));
      if (shownRows.length === 0) {
        const none = loader.isLoading
          ? 'loading…'
          : filter === ''
            ? `No ${manyOf(kinds, kind)}.`
            : `No ${manyOf(kinds, kind)} match ${filter}.`;
        return [...head, ...trouble, ...(problems.length > 0 ? [] : [theme.paint('dim', none)])].slice(0, room.rows);
      }
      const row = current();
      const values =
        row && below && room.rows >= VALUES_FROM
          ? valueLines(row.row, specOf(kinds, kind).keys, room.columns, look).slice(0, MOST_VALUES)
          : [];
      const rule = values.length > 0 ? [theme.paint('border', look.glyphs.horizontal.repeat(room.columns))] : [];
      const height = Math.max(1, room.rows - head.length - trouble.length - 1 - rule.length - values.length);
      const from = list.window(shownRows.length, height);
      pin();
      const fitted = fittingColumns(columns, shownRows, room.columns);
      const body = shownRows
        .slice(from, from + height)
        .map((one, at) =>
          rowLine(
            one,
            fitted,
            { isMarked: marks.has(one.object.id), cursor: from + at === list.at ? focus : 'none' },
            look,
          ),
        );
      const blank = values.length > 0 ? Array.from({ length: height - body.length }, () => '') : [];
      return [...head, ...trouble, titleLine(fitted, order, look), ...body, ...blank, ...rule, ...values].slice(
        0,
        room.rows,
      );
    },
    point: (event, room) => clicks(list)({ ...event, row: event.row - 1 }, room),
    handlers: {
      ...Object.fromEntries(Object.entries(movement(list, stage.changed)).map(([id, move]) => [id, moved(move)])),
      'view.mark': moved(() => {
        const row = current();
        if (row) mark(row);
        list.step(1);
      }),
      'view.invert': moved(() => rows().forEach(mark)),
      'view.mark-shown': moved(() => {
        for (const row of rows()) if (!marks.has(row.object.id)) mark(row);
      }),
      'view.filter': () =>
        stage.dialogs.filter({
          start: filter,
          apply(text) {
            filter = text.trim();
            known = undefined;
            stage.changed();
            return undefined;
          },
        }),
      'view.sort-next': moved(() => step(1)),
      'view.sort-previous': moved(() => step(-1)),
      'view.reverse': moved(() => {
        if (order) order = { ...order, descending: !order.descending };
        known = undefined;
      }),
      'view.sort': () => {
        const choices = [
          ...columns.map(({ id, title }) => ({ label: title.toLowerCase(), value: id })),
          { label: 'as a tree', value: '' },
        ];
        void stage.dialogs
          .pick({ title: 'Sort by', choices: () => choices })
          .then((by) => {
            if (by !== undefined) moved(() => sortBy(by === '' ? undefined : by))();
          })
          .catch(stage.message.fail);
      },
    },
    close: loader.stop,
  };
}
