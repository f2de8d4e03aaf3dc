import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConfigStore } from '../../src/state/config/store.ts';
import { readViews, spellView, viewWords } from '../../src/state/config/views.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { createTestClock } from '../clock.ts';

const FILE = 'config.yaml';
const read = async (text: string) => {
  const { tree } = await openYaml(FILE, text);
  if (tree.kind !== 'map') throw new Error('not a map');
  return readViews(FILE, tree);
};

describe('saved views', () => {
  it('are read from the configuration', async () => {
    const { views, problems } = await read(
      'views:\n  busy:\n    filter: state:running cpu>50\n    sort: cpu\n    columns: [state, cpu]\n    flat: yes\n  all:\n',
    );
    expect(problems).toEqual([]);
    const busy = views.get('busy');
    expect(busy && spellView(busy)).toBe('state:running cpu>50, by cpu, all in one list, state cpu');
    expect(busy && viewWords(busy)).toEqual({
      filter: 'state:running cpu>50',
      sort: 'cpu',
      columns: ['state', 'cpu'],
      flat: true,
    });
    const all = views.get('all');
    expect(all && viewWords(all)).toEqual({});
  });

  it.each([
    ['views: x', 1, 'must be names with settings below them'],
    ['views:\n  a: x', 2, 'a: must be settings like "filter:"'],
    ['views:\n  a:\n    sort: cpuu', 3, 'a: there is no column "cpuu" (did you mean cpu?)'],
    ['views:\n  a:\n    columns: [name, stat]', 3, 'a: there is no column "stat" (did you mean state?)'],
    ['views:\n  a:\n    flat: perhaps', 3, 'a: flat must be yes or no'],
    ['views:\n  a:\n    fliter: x', 3, 'a: unknown key "fliter" (did you mean filter?)'],
  ])('say where %j is wrong', async (text, line, message) => {
    const { views, problems } = await read(text);
    expect(views.size).toBe(0);
    expect(problems).toMatchObject([{ at: { line }, message: `views: ${message}` }]);
  });
});

describe('saving a view', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drover-views-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

  async function openStore(text: string) {
    const file = join(directory, FILE);
    await writeFile(file, text, { mode: 0o600 });
    const store = createConfigStore(file, new Map(), createTestClock());
    await store.load();
    return { store, text: () => readFile(file, 'utf8') };
  }
  const signal = new AbortController().signal;

  it('F-130 F-438 writes it beside what is there, and takes it away again', async () => {
    const { store, text } = await openStore('# mine\ntheme: dark\n');
    const view = { filter: 'tag:web', sort: 'cpu:asc', columns: ['state', 'cpu'], flat: true };
    await store.edit({ kind: 'view-save', name: 'the web', view }, { signal });
    expect(await text()).toContain('# mine\ntheme: dark\n');
    const saved = readViews('', store.current.config.file).views.get('the web');
    expect(saved && viewWords(saved)).toEqual(view);

    await store.edit({ kind: 'view-save', name: 'the web', view: { sort: 'mem' } }, { signal });
    const again = readViews('', store.current.config.file).views.get('the web');
    expect(again && viewWords(again)).toEqual({ sort: 'mem' });

    await store.edit({ kind: 'view-remove', name: 'the web' }, { signal });
    expect(readViews('', store.current.config.file).views.size).toBe(0);
    expect(await text()).toContain('# mine\ntheme: dark\n');
  });

  it('refuses a name that could not be typed', async () => {
    const { store } = await openStore('');
    await expect(store.edit({ kind: 'view-save', name: 'a\u202eb', view: {} }, { signal })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
