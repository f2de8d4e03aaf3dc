import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FleetError } from '../errors.ts';
import { formatOf, type Listing, type Row, renderDetails, renderList, resultOf } from './output.ts';

interface VmRow extends Row {
  readonly id: string;
  readonly name: string;
  readonly memory: number;
  readonly ips: readonly string[];
  readonly plan: string | undefined;
}
const web: VmRow = { id: 'host1/1', name: 'web1', memory: 2 ** 30, ips: ['10.0.0.5', 'fe80::1'], plan: undefined };
const hostile: VmRow = {
  id: 'host1/2',
  name: '=cmd|\u001b[31m"x"\u009b2J,\u202eevil\nline',
  memory: 0,
  ips: [],
  plan: '@SUM(A1)',
};

const list = (...rows: readonly VmRow[]): Listing<VmRow> => ({
  rows,
  name: (row) => row.name,
  columns: [
    { title: 'NAME', show: (row) => row.name, shrinksTo: 6 },
    { title: 'MEM', show: (row) => `${row.memory / 2 ** 30}G`, align: 'right' },
    { title: 'IPS', show: (row) => row.ips.join(' ') || '-', shrinksTo: 4 },
  ],
});
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

describe('lists', () => {
  it('F-322 prints JSON with every key in every row', async () => {
    expect(JSON.parse(await renderList(list(web), 'json', undefined))).toEqual([{ ...web, plan: null }]);
    expect(await renderList(list(web), 'jsoncompact', undefined)).toBe(
      '[{"id":"host1/1","name":"web1","memory":1073741824,"ips":["10.0.0.5","fe80::1"],"plan":null}]',
    );
    expect(await renderList(list(), 'json', undefined)).toBe('[]');
  });

  it('F-322 F-483 prints YAML and names', async () => {
    expect(await renderList(list(web), 'yaml', undefined)).toBe(
      '- id: host1/1\n  name: web1\n  memory: 1073741824\n  ips:\n    - 10.0.0.5\n    - fe80::1\n  plan: null',
    );
    expect(await renderList(list(web, { ...web, name: 'db1' }), 'name', undefined)).toBe('web1\ndb1');
  });

  it('prints CSV that a spreadsheet takes, and runs no formula in it', async () => {
    expect(await renderList(list(web, hostile), 'csv', undefined)).toBe(
      'id,name,memory,ips,plan\nhost1/1,web1,1073741824,10.0.0.5 fe80::1,\n' +
        'host1/2,"\'=cmd|""x"",evil line",0,,\'@SUM(A1)',
    );
  });

  it.each(['json', 'jsoncompact', 'yaml', 'name', 'csv', 'table'] as const)(
    'F-322 gives a terminal nothing to act on in %s',
    async (format) => {
      expect(await renderList(list(hostile), format, undefined)).not.toMatch(raw);
    },
  );

  it('escapes marks that turn the direction of text in YAML too', async () => {
    expect(await renderList(list({ ...web, name: 'a\u202eb' }), 'yaml', undefined)).toContain('name: "a\\u202eb"');
  });

  it('gives programs the name as it is', async () => {
    expect(JSON.parse(await renderList(list(hostile), 'json', undefined))[0].name).toBe(hostile.name);
    expect(parse(await renderList(list(hostile), 'yaml', undefined))[0].name).toBe(hostile.name);
  });
});

describe('tables', () => {
  it('are as wide as what is in them when they go into a pipe', async () => {
    const long = { ...web, name: 'a-name-of-some-length' };
    expect(await renderList(list(long, { ...web, name: 'büro ☕ 1', ips: [] }), 'table', undefined)).toBe(
      'NAME                   MEM  IPS\na-name-of-some-length   1G  10.0.0.5 fe80::1\nbüro ☕ 1               1G  -',
    );
  });

  it.each([44, 40, 30, 18, 9, 1])('fit a terminal of %i columns', async (room) => {
    const text = await renderList(list({ ...web, name: 'a-name-of-some-length' }), 'table', room);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(room);
  });

  it('cut the widest column first, and say so', async () => {
    const text = await renderList(list({ ...web, name: 'a-name-of-some-length' }), 'table', 39);
    expect(text.split('\n')[1]).toBe('a-name-of-some-…   1G  10.0.0.5 fe80::1');
  });
});

describe('one object', () => {
  const details = {
    value: { name: 'web1', nets: [] },
    name: 'web1',
    lines: [
      ['name', 'web1\u001b[2J'],
      ['nets', '-'],
    ],
  } as const;

  it('F-323 prints lines for people', async () => {
    expect(await renderDetails(details, 'table')).toBe('name: web1\nnets: -');
  });

  it.each([
    ['jsoncompact', '{"name":"web1","nets":[]}'],
    ['json', '{\n  "name": "web1",\n  "nets": []\n}'],
    ['yaml', 'name: web1\nnets: []'],
    ['name', 'web1'],
    ['csv', 'name,nets\nweb1,'],
  ] as const)('F-322 prints it as %s', async (format, text) => {
    expect(await renderDetails(details, format)).toBe(text);
  });
});

it('answers a mutator in the shape that programs know from kcli', () => {
  expect(resultOf()).toEqual({ result: 'success' });
  expect(resultOf(new FleetError('vm.not-found', 'VM web1 not found'), 'web1')).toEqual({
    result: 'failure',
    reason: 'VM web1 not found',
    code: 'vm.not-found',
    name: 'web1',
  });
  expect(resultOf(new TypeError('x is undefined'))).toMatchObject({ code: 'bug' });
});

it('knows its formats, and what was meant', () => {
  expect(formatOf('csv')).toBe('csv');
  expect(() => formatOf('jsno')).toThrow('unknown output "jsno" (did you mean json?): one of table, json');
});
