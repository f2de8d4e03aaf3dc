import { describe, expect, it } from 'vitest';
import { endpointName, poolId, userPoolId } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { csvLine } from '../../src/state/query/csv.ts';
import { filterCompletions, filterWords, valuesInFleet } from '../../src/state/query/filter-words.ts';
import { hasNodeValue, nodePool } from '../../src/state/query/node-columns.ts';
import { nodesInOrder } from '../../src/state/query/node-order.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import {
  columnKey,
  columnText,
  columnValue,
  noColumn,
  readColumns,
  type VmColumn,
  vmColumn,
  vmColumns,
} from '../../src/state/query/vm-columns.ts';
import { gib, mib } from '../../src/units.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock } from './objects.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function openFleet() {
  const clock = createTestClock();
  const store = createStore(clock);
  const full: Vm = {
    ...aVm('full', { tags: ['b', 'a'], ips: ['10.0.0.2', 'fe80::1'], state: 'paused', autostart: true, cpus: 4 }),
    plan: 'shop',
    profile: 'small',
    image: 'debian',
    os: 'debian 12',
    flavor: 'm1.small',
    owner: 'anna',
    storage: gib(30),
    sharedStorage: gib(20),
    diskCount: 2,
    nicCount: 1,
    bootedAt: clock.now() - 10_000_400,
    trouble: { message: 'no disk', since: 0 },
  };
  const bare: Vm = { ...aVm('bare', { endpoint: 'host2', memory: mib(512) }), node: undefined };
  store.setGrouping({
    pools: [{ id: userPoolId('Mine'), name: 'Mine', parent: undefined, readOnly: false, variables: {} }],
    notes: new Map([[full.id, { text: 'moves on Friday', by: 'anna@desk', at: 0 }]]),
    placeOf: new Map([[host1, userPoolId('Mine')]]),
  });
  store.setEndpoint({ name: host1, platform: 'kvm', address: '', phase: 'up', since: 0 });
  store.push(host1, {
    kind: 'inventory',
    at: 0,
    inventory: {
      pools: [{ id: poolId(host1, 'p'), name: 'Theirs', parent: undefined }],
      nodes: [aNode('n1')],
      vms: [full],
    },
  });
  store.push(host2, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [], vms: [bare] } });
  const block = cpuBlock([full], 0.123456);
  block.memory[0] = mib(256);
  for (const [at, column] of [block.diskRead, block.diskWrite, block.netRx, block.netTx].entries())
    column[0] = 1024 * 2 ** at + 0.125;
  store.push(host1, { kind: 'samples', block });
  store.flush();
  return { fleet: store.fleet, full, bare };
}

describe('the columns of VMs', () => {
  it('F-117 tell people of a VM of which all is known, and show - for what is not', () => {
    const { fleet, full, bare } = openFleet();
    const told = vmColumns.map((column) => [
      column.id,
      columnText(column, full, fleet),
      columnText(column, bare, fleet),
    ]);
    expect(told).toEqual([
      ['name', 'full', 'bare'],
      ['state', 'paused', 'running'],
      ['cpu', '12%', '-'],
      ['hostcpu', '6%', '-'],
      ['trend', '0.12345600128173828', '-'],
      ['mem', '256M', '-'],
      ['memory', '1.0G', '512M'],
      ['cpus', '4', '2'],
      ['disk', '3.0K', '-'],
      ['read', '1.0K', '-'],
      ['write', '2.0K', '-'],
      ['net', '12K', '-'],
      ['rx', '4.0K', '-'],
      ['tx', '8.0K', '-'],
      ['uptime', '2h46m', '-'],
      ['ip', '10.0.0.2 fe80::1', '-'],
      ['node', 'n1', '-'],
      ['pool', 'Mine', '-'],
      ['endpoint', 'host1', 'host2'],
      ['platform', 'kvm', '-'],
      ['version', 'test', '-'],
      ['image', 'debian', '-'],
      ['os', 'debian 12', '-'],
      ['flavor', 'm1.small', '-'],
      ['owner', 'anna', '-'],
      ['storage', '30G', '-'],
      ['shared', '20G', '-'],
      ['local', '10G', '-'],
      ['disks', '2', '-'],
      ['nics', '1', '-'],
      ['plan', 'shop', '-'],
      ['profile', 'small', '-'],
      ['autostart', 'yes', 'no'],
      ['pending', '-', '-'],
      ['tag', 'b a', '-'],
      ['note', 'moves on Friday', '-'],
      ['trouble', 'no disk', '-'],
    ]);
  });

  it('give programs values of their own, and null for what is unknown', () => {
    const { fleet, full, bare } = openFleet();
    const given = Object.fromEntries(
      vmColumns.map((column) => [
        columnKey(column),
        [columnValue(column, full, fleet), columnValue(column, bare, fleet)],
      ]),
    );
    expect(given).toMatchObject({
      name: ['full', 'bare'],
      cpu: [12.35, null],
      mem: [mib(256), null],
      memory: [gib(1), mib(512)],
      disk: [3072.25, null],
      net: [12_288.25, null],
      read: [1024.13, null],
      uptime: [10_000, null],
      ips: [['10.0.0.2', 'fe80::1'], []],
      tags: [['b', 'a'], []],
      autostart: [true, false],
      error: ['no disk', null],
      sharedStorage: [gib(20), null],
      localStorage: [gib(10), null],
      diskCount: [2, null],
      nicCount: [1, null],
      node: ['n1', null],
    });
  });

  it('have an uptime of none where the clock of the host is ahead', () => {
    const { fleet, full } = openFleet();
    const uptime = vmColumn('uptime') as VmColumn;
    expect(columnText(uptime, { ...full, bootedAt: fleet.landedAt + 60_000 }, fleet)).toBe('0s');
  });

  it('are found by their word and by the key of programs, and named with blanks or commas', () => {
    const ids = (text: string) => {
      const found = readColumns(text);
      return typeof found === 'string' ? found : found.map(({ id }) => id);
    };
    expect(ids('name, CPU  tags,error,name')).toEqual(['name', 'cpu', 'tag', 'trouble']);
    expect(ids(' , ')).toBe('no column is named');
    expect(ids('name,nam')).toBe('there is no column "nam" (did you mean name?)');
    expect(noColumn('ip_')).toBe('there is no column "ip_" (did you mean ips?)');
    expect([vmColumn('ips')?.id, vmColumn('nope')]).toEqual(['ip', undefined]);
  });

  it('are sorted from the largest down where they are amounts', () => {
    const down = vmColumns.filter(({ id }) => (readSort(id) as Sort).descending).map(({ id }) => id);
    expect(down).toEqual(
      'cpu hostcpu trend mem memory cpus disk read write net rx tx uptime storage shared local disks nics'.split(' '),
    );
    expect(vmColumns.filter(({ align }) => align === 'right').map(({ id }) => id)).toEqual(down);
    expect(vmColumns.filter(({ sampled }) => sampled).map(({ id }) => id)).toEqual(
      'cpu hostcpu trend mem disk read write net rx tx'.split(' '),
    );
    expect(vmColumns.filter(({ drawn }) => drawn).map(({ id }) => id)).toEqual(['trend']);
  });
});

describe('a line of CSV', () => {
  const bare = (text: string) => text.replaceAll('\u0007', '');
  it.each([
    [['a', 1, true, null, undefined, ''], 'a,1,true,,,'],
    [['=1+1', '+a', '-a', '@a', '\ta', 'a=1'], "'=1+1,'+a,'-a,'@a,'\ta,a=1"],
    [[-1, 'a,b', 'a"b', 'a\nb'], '-1,"a,b","a""b","a\nb"'],
    [[['x', 'y'], [], [{ a: 1 }], { b: 2 }], 'x y,,"[{""a"":1}]","{""b"":2}"'],
    [['be\u0007ll', '\u0007=x'], "bell,'=x"],
  ])('of %j is %j', (values, line) => expect(csvLine(values, bare)).toBe(line));
});

describe('what can follow in a filter', () => {
  const queries = (query: string, values: readonly string[] = []) =>
    filterCompletions(query, () => values).map((one) => one.query);

  it('are the words of the language, with the sign that they are compared by', () => {
    const all = queries('web !na');
    expect(all).toHaveLength(filterWords.length);
    expect(all).toEqual(
      expect.arrayContaining([
        'web !name:',
        'web !trouble:',
        'web !cpu>',
        'web !mem>',
        'web !memory>',
        'web !cpus>',
        'web !disk>',
      ]),
    );
    expect(filterCompletions('', () => [])[0]).toEqual({
      query: 'name:',
      help: 'its whole name, where * stands for anything: name:web*',
    });
  });

  it('are values behind a word, but for those that would be two terms', () => {
    expect(queries('a tag:x', ['web', 'two words', 'a"b', 'db'])).toEqual(['a tag:web', 'a tag:db']);
    expect(queries('!state:')).toEqual(expect.arrayContaining(['!state:running', '!state:stopped']));
    expect(filterCompletions('tag:', () => ['web'])).toEqual([{ query: 'tag:web', help: '' }]);
    expect(queries('cpu>')).toHaveLength(filterWords.length);
  });

  it.each([
    ['node', ['n1']],
    ['endpoint', ['host1']],
    ['platform', ['kvm']],
    ['pool', ['Mine', 'Theirs']],
    ['tag', ['a', 'b']],
    ['plan', ['shop']],
    ['profile', ['small']],
    ['image', ['debian']],
    ['name', []],
  ])('of %s are those in the fleet', (word, values) => expect(valuesInFleet(word, openFleet().fleet)).toEqual(values));

  it('are looked for in the first five thousand VMs', () => {
    const store = createStore(createTestClock());
    const vms = Array.from({ length: 5_001 }, (_, at) => aVm(`vm${at}`, { tags: at < 4_999 ? [] : [`tag${at}`] }));
    store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [aNode('n1')], vms } });
    store.flush();
    expect(valuesInFleet('tag', store.fleet)).toEqual(['tag4999']);
  });

  it('have an empty text for no value', () => {
    const { fleet } = openFleet();
    const vms = new Map([[aVm('a').id, { ...aVm('a'), plan: '' }]]);
    expect(valuesInFleet('plan', { ...fleet, vms })).toEqual([]);
  });
});

describe('nodes in order', () => {
  function openNodes() {
    const store = createStore(createTestClock());
    const node = (name: string, endpoint: string, more: object = {}) => ({ ...aNode(name, endpoint), ...more });
    store.setEndpoint({ name: host1, platform: 'proxmox', address: '', phase: 'up', since: 0 });
    store.setEndpoint({ name: host2, platform: 'aws', address: '', phase: 'up', since: 0 });
    store.setGrouping({
      pools: ['A', 'B'].map((name) => ({
        id: userPoolId(name),
        name,
        parent: undefined,
        readOnly: false,
        variables: {},
      })),
      notes: new Map(),
      placeOf: new Map([
        [host1, userPoolId('B')],
        [host2, userPoolId('A')],
      ]),
    });
    const inventory = (nodes: readonly ReturnType<typeof aNode>[]) =>
      ({ kind: 'inventory', at: 0, inventory: { pools: [], nodes, vms: [] } }) as const;
    const [n10, n9, n2] = [
      node('n10', 'host1', { address: '10.0.0.10', version: '9', memory: gib(4), state: 'down' }),
      node('n9', 'host1', { address: undefined, version: '10', cpus: 64, memory: gib(8) }),
      node('n2', 'host2', { address: '10.0.0.9', version: '2', cpus: Number.NaN }),
    ];
    store.push(host1, inventory([n10, n9] as never));
    store.push(host2, inventory([n2] as never));
    store.push(host1, {
      kind: 'node-samples',
      samples: [
        { node: (n10 as typeof n9 & object).id, at: 0, cpu: 0.5, memory: 1 },
        { node: (n9 as typeof n10 & object).id, at: 0, cpu: 0.1, memory: 2 },
      ],
    });
    store.flush();
    return store.fleet;
  }
  const order = (text?: string) =>
    nodesInOrder(openNodes(), text === undefined ? undefined : (readSort(text) as Sort)).map((id) => id.split('/')[1]);

  it.each([
    [undefined, ['n2', 'n9', 'n10']],
    ['name', ['n2', 'n9', 'n10']],
    ['name:desc', ['n10', 'n9', 'n2']],
    ['state', ['n2', 'n9', 'n10']],
    ['state:desc', ['n10', 'n2', 'n9']],
    ['cpu', ['n10', 'n9', 'n2']],
    ['cpu:asc', ['n9', 'n10', 'n2']],
    ['mem', ['n9', 'n10', 'n2']],
    ['memory', ['n2', 'n9', 'n10']],
    ['cpus', ['n9', 'n10', 'n2']],
    ['ip', ['n2', 'n10', 'n9']],
    ['pool', ['n2', 'n9', 'n10']],
    ['endpoint:desc', ['n2', 'n9', 'n10']],
    ['platform:desc', ['n9', 'n10', 'n2']],
    ['version', ['n2', 'n10', 'n9']],
    ['tag', ['n2', 'n9', 'n10']],
  ])('by %s: %j', (text, names) => expect(order(text)).toEqual(names));

  it('are told of by some columns, and are in a pool', () => {
    expect(vmColumns.filter(({ id }) => hasNodeValue(id)).map(({ id }) => id)).toEqual(
      'name state cpu mem memory cpus disk read write net rx tx ip pool endpoint platform version os storage note trouble'.split(
        ' ',
      ),
    );
    const fleet = openNodes();
    expect([...fleet.nodes.values()].map((node) => nodePool(node, fleet))).toEqual(['B', 'B', 'A']);
  });
});
