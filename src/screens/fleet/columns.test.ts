import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { host1, isUp } from '../../../test/screens/light-stage.tsx';
import { look, painted } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { poolId } from '../../ids.ts';
import { createStore } from '../../state/fleet/store.ts';
import { sortBy } from '../../state/query/sort.ts';
import { createTree } from '../../state/query/tree.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import { gib, mib } from '../../units.ts';
import { cellOf, type RowFacts } from './cells.ts';
import {
  type Arrangement,
  type ColumnChoice,
  columnAt,
  columnsFor,
  offeredColumns,
  wantedColumns,
  widthOf,
} from './columns.ts';
import { createSums, type Sum, type Sums } from './sums.ts';

const column = (id: string) => {
  const found = vmColumn(id);
  if (!found) throw new Error(`there is no column ${id}`);
  return found;
};
const choice = (given: Partial<ColumnChoice> = {}): ColumnChoice => ({
  arrangement: 'tree',
  ids: undefined,
  widths: new Map(),
  sort: undefined,
  ...given,
});
const shown = (width: number, given?: Partial<ColumnChoice>) => {
  const { name, others } = columnsFor(width, choice(given));
  return `${name} ${others.map(({ id, width: columns }) => `${id}:${columns}`).join(' ')}`;
};

describe('the columns that have room', () => {
  it('depend on the width, and on what they are of', () => {
    const cases: readonly (readonly [Arrangement, number])[] = [
      ['tree', 18],
      ['tree', 29],
      ['tree', 30],
      ['tree', 40],
      ['tree', 41],
      ['tree', 50],
      ['tree', 72],
      ['tree', 73],
      ['tree', 90],
      ['tree', 95],
      ['tree', 105],
      ['tree', 120],
      ['tree', 130],
      ['tree', 140],
      ['tree', 160],
      ['tree', 200],
      ['flat', 60],
      ['flat', 71],
      ['flat', 80],
      ['flat', 100],
      ['flat', 112],
      ['flat', 120],
      ['flat', 127],
      ['flat', 135],
      ['flat', 143],
      ['flat', 160],
      ['flat', 200],
      ['nodes', 50],
      ['nodes', 65],
      ['nodes', 80],
      ['nodes', 92],
      ['nodes', 100],
      ['nodes', 112],
      ['nodes', 125],
      ['nodes', 200],
    ];
    const all = cases.map(([arrangement, width]) => `${arrangement} ${width}: ${shown(width, { arrangement })}`);
    expect(all.join('\n')).toMatchInlineSnapshot(`
      "tree 18: 18 
      tree 29: 29 
      tree 30: 18 state:11
      tree 40: 28 state:11
      tree 41: 18 state:11 cpu:10
      tree 50: 18 state:11 cpu:10 mem:8
      tree 72: 40 state:11 cpu:10 mem:8
      tree 73: 25 state:11 cpu:10 mem:8 ip:15
      tree 90: 35 state:11 cpu:10 mem:8 memory:6 ip:15
      tree 95: 28 state:11 cpu:10 trend:11 mem:8 memory:6 ip:15
      tree 105: 30 state:11 cpu:10 trend:11 mem:8 memory:6 disk:7 ip:15
      tree 120: 31 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 ip:15
      tree 130: 33 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 ip:15
      tree 140: 43 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 ip:15
      tree 160: 42 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 ip:15 tag:20
      tree 200: 82 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 ip:15 tag:20
      flat 60: 28 state:11 cpu:10 mem:8
      flat 71: 26 state:11 cpu:10 mem:8 node:12
      flat 80: 35 state:11 cpu:10 mem:8 node:12
      flat 100: 32 state:11 cpu:10 mem:8 memory:6 node:12 ip:15
      flat 112: 24 state:11 cpu:10 trend:11 mem:8 memory:6 disk:7 node:12 ip:15
      flat 120: 24 state:11 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 node:12 ip:15
      flat 127: 25 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 node:12 ip:15
      flat 135: 25 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 node:12 ip:15
      flat 143: 33 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 node:12 ip:15
      flat 160: 29 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 node:12 ip:15 tag:20
      flat 200: 69 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 disk:7 net:7 uptime:7 node:12 ip:15 tag:20
      nodes 50: 18 state:11 cpu:10 mem:8
      nodes 65: 26 state:11 cpu:10 mem:8 memory:6
      nodes 80: 22 state:11 cpu:10 mem:8 memory:6 version:18
      nodes 92: 22 state:11 cpu:10 trend:11 mem:8 memory:6 version:18
      nodes 100: 24 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 version:18
      nodes 112: 23 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 pool:12 version:18
      nodes 125: 36 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 pool:12 version:18
      nodes 200: 95 state:11 cpus:5 cpu:10 trend:11 mem:8 memory:6 pool:12 version:18 ip:15"
    `);
  });

  it('are as many of those that were chosen as fit, in their order', () => {
    const ids = ['tag', 'ip', 'cpus'];
    expect([61, 60, 40, 39].map((width) => shown(width, { ids }))).toEqual([
      '18 tag:20 ip:15 cpus:5',
      '38 ip:15 cpus:5',
      '18 ip:15 cpus:5',
      '23 ip:15',
    ]);
  });

  it('are as wide as they were made', () => {
    expect(shown(80, { ids: ['ip', 'tag'], widths: new Map([['tag', 40]]) })).toBe('23 ip:15 tag:40');
    expect(widthOf('nothing', new Map())).toBe(12);
  });

  it('are with the one that is sorted by, which gives way last', () => {
    const sort = sortBy(column('rx'));
    expect(wantedColumns(choice({ sort, ids: ['ip'] }))).toEqual(['ip', 'rx']);
    expect(wantedColumns(choice({ sort, ids: ['rx', 'ip'] }))).toEqual(['rx', 'ip']);
    expect(wantedColumns(choice({ sort: sortBy(column('name')), ids: ['ip'] }))).toEqual(['ip']);
    expect(shown(30, { sort })).toBe('22 rx:7');
  });

  it('can all be wide enough for their titles', () => {
    for (const { id, title } of offeredColumns)
      expect([id, widthOf(id, new Map()) >= title.length - 1]).toEqual([id, true]);
    expect(offeredColumns.map(({ id }) => id)).not.toContain('name');
  });

  it('are found by the place that is clicked', () => {
    const columns = columnsFor(60, choice({ ids: ['state', 'ip'] }));
    expect(shown(60, { ids: ['state', 'ip'] })).toBe('32 state:11 ip:15');
    expect([0, 31, 32, 43, 44, 59, 60].map((at) => columnAt(columns, at))).toEqual([
      'name',
      'name',
      'state',
      'state',
      'ip',
      'ip',
      'name',
    ]);
  });
});

describe('a cell', () => {
  const clock = createTestClock();
  const store = createStore(clock);
  const vm = aVm('web1', {
    ips: ['10.0.0.7', '10.0.0.8'],
    cpus: 4,
    memory: gib(8),
    plan: 'small-plan-for-tests',
    bootedAt: clock.now() - 60_000,
  });
  const node = { ...aNode('n1'), version: 'QEMU 7.2' };
  store.setEndpoint(isUp());
  store.push(host1, inventory([node], [vm]));
  store.flush();
  const unknown = new Float32Array([Number.NaN]);
  for (const cpu of [0.25, 0.5, 0.75, 1, 0.1, 0.2, 0.3, 0.4]) {
    const block = { ids: [vm.id], cpu: new Float32Array([cpu]), memory: new Float64Array([mib(512)]) };
    const rates = { diskRead: new Float32Array([100]), diskWrite: unknown, netRx: unknown, netTx: unknown };
    store.push(host1, { kind: 'samples', block: { at: 0, windowMs: 1_000, ...block, ...rates } });
    store.push(host1, { kind: 'node-samples', samples: [{ node: node.id, at: 0, cpu: 1 - cpu, memory: gib(3) }] });
    store.flush();
  }
  const { fleet } = store;
  const sum: Sum = {
    counts: { total: 5, running: 3, paused: 1, crashed: 0, off: 1, troubled: 0 },
    cpu: 0.42,
    memoryUsed: gib(3),
    memory: gib(64),
    nodes: 2,
    nodesUp: 1,
    nodesDown: 1,
    cpus: 16,
  };
  const ofVm = (given: Partial<Extract<RowFacts, { kind: 'vm' }>> = {}): RowFacts => ({
    kind: 'vm',
    vm,
    sample: fleet.samples.of(vm.id),
    dimmed: false,
    stale: false,
    fleet,
    ...given,
  });
  const ofNode = (given: Partial<typeof node> = {}): RowFacts => ({
    kind: 'node',
    node: { ...node, ...given },
    sum,
    fleet,
  });
  const pool = poolId(host1, 'region');
  const sums: Sums = {
    ...createSums(fleet, createTree(fleet, new Set())),
    ratesBelow: () => ({ diskRead: 100, diskWrite: 24, netRx: 2048, netTx: Number.NaN }),
    storageBelow: () => gib(30),
    versionsBelow: () => new Map([['QEMU 7.2', 2]]),
  };
  const ofPool: RowFacts = { kind: 'pool', id: pool, sum, sums };
  const cell = (id: string, facts: RowFacts, width = widthOf(id, new Map())) =>
    painted(cellOf(column(id))(facts, look, width));

  it('shows a VM, the same while it is stale, a node and a pool', () => {
    const cases = [
      ['state', 11],
      ['cpu', 10],
      ['cpu', 5],
      ['cpu', 6],
      ['cpu', 3],
      ['trend', 4],
      ['mem', 8],
      ['memory', 6],
      ['cpus', 5],
      ['uptime', 7],
      ['disk', 7],
      ['ip', 10],
      ['ip', 5],
      ['node', 12],
      ['pool', 12],
      ['endpoint', 12],
      ['platform', 10],
      ['version', 18],
      ['plan', 12],
      ['autostart', 9],
      ['tag', 6],
    ] as const;
    const all = cases.map(([id, width]) => {
      const facts = [ofVm(), ofVm({ stale: true, dimmed: true }), ofNode(), ofPool];
      return `${id}: ${facts.map((one) => cell(id, one, width)).join('/')}`;
    });
    expect(all.join('\n')).toMatchInlineSnapshot(`
      "state: {running|● running  }/{dim|● running  }/{text|■ 3/5      }/{dim|  3/5      }
      cpu: {gauge-low|██}{gauge-empty|···}  40%/      {dim|   -}/{gauge-low|██▏}{gauge-empty|··}  42%/{gauge-low|██▏}{gauge-empty|··}  42%
      cpu:   40%/{dim|   -}/  42%/  42%
      cpu: {gauge-low|▍}{gauge-empty|}  40%/  {dim|   -}/{gauge-low|▍}{gauge-empty|}  42%/{gauge-low|▍}{gauge-empty|}  42%
      cpu: 40%/{dim|  -}/42%/42%
      trend: {accent|  ▆▃}/    /{accent|  ▄▇}/    
      mem:     512M/{dim|       -}/    3.0G/    3.0G
      memory:   8.0G/{dim|  8.0G}/   64G/   64G
      cpus:     4/{dim|    4}/   16/   16
      uptime:      1m/{dim|      -}/       /       
      disk:       -/{dim|      -}/       /       
      ip: {dim|10.0.0.7  }/{dim|10.0.0.7  }/{dim|10.0.0.1  }/          
      ip: {dim|10.0…}/{dim|10.0…}/{dim|10.0…}/     
      node: {dim|n1          }/{dim|n1          }/            /            
      pool: {dim|-           }/{dim|-           }/{dim|-           }/            
      endpoint: {dim|host1       }/{dim|host1       }/{dim|host1       }/            
      platform: {dim|fake      }/{dim|fake      }/{dim|fake      }/          
      version: {dim|QEMU 7.2          }/{dim|QEMU 7.2          }/{dim|QEMU 7.2          }/{dim|QEMU 7.2          }
      plan: {dim|small-…tests}/{dim|small-…tests}/            /            
      autostart: {dim|no       }/{dim|no       }/         /         
      tag: {dim|-     }/{dim|-     }/      /      "
    `);
  });

  it.each([
    ['maintenance', 13, '{paused|▪ maintenance}'],
    ['maintenance', 12, '{paused|▪ maint     }'],
    ['down', 8, '{danger|✗ down  }'],
    ['up', 8, '{text|■ 3/5   }'],
  ] as const)('of the state of a node that is %s, in %i columns', (state, width, text) => {
    expect(cell('state', ofNode({ state }), width)).toBe(text);
  });

  it('says of a node what it has, and nothing else', () => {
    expect(cell('ip', ofNode({ address: undefined }), 4)).toBe('{dim|-   }');
    expect(cell('version', ofNode({ version: '' }), 4)).toBe('{dim|-   }');
    expect(cell('version', ofNode({ version: 'QEMU 7.2.22, libvirt' }), 9)).toBe('{dim|QEMU…virt}');
    expect(cell('autostart', ofNode(), 3)).toBe('   ');
    expect(cell('disk', ofPool, 3)).toBe('   ');
  });

  it('F-127 F-128 says what the VMs of nodes and pools read, send and can hold, in columns that are chosen', () => {
    const wanted = ['disk', 'read', 'net', 'rx', 'tx', 'storage', 'plan'];
    const drawn = (facts: RowFacts, ids: readonly string[] | undefined) =>
      columnsFor(100, choice({ ids: ids ?? undefined }))
        .others.map((one) => `${one.id} ${painted(one.cell(facts, look)).trim()}`)
        .join(', ');
    expect(drawn(ofPool, wanted)).toBe('disk 124B, read 100B, net -, rx 2.0K, tx -, storage 30G, plan ');
    expect(drawn(ofNode(), wanted)).toBe('disk -, read 100B, net -, rx -, tx -, storage -, plan ');
    expect(drawn(ofNode(), undefined)).toMatch(/disk (,|$)/);
    const versions = new Map([
      ['QEMU 7.2', 2],
      ['QEMU 9.0', 1],
    ]);
    const several: RowFacts = { kind: 'pool', id: pool, sum, sums: { ...sums, versionsBelow: () => versions } };
    expect(cell('version', several)).toContain('2 versions');
  });

  it('makes a new graph for another width', () => {
    expect(cell('trend', ofVm(), 2)).toBe('{accent|▆▃}');
    expect(cell('trend', ofVm(), 3)).toBe('{accent| ▆▃}');
  });
});
