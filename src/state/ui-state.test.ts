import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { openUiState } from './ui-state.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-ui-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const never: Clock = { ...systemClock, after: () => () => {} };
const file = () => join(directory, 'ui.json');

it('remembers the view, the open rows and the widths for the next run', async () => {
  const state = await openUiState(directory, never);
  state.set('view', 'tasks');
  state.set('expanded', ['host1/x.y', '~/QA Lab']);
  state.set('widths', { name: 24 });
  state.flush();
  const next = await openUiState(directory, never);
  expect([next.get('view'), next.get('expanded'), next.get('widths'), next.get('selected')]).toEqual([
    'tasks',
    ['host1/x.y', '~/QA Lab'],
    { name: 24 },
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

it.each(['{ not json', '[]', '"x"', '{"view": 7}', '{"widths": {"name": -1}}', ''])(
  'begins anew with a file that holds %j',
  async (text) => {
    await writeFile(file(), text);
    const state = await openUiState(directory, never);
    expect([state.get('view'), state.get('expanded'), state.get('widths')]).toEqual(['fleet', [], {}]);
    state.set('view', 'tasks');
    state.flush();
    expect((await openUiState(directory, never)).get('view')).toBe('tasks');
  },
);

it('works without a place to write to', async () => {
  await writeFile(file(), '{}');
  const state = await openUiState(join(file(), 'below-a-file'), never);
  state.set('view', 'tasks');
  state.flush();
  expect(state.get('view')).toBe('tasks');
});
