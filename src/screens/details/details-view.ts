import type { NodeId, VmId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import type { Row } from '../../state/query/tree.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import { inTheMiddle } from '../fleet/cut-names.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { nameOf } from '../fleet/row-text.ts';
import type { Room } from '../frame/look.ts';
import type { Stage } from '../stage.ts';
import { createTable, type Table } from '../tables/table.ts';
import { timeOfDay } from '../time.ts';
import { endpointOverview, nodeOverview, nodeVms, poolOverview } from './group-tabs.ts';
import { createLoader, type Loaded } from './load.ts';
import { consoleLog, vmDisks, vmNetworks, vmOverview } from './vm-tabs.ts';

/** The pane that shows what the cursor is on. It follows when the keys pause, so that a held key costs nothing here. */
export interface DetailsView {
  /** The cursor has moved, or may have. */
  follow(): void;
  /** Something landed in the store: what is shown may have changed. */
  refresh(): void;
  scroll(rows: number): void;
  /** To another tab. */
  turn(by: number): void;
  /** The name of the tab that is shown. */
  readonly tab: string;
  /** The table that the tab is, where it is one. */
  readonly table: Table | undefined;
  /** To the tab of this name, of what the cursor is on; false when there is none. */
  turnTo(name: string): boolean;
  /** Rows that all of the current tab takes below the tree, its title included. */
  rowsBelow(columns: number): number;
  /** Exactly `room.rows` lines at most, each `room.columns` wide at most. */
  lines(room: Room & { readonly side: 'right' | 'below' }, focused: boolean): readonly string[];
}

const FOLLOWS_AFTER_MS = 120;

/** Tabs of a VM that are tables of what is under it. */
const TABLES: Readonly<Record<string, ListedKind>> = { Snapshots: 'snapshot' };

const TABS = {
  vm: ['Overview', 'Disks', 'Networks', 'Snapshots', 'Events', 'Console'],
  node: ['Overview', 'VMs', 'Events'],
  pool: ['Overview'],
  endpoint: ['Overview', 'Events'],
} as const satisfies Record<Row['kind'], readonly string[]>;

/** Name, tabs, and whether there is more. */
const RIGHT_TITLE_ROWS = 3;
/** Taller than any screen: a long log need not be counted to its end. */
const MOST_ROWS_BELOW = 200;

/** `2 above, 9 more`, where lines don't fit; short, since the name stands beside it. */
const moreText = (above: number, below: number): string =>
  [above > 0 ? `${above} above` : '', below > 0 ? `${below} more` : ''].filter(Boolean).join(', ');

export function createDetailsView(stage: Stage, state: FleetState): DetailsView {
  const { services } = stage;
  const { fleet } = services.store;
  const vmInfo = createLoader(
    services,
    stage.changed,
    ({ vm }, id: VmId) =>
      (signal) =>
        vm.info(id, signal),
  );
  const nodeInfo = createLoader(services, stage.changed, ({ node, whyNot }, id: NodeId) => {
    const info = node?.info;
    return info ? (signal) => info(id, signal) : (whyNot['node.info'] ?? 'nothing more is known');
  });
  const written = createLoader(services, stage.changed, ({ console, whyNot }, id: VmId) => {
    const output = console?.output;
    return output ? (signal) => output(id, signal) : (whyNot['console.output'] ?? 'this platform keeps no console log');
  });
  const tabs: Record<Row['kind'], number> = { vm: 0, node: 0, pool: 0, endpoint: 0 };
  let target: Row | undefined;
  let first = 0;
  let stop = () => {};
  let table: Table | undefined;

  /** The table of the tab that is shown; another VM's ends. */
  const wantTable = (vm: VmId | undefined) => {
    const kind = TABLES[TABS.vm[tabs.vm] ?? ''];
    if (table && (table.kind !== kind || table.under[0] !== vm)) {
      table.close();
      table = undefined;
    }
    if (vm !== undefined && kind) table ??= createTable(stage, kind, [vm]);
  };

  const want = () => {
    const vm = target?.kind === 'vm' ? target.id : undefined;
    vmInfo.want(vm);
    nodeInfo.want(target?.kind === 'node' ? target.id : undefined);
    written.want(TABS.vm[tabs.vm] === 'Console' ? vm : undefined);
    wantTable(vm);
  };

  const arrive = () => {
    const row = state.view.current();
    if (row?.key !== target?.key) first = 0;
    target = row;
    if (state.detailsShown || state.pane === 'details') want();
    stage.changed();
  };

  const follow = () => {
    stop();
    if (state.view.current()?.key === target?.key) return;
    // The first rows, and those that come where an endpoint stood alone, need no pause of the keys.
    if (target === undefined || (target.kind === 'endpoint' && state.tree.indexOf(target.key) < 0)) arrive();
    else stop = services.clock.after(FOLLOWS_AFTER_MS, arrive);
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
      const { length } = TABS[target.kind];
      tabs[target.kind] = (tabs[target.kind] + by + length) % length;
      first = 0;
      want();
    },
    get tab() {
      return target ? (TABS[target.kind][tabs[target.kind]] ?? '') : '';
    },
    get table() {
      return target?.kind === 'vm' ? table : undefined;
    },
    turnTo(name) {
      target = state.view.current();
      const names: readonly string[] = target ? TABS[target.kind] : [];
      if (!target || !names.includes(name)) return false;
      tabs[target.kind] = names.indexOf(name);
      first = 0;
      want();
      return true;
    },
    rowsBelow: (columns) => (target ? 1 + content(target, columns - 1, MOST_ROWS_BELOW).length : 0),
    lines(room, focused) {
      if (!target) return [];
      const columns = room.columns - 1;
      const titleRows = room.side === 'right' ? RIGHT_TITLE_ROWS : 1;
      const rows = Math.max(0, room.rows - titleRows);
      const body = content(target, columns, rows).map((line) => ` ${line}`);
      first = Math.max(0, Math.min(first, body.length - rows));
      const more = moreText(first, body.length - first - rows);
      return [...titleLines(target, room, focused, more), ...body.slice(first, first + rows)];
    },
  };

  function titleLines(
    row: Row,
    room: Room & { readonly side: 'right' | 'below' },
    focused: boolean,
    more: string,
  ): readonly string[] {
    const { theme, glyphs } = stage.look;
    const names = TABS[row.kind];
    const bar = names
      .map((name, at) =>
        at === tabs[row.kind] ? theme.paint(focused ? 'cursor' : 'resting', name) : theme.paint('dim', name),
      )
      .join(' ');
    const barWidth = names.join(' ').length;
    const name = clean(nameOf(row, fleet));
    if (room.side === 'right') {
      const below = theme.paint('warning', fit(more, room.columns - 1));
      return [
        ` ${theme.paint('title', fit(inTheMiddle(name, room.columns - 1), room.columns - 1))}`,
        ` ${bar}`,
        more === '' ? '' : ` ${below}`,
      ];
    }
    const moreWidth = more === '' ? 0 : width(more) + 1;
    const shown = inTheMiddle(name, Math.max(4, Math.min(width(name), room.columns - barWidth - moreWidth - 8)));
    const rule = glyphs.horizontal.repeat(Math.max(0, room.columns - width(shown) - barWidth - moreWidth - 6));
    const sign = more === '' ? '' : ` ${theme.paint('warning', more)}`;
    return [
      `${theme.paint('border', glyphs.horizontal)} ${theme.paint('title', shown)} ${theme.paint('border', rule)} ${bar} ${theme.paint('border', glyphs.horizontal)}${sign}`,
    ];
  }

  function content(row: Row, columns: number, rows: number): readonly string[] {
    const { look } = stage;
    const tab = TABS[row.kind][tabs[row.kind]];
    if (tab === 'Events') return events(row, columns);
    if (row.kind === 'pool')
      return poolOverview(state.sums.ofPool(row.id), state.sums.versionsBelow(row.id), columns, look);
    if (row.kind === 'endpoint') {
      const status = fleet.endpoints.get(row.id);
      return status ? endpointOverview(status, stage.advice, columns, look) : [];
    }
    if (row.kind === 'node') {
      const node = fleet.nodes.get(row.id);
      if (!node) return gone();
      if (tab === 'VMs') return nodeVms(row.id, fleet, first, rows + 1, columns, look);
      return nodeOverview(node, state.sums.ofNode(row.id), nodeInfo.of(row.id), fleet, stage.advice, columns, look);
    }
    const vm = fleet.vms.get(row.id);
    if (!vm) return gone();
    if (tab === 'Console') return loaded(written.of(row.id), columns, (value) => consoleLog(value, columns, look));
    const info = vmInfo.of(row.id);
    if (tab === 'Overview') return vmOverview(vm, info, fleet, columns, look);
    if (table) return table.lines({ columns, rows }, state.pane === 'details' ? 'active' : 'resting');
    const draw = tab === 'Disks' ? vmDisks : vmNetworks;
    return loaded(info, columns, (value) => draw(value, columns, look));
  }

  function loaded<Value>(
    info: Loaded<Value>,
    columns: number,
    draw: (value: Value) => readonly string[],
  ): readonly string[] {
    if (info.state === 'ready') return draw(info.value);
    if (info.state === 'loading') return [stage.look.theme.paint('dim', 'loading…')];
    return wrapped(info.message, columns).map((line) => stage.look.theme.paint('warning', line));
  }

  function gone(): readonly string[] {
    return [stage.look.theme.paint('dim', 'This is not there any more.')];
  }

  function events(row: Row, columns: number): readonly string[] {
    const own = fleet.events.filter(
      ({ subject }) => subject === row.id || (row.kind === 'endpoint' && subject?.startsWith(`${row.id}/`)),
    );
    if (own.length === 0) return [stage.look.theme.paint('dim', 'No events since drover was started.')];
    return own
      .toReversed()
      .flatMap(({ at, text }) =>
        wrapped(text, columns - 9).map(
          (line, row) => `${stage.look.theme.paint('dim', row === 0 ? timeOfDay(at) : ' '.repeat(8))} ${line}`,
        ),
      );
  }
}
