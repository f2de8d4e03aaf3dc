import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { openUiState } from './ui-state.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-ui-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const never: Clock = { ...systemClock, after: () => () => {} };
const file = () => join(directory, 'ui.json');

it('remembers the folded branches, the row and whether details are shown for the next run', async () => {
  const state = await openUiState(directory, never);
  state.set('details', false);
  state.set('folded', ['node host1/x.y', 'pool ~/QA Lab']);
  state.flush();
  const next = await openUiState(directory, never);
  expect([next.get('details'), next.get('folded'), next.get('selected')]).toEqual([
    false,
    ['node host1/x.y', 'pool ~/QA Lab'],
    '',
  ]);
});

it('writes once for many changes, a moment after the first', async () => {
  const calls: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after: (_ms, call) => {
      calls.push(call);
      return () => {};
    },
  };
  const state = await openUiState(directory, clock);
  for (let i = 0; i < 100; i++) state.set('selected', `host1/${i}`);
  expect(calls).toHaveLength(1);
  expect(state.get('selected')).toBe('host1/99');
  calls[0]?.();
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ selected: 'host1/99' });
});

it.each(['{ not json', '[]', '"x"', '{"selected": 7}', '{"folded": [1]}', ''])(
  'begins with an empty state when the file holds %j',
  async (text) => {
    await writeFile(file(), text);
    const state = await openUiState(directory, never);
    expect([state.get('selected'), state.get('folded'), state.get('details')]).toEqual(['', [], true]);
    state.set('selected', 'vm host1/x');
    state.flush();
    expect((await openUiState(directory, never)).get('selected')).toBe('vm host1/x');
  },
);

it('writes what found no room together with the next change', async () => {
  const state = await openUiState(directory, never);
  await mkdir(file());
  state.set('details', false);
  state.flush();
  await rm(file(), { recursive: true });
  state.set('sort', 'cpu');
  state.flush();
  const next = await openUiState(directory, never);
  expect([next.get('details'), next.get('sort')]).toEqual([false, 'cpu']);
});

it('works without a place to write to', async () => {
  await writeFile(file(), '{}');
  const state = await openUiState(join(file(), 'below-a-file'), never);
  state.set('details', false);
  state.flush();
  expect(state.get('details')).toBe(false);
});

it('starts with what is usual', async () => {
  const state = await openUiState(directory, never);
  const keys = [
    'selected',
    'folded',
    'details',
    'sort',
    'flat',
    'treeColumns',
    'flatColumns',
    'nodeColumns',
    'widths',
    'toured',
  ];
  expect(keys.map((key) => state.get(key as 'sort'))).toEqual(['', [], true, '', false, [], [], [], [], false]);
});

it('remembers all of it, for its owner alone', async () => {
  const state = await openUiState(directory, never);
  const values = {
    selected: 'vm host1/a',
    folded: ['a'],
    details: false,
    sort: 'cpu',
    flat: true,
    treeColumns: ['cpu'],
    flatColumns: ['mem'],
    nodeColumns: ['ip'],
    widths: ['cpu 14'],
    toured: true,
  };
  for (const [key, value] of Object.entries(values)) state.set(key as 'sort', value as string);
  state.flush();
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(values);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  const next = await openUiState(directory, never);
  expect(Object.keys(values).map((key) => next.get(key as 'sort'))).toEqual(Object.values(values));
});

it('keeps two thousand folded branches, and writes nothing that did not change', async () => {
  const state = await openUiState(directory, never);
  state.flush();
  expect(await readdir(directory)).toEqual([]);
  state.set(
    'folded',
    Array.from({ length: 2_001 }, (_, at) => `${at}`),
  );
  expect(state.get('folded')).toHaveLength(2_000);
  state.flush();
  expect((await openUiState(directory, never)).get('folded')).toHaveLength(2_000);
});

it('is written a second after a change, and once', async () => {
  const clock = createTestClock();
  const state = await openUiState(directory, clock);
  const written = () => readFile(file(), 'utf8').then(JSON.parse, () => undefined);
  state.set('sort', 'cpu');
  await clock.pass(900);
  state.set('sort', 'mem');
  await clock.pass(99);
  expect(await written()).toBeUndefined();
  await clock.pass(1);
  expect(await written()).toEqual({ sort: 'mem' });
  state.set('flat', true);
  state.flush();
  expect(await written()).toEqual({ sort: 'mem', flat: true });
  await rm(file());
  await clock.pass(5_000);
  expect(await written()).toBeUndefined();
  state.set('flat', false);
  await clock.pass(1_000);
  expect(await written()).toMatchObject({ flat: false });
});
