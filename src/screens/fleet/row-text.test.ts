import { describe, expect, it } from 'vitest';
import { host1, isUp, type LightOptions, openStage } from '../../../test/screens/light-stage.tsx';
import { look, painted } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, nodeId, poolId, userPoolId, vmId } from '../../ids.ts';
import type { EndpointStatus } from '../../state/fleet/fleet.ts';
import { sortBy } from '../../state/query/sort.ts';
import type { Row } from '../../state/query/tree.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import { columnsFor, offeredColumns } from './columns.ts';
import { createCut } from './cut-names.ts';
import { createDrawnRows } from './drawn-rows.ts';
import { type Cursor, longNames, nameOf, type RowScene, rowText, titleText } from './row-text.ts';
import { createSums } from './sums.ts';

const pool = { id: poolId(host1, 'p1'), name: 'Frankfurt', parent: undefined };
const since = new Date(2026, 0, 1, 11).getTime();
const staleSince = new Date(2026, 0, 1, 10, 30).getTime();
const broken = { message: 'its disk is full', since: 0 };

function open(options: LightOptions = {}, given: Partial<EndpointStatus> = {}) {
  const light = openStage({ nodes: [], vms: [], ...options });
  const { store, state } = light;
  const { nodes = [{ ...aNode('n1'), pool: pool.id }], vms = [aVm('web1')] } = options;
  store.setEndpoint(isUp({ since, ...given }));
  store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [pool], nodes, vms } });
  store.flush();
  const scene: RowScene = {
    ...look,
    fleet: store.fleet,
    sums: createSums(store.fleet, state.tree),
    columns: columnsFor(36, { arrangement: 'tree', ids: ['state'], widths: new Map(), sort: undefined }),
    keyFor: light.stage.advice.keyFor,
    cut: createCut([]),
  };
  const draw = (row: Row, cursor: Cursor = 'none', marked = false, more: Partial<RowScene> = {}) =>
    painted(rowText(row, cursor, marked, { ...scene, ...more }));
  return { ...light, scene, draw };
}

const vmRow = (depth = 2, name = 'web1'): Row => ({
  kind: 'vm',
  id: vmId(host1, name),
  key: `vm host1/${name}`,
  depth,
});
const nodeRow = (isOpen = true, depth = 1): Row => ({
  kind: 'node',
  id: nodeId(host1, 'n1'),
  key: 'node host1/n1',
  depth,
  open: isOpen,
});
const poolRow = (id = pool.id): Row => ({ kind: 'pool', id, key: `pool ${id}`, depth: 0, open: true });
const endpointRow = (name = 'host1'): Row => ({
  kind: 'endpoint',
  id: endpointName(name),
  key: `endpoint ${name}`,
  depth: 0,
});

describe('a row', () => {
  it('of each kind has its sign, its fold, its name and its columns', () => {
    const { draw } = open();
    expect(
      [poolRow(), nodeRow(), nodeRow(false), vmRow(), vmRow(0), vmRow(6), vmRow(9)].map((row) => draw(row)).join('\n'),
    ).toMatchInlineSnapshot(`
      "  {dim|▾ }{pool|Frankfurt           } {dim|  1/1      }
        {dim|  ▾ }{node|n1                } {text|■ 1/1      }
        {dim|  ▸ }{node|n1                } {text|■ 1/1      }
        {dim|      }{text|web1            } {running|● running  }
        {dim|  }{text|web1                } {running|● running  }
        {dim|              }{text|web1    } {running|● running  }
        {dim|              }{text|web1    } {running|● running  }"
    `);
  });

  it('shows the cursor, a mark, and what is there only because it is looked at', () => {
    const { draw } = open();
    const row = vmRow(0);
    expect(
      [
        draw(row, 'active'),
        draw(row, 'resting'),
        draw(row, 'none', true),
        draw(row, 'none', false, { kept: row.key }),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "  {dim|  }{cursor|web1                } {running|● running  }
        {dim|  }{resting|web1                } {running|● running  }
      {mark|✓} {dim|  }{text|web1                } {running|● running  }
        {dim|  }{dim|web1                } {dim|● running  }"
    `);
  });

  it('of what is stopped or in trouble looks so', () => {
    const { draw } = open({
      nodes: [{ ...aNode('n1'), trouble: broken }],
      vms: [aVm('web1', { state: 'stopped' }), aVm('db1', { trouble: broken })],
    });
    expect([vmRow(0), vmRow(0, 'db1'), nodeRow()].map((row) => draw(row)).join('\n')).toMatchInlineSnapshot(`
      "  {dim|  }{dim|web1                } {stopped|○ stopped  }
       {danger|!}{dim|  }{text|db1                 } {running|● running  }
       {danger|!}{dim|  ▾ }{node|n1 (host1)        } {text|■ 1/2      }"
    `);
  });

  it('of what was not heard of for a while is dim, with since when', () => {
    const { draw } = open(
      { vms: [aVm('web1'), aVm('db1', { trouble: broken })] },
      { staleSince, problem: { code: 'host.unreachable', message: 'no route' } },
    );
    expect([vmRow(0), vmRow(0, 'db1'), nodeRow()].map((row) => draw(row)).join('\n')).toMatchInlineSnapshot(`
      " {warning|~}{dim|  }{dim|web1                } {dim|● running  }
       {danger|!}{dim|  }{dim|db1                 } {dim|● running  }
       {warning|~}{dim|  ▾ }{dim|n1                }{warning| stale sinc…}"
    `);
    const columns = columnsFor(70, { arrangement: 'tree', ids: ['tag', 'ip'], widths: new Map(), sort: undefined });
    expect(draw(nodeRow(), 'none', false, { columns })).toContain('{warning| stale since 10:30:00: no route  ');
    const { draw: quiet } = open({}, { staleSince });
    expect(quiet(nodeRow(), 'none', false, { columns })).toContain('{warning| stale since 10:30:00  ');
  });

  it('of what was not heard of for a while shows no metrics', () => {
    const cpu = columnsFor(40, { arrangement: 'tree', ids: ['uptime'], widths: new Map(), sort: undefined });
    const vms = [aVm('web1', { bootedAt: 0 })];
    expect(open({ vms }, { staleSince }).draw(vmRow(0), 'none', false, { columns: cpu })).toMatch(/ -\}$/);
    expect(open({ vms }).draw(vmRow(0), 'none', false, { columns: cpu })).not.toMatch(/-\}?$/);
  });

  it('of what is gone keeps its id', () => {
    const { draw } = open({ nodes: [], vms: [] });
    expect(
      [vmRow(0), nodeRow(), endpointRow('other'), poolRow(userPoolId('gone'))].map((row) => draw(row)).join('\n'),
    ).toMatchInlineSnapshot(`
      "  {dim|  }{dim|host1/web1          }            
        {dim|  ▾ }{dim|host1/n1          }            
        {dim|  }{node|other               }            
        {dim|▾ }{pool|~/gone              } {dim|  0/0      }"
    `);
  });

  it.each([
    [{ phase: 'idle' }, ' ', '{dim| disabled   }'],
    [{ phase: 'connecting' }, ' ', '{busy| connecting…}'],
    [{ phase: 'up' }, ' ', '{dim| no nodes   }'],
    [{ phase: 'down' }, ' ', '{danger| down: no r…}'],
    [{ phase: 'down', problem: { code: 'host.unreachable', message: 'a' } }, '{danger|!}', '{danger| down: a    }'],
    [{ phase: 'blocked', problem: { code: 'auth.needs-secret', message: 'a' } }, '{danger|!}', '{danger| blocked, p…}'],
  ] as const)('of an endpoint says %o', (given, sign, text) => {
    const { draw } = open({ nodes: [], vms: [] }, given);
    expect(draw(endpointRow())).toBe(` ${sign}{dim|  }{node|host1               }${text}`);
  });

  it('of an endpoint that waits for the user names the key first', () => {
    const { draw, scene } = open({}, {
      phase: 'blocked',
      problem: { code: 'trust.unknown-host', message: 'not trusted', fix: 'drover endpoint trust host1' },
    } as Partial<EndpointStatus>);
    const columns = columnsFor(80, { arrangement: 'tree', ids: ['tag', 'ip'], widths: new Map(), sort: undefined });
    expect(draw(endpointRow(), 'none', false, { ...scene, columns })).toContain(
      '{danger| blocked, press T: not trusted',
    );
  });

  it('is called by the name of its host where that is another one', () => {
    const { store } = open({
      nodes: [aNode('n1'), { ...aNode('host1'), id: nodeId(host1, 'n2') }, { ...aNode('n3'), pool: pool.id }],
    });
    const named = (id: string) => nameOf({ ...nodeRow(), id: nodeId(host1, id) } as Row, store.fleet);
    expect(['n1', 'n2', 'n3', 'n4'].map(named)).toEqual(['n1 (host1)', 'host1', 'n3', 'host1/n4']);
    expect([vmRow(), poolRow(), endpointRow()].map((row) => nameOf(row, store.fleet))).toEqual([
      'web1',
      'Frankfurt',
      'host1',
    ]);
    store.setGrouping({
      pools: [{ id: userPoolId('prod'), name: 'Production', parent: undefined, readOnly: false, variables: {} }],
      notes: new Map(),
      placeOf: new Map(),
    });
    store.flush();
    expect(nameOf(poolRow(userPoolId('prod')), store.fleet)).toBe('Production');
  });
});

it('has a sign where people have noted something, unless something is wrong', () => {
  const { store, draw } = open({
    nodes: [aNode('n1')],
    vms: [aVm('web1'), aVm('web2', { trouble: broken })],
  });
  const note = { text: 'moves on Friday', by: 'anna@desk', at: 0 };
  const ids = [vmId(host1, 'web1'), vmId(host1, 'web2'), nodeId(host1, 'n1')];
  store.setGrouping({ pools: [], placeOf: new Map(), notes: new Map(ids.map((id) => [id, note])) });
  store.flush();
  const signs = [vmRow(), vmRow(2, 'web2'), nodeRow()].map((row) => draw(row).match(/[¶!]/)?.[0]);
  expect(signs).toEqual(['¶', '!', '¶']);
});

it('names that are too long for their rows are those that are cut', () => {
  const { store } = open({ vms: [aVm('web1'), aVm('a-rather-long-name')] });
  const rows = [vmRow(2), vmRow(2, 'a-rather-long-name'), vmRow(9, 'a-rather-long-name'), nodeRow()];
  expect(longNames(rows, 26, store.fleet)).toEqual([{ name: 'a-rather-long-name', room: 10 }]);
  expect(longNames(rows, 25, store.fleet)).toEqual([
    { name: 'a-rather-long-name', room: 17 },
    { name: 'a-rather-long-name', room: 9 },
  ]);
  expect(longNames([vmRow(6)], 3, store.fleet)).toEqual([{ name: 'web1', room: 1 }]);
});

describe('the titles', () => {
  const columns = columnsFor(440, {
    arrangement: 'tree',
    ids: offeredColumns.map(({ id }) => id),
    widths: new Map(),
    sort: undefined,
  });
  const by = (id: string, turned = false) => {
    const column = vmColumn(id);
    if (!column) throw new Error(id);
    const sort = sortBy(column);
    return turned ? { ...sort, descending: !sort.descending } : sort;
  };

  it('stand over their columns', () => {
    expect(painted(titleText({ ...look, columns: { ...columns, name: 12 } }, undefined))).toMatchInlineSnapshot(
      `"{header|    NAME↑    STATE              CPU HOST CPU CPU HISTORY  MEM USE MEMORY  CPUS  DISK/S  READ/S WRITE/S   NET/S    RX/S    TX/S  UPTIME IP              NODE         POOL         ENDPOINT     PLATFORM   VERSION            IMAGE              SYSTEM             FLAVOR       OWNER        STORAGE  SHARED   LOCAL DISKS NICS PLAN         PROFILE      AUTOSTART AT NEXT START            TAGS                 NOTE        }"`,
    );
  });

  it.each([
    [undefined, '    NAME↑     STATE       CPU'],
    [by('name', true), '    NAME↓     STATE       CPU'],
    [by('state'), '    NAME      STATE↑      CPU'],
    [by('cpu'), '    NAME      STATE      CPU↓'],
    [by('cpu', true), '    NAME      STATE      CPU↑'],
  ])('say what is sorted by: %o', (sort, text) => {
    const few = columnsFor(36, {
      arrangement: 'tree',
      ids: ['state', 'cpu'],
      widths: new Map([
        ['state', 8],
        ['cpu', 6],
      ]),
      sort: undefined,
    });
    expect(painted(titleText({ ...look, columns: { ...few, name: 13 } }, sort))).toBe(`{header|${text}}`);
  });
});

describe('rows that were drawn', () => {
  it('are drawn again when something landed, and when they look otherwise', () => {
    const { scene, store } = open();
    const draw = createDrawnRows();
    const text = (row: Row = vmRow(), more: Partial<RowScene> = {}, cursor: Cursor = 'none', marked = false) =>
      painted(draw(row, cursor, marked, { ...scene, ...more }));
    const before = text();
    expect(before).toContain('web1');
    expect(text(vmRow(), {}, 'active')).toContain('{cursor|');
    expect(text(vmRow(), {}, 'none', true)).toContain('{mark|');
    expect(text(nodeRow())).toContain('▾');
    expect(text(nodeRow(false))).toContain('▸');
    expect(text(vmRow(), { kept: vmRow().key })).toContain('{dim|web1');
    expect(text(vmRow(3))).not.toBe(before);
    const columns = columnsFor(50, { arrangement: 'tree', ids: ['state'], widths: new Map(), sort: undefined });
    expect(text(vmRow(), { columns }).length).toBeGreaterThan(before.length);
    const ip = columnsFor(60, { arrangement: 'tree', ids: ['ip'], widths: new Map(), sort: undefined });
    expect(text(vmRow(), { columns: ip })).not.toContain('running');
    expect(text(vmRow(), { theme: { ...look.theme, paint: (_word, plain) => plain } })).not.toContain('{');
    expect(text(vmRow(), { glyphs: { ...look.glyphs, state: { ...look.glyphs.state, running: 'R' } } })).toContain(
      'R running',
    );
    store.push(host1, inventory([aNode('n1')], [aVm('web1', { state: 'paused' })]));
    store.flush();
    expect(text()).toContain('paused');
  });

  it('are not drawn again while nothing changes', () => {
    const { scene } = open();
    const draw = createDrawnRows();
    let painting = 0;
    const theme = { name: 'counts', paint: (_word: string, text: string) => `${painting++} ${text}` };
    const counted = { ...scene, theme };
    draw(vmRow(), 'none', false, counted);
    const once = painting;
    draw(vmRow(), 'none', false, counted);
    draw(vmRow(), 'none', false, { ...counted });
    expect([once > 0, painting]).toEqual([true, once]);
  });
});
