import { describe, expect, it } from 'vitest';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import { readViews, readyViews, spellView, viewNameComplaint, viewWords } from './views.ts';
import { openYaml } from './yaml-file.ts';

const read = async (text: string) => {
  const { tree } = await openYaml('config.yaml', text);
  if (tree.kind !== 'map') throw new Error('not a map');
  return readViews('config.yaml', tree);
};

describe('the name of a view', () => {
  it.each([
    ['', 'a view needs a name'],
    [' \t', 'a view needs a name'],
    [' a', 'the name of a view must not start or end with a space'],
    ['a ', 'the name of a view must not start or end with a space'],
    ['x'.repeat(61), 'the name of a view has 60 characters at most'],
    ['x'.repeat(60), undefined],
    ['a\u0007b', 'the name of a view must not contain control characters'],
    ['a\u202eb', 'the name of a view must not contain control characters'],
    ['büro ☕', undefined],
  ])('%j: %s', (name, complaint) => expect(viewNameComplaint(name)).toBe(complaint));

  it('is reported where it is wrong in the file, and the others are read', async () => {
    const { views, problems } = await read('views:\n  " a": { flat: yes }\n  b: { flat: yes }\n  c: { flat: maybe }\n');
    expect([...views.keys()]).toEqual(['b']);
    expect(problems).toEqual([
      {
        severity: 'warning',
        file: 'config.yaml',
        at: { line: 2, column: 9 },
        message: 'views: the name of a view must not start or end with a space',
      },
      {
        severity: 'warning',
        file: 'config.yaml',
        at: { line: 4, column: 14 },
        message: 'views: c: flat must be yes or no',
      },
    ]);
  });
});

describe('views in the file', () => {
  it.each(['', 'views:\n', 'views: {}\n', 'theme: dark\n'])('are none in %j', async (text) => {
    const { views, problems } = await read(text);
    expect([[...views], problems]).toEqual([[], []]);
  });

  it.each([
    ['{}', {}, 'the whole tree'],
    ['', {}, 'the whole tree'],
    ['{ flat: no }', {}, 'the whole tree'],
    ['{ flat: FALSE }', {}, 'the whole tree'],
    ['{ nodes: yes }', { nodes: true }, 'all nodes in one list'],
    ['{ flat: True }', { flat: true }, 'all in one list'],
    ['{ flat: yes }', { flat: true }, 'all in one list'],
    ['{ filter: "  " }', {}, 'the whole tree'],
    ['{ filter: state:run }', { filter: 'state:run' }, 'state:run'],
    ['{ filter: [web, state:run] }', { filter: 'web state:run' }, 'web state:run'],
    ['{ sort: name:desc }', { sort: 'name:desc' }, 'by name:desc'],
    ['{ columns: name }', { columns: ['name'] }, 'name'],
    ['{ columns: "name, cpu" }', { columns: ['name', 'cpu'] }, 'name cpu'],
  ])('%s is %j, in a line: %s', async (text, words, line) => {
    const { views, problems } = await read(`views:\n  a: ${text}\n`);
    const view = views.get('a');
    expect([view && viewWords(view), view && spellView(view), problems]).toEqual([words, line, []]);
  });

  it.each(['views: x\n', 'views: [x]\n'])('are none in %j, which is reported', async (text) => {
    const { views, problems } = await read(text);
    expect([views.size, problems.map((one) => one.message)]).toEqual([
      0,
      ['views: must be names with settings below them'],
    ]);
  });

  it.each([
    ['[x]', 'must be settings like "filter:"'],
    ['{ filter: { a: b } }', 'filter must be a word or, of columns, a list of words'],
    ['{ columns: [a, [b]] }', 'columns must be a word or, of columns, a list of words'],
    ['{ columns: }', 'columns must be a word or, of columns, a list of words'],
    ['{ columns: [] }', 'no column is named'],
    ['{ flat: yes, nodes: yes }', 'flat lists VMs and nodes lists nodes: a view is of one of them'],
    ['{ sort: name:up }', 'name:up is no order: write name:asc or name:desc'],
    ['{ sort: "name:asc:x" }', 'name:asc:x is no order: write name:asc or name:desc'],
  ])('%s is told: %s', async (text, message) => {
    const { views, problems } = await read(`views:\n  a: ${text}\n`);
    expect([views.size, problems.map((one) => one.message)]).toEqual([0, [`views: a: ${message}`]]);
  });
});

it('F-129 everybody has some views ready', () => {
  expect([...readyViews].map(([name, view]) => `${name}: ${spellView(view)}`)).toEqual([
    'busiest: by cpu, all in one list',
    'most-memory: by mem, all in one list',
    'running: state:running, by name, all in one list',
    'stopped: state:stopped, by name, all in one list',
    'in-trouble: trouble:*, by name, all in one list',
    'busiest-nodes: by cpu, all nodes in one list',
    'fullest-nodes: by mem, all nodes in one list',
    'nodes-down: state:down,unknown, by name, all nodes in one list',
    'nodes-in-maintenance: state:maintenance, by name, all nodes in one list',
  ]);
});

describe('a view that is saved', () => {
  async function edited(text: string, change: ConfigChange) {
    const yaml = await openYaml('config.yaml', text);
    applyChange(yaml.draft, change, new Map());
    return yaml.print();
  }

  it.each([
    [{}, 'views:\n  a: {}\n'],
    [{ filter: 'x' }, 'views:\n  a:\n    filter: x\n'],
    [{ sort: 'cpu', flat: false }, 'views:\n  a:\n    sort: cpu\n    flat: false\n'],
    [{ filter: 'used>80', nodes: true }, 'views:\n  a:\n    filter: used>80\n    nodes: true\n'],
    [{ columns: ['name', 'cpu'], flat: true }, 'views:\n  a:\n    columns: [ name, cpu ]\n    flat: true\n'],
  ])('%j stands in the file as it is', async (view, text) => {
    expect(await edited('', { kind: 'view-save', name: 'a', view })).toBe(text);
    expect(await edited('views:\n  a:\n    filter: old\n    sort: mem\n', { kind: 'view-save', name: 'a', view })).toBe(
      text,
    );
  });

  it('is taken away, and no other; one that is not there is reported', async () => {
    const two = 'views:\n  a: { flat: yes }\n  b: { flat: no }\n';
    expect(await edited(two, { kind: 'view-remove', name: 'a' })).toBe('views:\n  b: { flat: no }\n');
    await expect(edited(two, { kind: 'view-remove', name: 'c' })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'there is no view c',
    });
    await expect(edited('', { kind: 'view-save', name: '', view: {} })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'a view needs a name',
    });
  });
});
