import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointName, type VmId } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { exportComplaint } from '../../src/state/query/export-rows.ts';
import { exportVms } from '../../src/state/query/export-vms.ts';
import { nextMatch } from '../../src/state/query/next-match.ts';
import { createSieve, EVERYTHING } from '../../src/state/query/sieve.ts';
import { comparing, readSort, type Sort, sortedInSteps } from '../../src/state/query/sort.ts';
import { createTree } from '../../src/state/query/tree.ts';
import { readColumns, type VmColumn } from '../../src/state/query/vm-columns.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');
const by = (text: string) => readSort(text) as Sort;

function openStore(vms: readonly Vm[], nodes: readonly string[] = ['n1', 'n2']) {
  const store = createStore(createTestClock());
  store.push(
    host1,
    inventory(
      nodes.map((name) => aNode(name)),
      vms,
    ),
  );
  store.flush();
  return store;
}
const many = (count: number) => Array.from({ length: count }, (_, at) => aVm(`vm${at}`));

describe('a sieve', () => {
  it('looks at 512 VMs in one go, and says when it wants to go on', () => {
    const sieve = createSieve(openStore(many(1_100)).fleet);
    let looked = 0;
    const goes: unknown[] = [];
    const go = (call: () => unknown) => {
      looked = 0;
      goes.push([call(), looked, sieve.isAwaited]);
    };
    const accepts = () => {
      looked++;
      return true;
    };
    sieve.want({ filter: { live: false, accepts } });
    go(() => sieve.result);
    go(() => sieve.sift());
    go(() => sieve.sift());
    go(() => sieve.sift());
    expect(goes).toEqual([
      [undefined, 512, true],
      [0, 512, true],
      [undefined, 76, false],
      [undefined, 0, false],
    ]);
    expect(sieve.result?.below.get(aNode('n1').id)).toHaveLength(1_100);
  });

  it('looks again at once at a fleet of another shape, and ten milliseconds later at new metrics of a large one', () => {
    const store = openStore(many(600));
    const sieve = createSieve(store.fleet);
    sieve.want({ filter: { live: true, accepts: () => true } });
    while (sieve.sift() !== undefined);
    store.push(host1, { kind: 'samples', block: cpuBlock(many(1), 0.5) });
    store.flush();
    expect(sieve.isAwaited).toBe(false);
    expect([sieve.sift(), sieve.sift(), sieve.sift()]).toEqual([10, undefined, undefined]);
  });

  it('finds the place of the VM that a user looks at, or says that it is not there', () => {
    const vms = many(700);
    const sieve = createSieve(openStore(vms).fleet);
    const placeOf = (id: VmId | undefined, wanted: object = {}) => {
      sieve.find(id);
      sieve.want({ filter: undefined, sort: by('name:desc'), flat: true, ...wanted });
      while (sieve.sift() !== undefined);
      return sieve.result?.found;
    };
    for (const at of [0, 1, 511, 512, 699]) {
      const id = aVm(`vm${at}`).id;
      expect(placeOf(id)).toEqual({ id, at: 699 - at });
    }
    const { id } = aVm('vm3');
    expect(placeOf(id, { filter: { live: false, accepts: (vm: Vm) => vm.id !== id } })).toEqual({ id, at: -1 });
    expect(placeOf(undefined)).toEqual({ id: undefined, at: -1 });
  });

  it('has no list of a node without a match, and none of nodes in one list', () => {
    const store = openStore([aVm('a'), aVm('b', { node: 'n2' })]);
    const sieve = createSieve(store.fleet);
    sieve.want({ filter: { live: false, accepts: ({ name }) => name === 'b' } });
    expect([...(sieve.result?.below.keys() ?? [])]).toEqual([aNode('n2').id]);
    sieve.want({ flat: true });
    expect([...(sieve.result?.below ?? [])]).toEqual([[EVERYTHING, ['host1/b']]]);
    sieve.want({ filter: undefined, flat: false });
    expect([sieve.result, sieve.isAwaited]).toEqual([undefined, false]);
    sieve.want({ nodes: true, flat: true, sort: by('cpu') });
    expect([sieve.result, sieve.isAwaited]).toEqual([undefined, false]);
    sieve.want({ filter: { live: false, accepts: () => true } });
    expect([...(sieve.result?.below.keys() ?? [])]).toEqual([aNode('n1').id, aNode('n2').id]);
  });

  it('puts what is equal in the order of names in one list, but for metrics, which change all the time', () => {
    const vms = [aVm('z'), aVm('b', { node: 'n2' }), aVm('a', { node: 'n2', image: 'x' })];
    const store = openStore(vms);
    store.push(host1, { kind: 'samples', block: cpuBlock(vms, 0.5) });
    store.flush();
    const sieve = createSieve(store.fleet);
    const order = (sort: Sort | undefined, flat = true) => {
      sieve.want({ sort, flat });
      return [...(sieve.result?.below.values() ?? [])]
        .flat()
        .map((id) => id.slice(-1))
        .join('');
    };
    expect(order(by('cpus'))).toBe('abz');
    expect(order(by('image:desc'))).toBe('abz');
    expect(order(by('cpu'))).toBe('zab');
    expect(order(undefined)).toBe('abz');
    expect(order(by('name:desc'))).toBe('zba');
    expect(order(by('cpus'), false)).toBe('zab');
  });
});

it('sorts what is yes before what is no', () => {
  const vms = [aVm('a'), aVm('b', { autostart: true }), aVm('c')];
  const sieve = createSieve(openStore(vms).fleet);
  for (const [sort, order] of [
    ['autostart', ['host1/b', 'host1/a', 'host1/c']],
    ['autostart:desc', ['host1/a', 'host1/c', 'host1/b']],
  ] as const) {
    sieve.want({ sort: by(sort) });
    expect(sieve.result?.below.get(aNode('n1').id)).toEqual(order);
  }
});

describe('sorting', () => {
  it('lets keys in after a few thousand comparisons, and not much more often', () => {
    const items = Array.from({ length: 20_000 }, (_, at) => (at * 7_919) % 20_000);
    let compared = 0;
    const each: number[] = [];
    const steps = sortedInSteps(items, (a, b) => {
      compared++;
      return (items[a] as number) - (items[b] as number);
    });
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      each.push(compared);
      compared = 0;
    }
    expect(step.value).toEqual(items.toSorted((a, b) => a - b));
    expect(Math.max(...each)).toBeLessThan(14_000);
    expect(each.length).toBeLessThan(60);
    expect(each.filter((count) => count === 0).length).toBeLessThan(4);
  });

  it.each([0, 1, 1_023, 1_024, 1_025, 2_048, 2_049, 3_000, 5_000])(
    'keeps the order of what is equal among %d',
    (count) => {
      const items = Array.from({ length: count }, (_, at) => at);
      const steps = sortedInSteps(items, (a, b) => (a % 7) - (b % 7));
      let step = steps.next();
      while (!step.done) step = steps.next();
      expect(step.value).toEqual(items.toSorted((a, b) => (a % 7) - (b % 7)));
    },
  );

  it.each([
    [[3, undefined, 1, undefined, 2], false, [2, 4, 0, 1, 3]],
    [[3, undefined, 1, undefined, 2], true, [0, 4, 2, 1, 3]],
    [['b', undefined, 'a', 'b'], false, [2, 0, 3, 1]],
    [['b', undefined, 'a', 'b'], true, [0, 3, 2, 1]],
  ])('of %j, descending: %s', (keys, descending, order) => {
    const compare = comparing(keys, descending);
    expect(keys.map((_, at) => at).sort((a, b) => compare(a, b) || a - b)).toEqual(order);
  });
});

describe('the next match among very many', () => {
  it('lets keys in after each thousand rows, whether they are folded away or not', () => {
    const store = openStore(many(3_000), ['n1', 'n2']);
    const tree = createTree(store.fleet);
    for (const closed of [false, true]) {
      tree.fold('node host1/n1', closed);
      const search = nextMatch(tree, 0, 1, () => false);
      let steps = 0;
      for (let step = search.next(); ; step = search.next()) {
        if (step.done) {
          expect(step.value).toBeUndefined();
          break;
        }
        steps++;
      }
      expect([closed, steps >= 2 && steps <= 6]).toEqual([closed, true]);
    }
  });

  it('is none in an empty tree', () => {
    const store = createStore(createTestClock());
    expect(nextMatch(createTree(store.fleet), 0, 1, () => true).next()).toEqual({ done: true, value: undefined });
  });
});

describe('an export', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

  function open(vms: readonly Vm[] = [aVm('a'), aVm('b\u202e', { native: 'b' })]) {
    const { fleet } = openStore(vms);
    return (name: string, replace = false, ids: readonly VmId[] = vms.map(({ id }) => id)) =>
      exportVms({
        path: join(directory, name),
        fleet,
        ids,
        columns: readColumns('name,ip') as readonly VmColumn[],
        replace,
        clean: (text) => text.replaceAll('\u202e', '?'),
      });
  }
  const read = (name: string) => readFile(join(directory, name), 'utf8');

  it('is one row a line, with nothing that acts on a terminal', async () => {
    const write = open();
    await write('vms.json');
    expect(await read('vms.json')).toBe(
      '[\n{"id":"host1/a","name":"a","ips":[]},\n{"id":"host1/b","name":"b\\u202e","ips":[]}\n]\n',
    );
    await write('vms.csv');
    expect(await read('vms.csv')).toBe('id,name,ips\nhost1/a,a,\nhost1/b,b?,\n');
  });

  it('of nothing is an empty list, or a line of keys', async () => {
    const write = open();
    expect([await write('vms.json', false, []), await write('vms.csv', false, [])]).toEqual([0, 0]);
    expect([await read('vms.json'), await read('vms.csv')]).toEqual(['[\n]\n', 'id,name,ips\n']);
  });

  it('leaves out what has gone meanwhile', async () => {
    const gone = [aVm('x').id, aVm('a').id, aVm('y').id];
    expect(await open()('vms.json', false, gone)).toBe(1);
    expect(JSON.parse(await read('vms.json'))).toEqual([{ id: 'host1/a', name: 'a', ips: [] }]);
  });

  it.each([255, 256, 257, 513])('has each of %d rows once', async (count) => {
    expect(await open(many(count))('vms.json')).toBe(count);
    const rows = JSON.parse(await read('vms.json'));
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(many(count).map(({ id }) => id));
  });

  it('tells a file that is there, or a place that is none, and keeps what was there', async () => {
    const write = open();
    await writeFile(join(directory, 'vms.csv'), 'mine', { mode: 0o640 });
    await expect(write('vms.csv')).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${join(directory, 'vms.csv')} is there already`,
    });
    await expect(write('gone.csv', true)).rejects.toMatchObject({
      code: 'op.failed',
      message: `${join(directory, 'gone.csv')} was not written: it is not there`,
    });
    await writeFile(join(directory, `vms.csv.${process.pid}.new`), 'left behind');
    await write('vms.csv', true);
    expect([(await stat(join(directory, 'vms.csv'))).mode & 0o777, await readdir(directory)]).toEqual([
      0o640,
      ['vms.csv'],
    ]);
  });

  it('leaves nothing behind when a row can not be made', async () => {
    const { fleet } = openStore([aVm('a')]);
    const broken: VmColumn = {
      id: 'x',
      title: 'X',
      help: '',
      value: () => {
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      },
    };
    const path = join(directory, 'vms.csv');
    const options = { path, fleet, ids: [aVm('a').id], columns: [broken], clean: (text: string) => text };
    await expect(exportVms({ ...options, replace: false })).rejects.toMatchObject({
      code: 'op.failed',
      message: `${path} was not written: the disk is full`,
    });
    expect(await readdir(directory)).toEqual([]);
    await writeFile(path, 'mine');
    await expect(exportVms({ ...options, replace: true })).rejects.toThrow('the disk is full');
    expect([await readdir(directory), await read('vms.csv')]).toEqual([['vms.csv'], 'mine']);
  });

  it.each([
    ['vms.csv', undefined],
    ['a/vms.JSON', undefined],
    [' vms.Csv ', undefined],
    ['vms', 'its name must end in .csv or .json'],
    ['.csv', 'its name must end in .csv or .json'],
    ['vms.csvx', 'its name must end in .csv or .json'],
    ['vms.csv/x', 'its name must end in .csv or .json'],
  ])('to %s: %s', (path, complaint) => expect(exportComplaint(path)).toBe(complaint));
});
