import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { endpointName } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { spellProblem } from './problem.ts';
import { createConfigStore } from './store.ts';
import { withUnsaved } from './unsaved.ts';

const lab: readonly EndpointField[] = [
  { key: 'uri', label: 'URI', help: 'Its address.', kind: 'text', place: true },
  { key: 'ssh', label: 'SSH client', help: 'Which.', kind: 'choice', options: ['builtin', 'system'] },
];
const platforms = new Map([['lab', lab]]);
const db1 = endpointName('db1');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-unsaved-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function loaded(text: string) {
  const file = join(folder, 'config.yaml');
  await writeFile(file, text, { mode: 0o600 });
  const unsaved = [{ name: db1, platform: 'lab', values: { uri: 'lab://db1' } }];
  const store = withUnsaved(createConfigStore(file, platforms, systemClock), unsaved, platforms);
  const { config, problems } = await store.load();
  expect(store.current).toBe(store.current);
  return { endpoint: config.endpoints.get(db1), problems: problems.map(spellProblem) };
}

it('an endpoint of this run alone has the defaults of the file, and is connected to', async () => {
  const { endpoint, problems } = await loaded(
    'defaults: { read-only: true, filter: tag:mine, every: 5s, ssh: system, enabled: false }\n',
  );
  expect(endpoint).toEqual({
    name: db1,
    platform: 'lab',
    enabled: true,
    readOnly: true,
    everyMs: 5_000,
    filter: 'tag:mine',
    values: { uri: 'lab://db1', ssh: 'system' },
    trouble: undefined,
  });
  expect(problems).toEqual([]);
});

it('defaults that are wrong are said with their place, and nothing is connected to', async () => {
  const { endpoint, problems } = await loaded('defaults:\n  filter: state:running\n  colour: red\n');
  expect(endpoint?.trouble?.message).toContain('db1: Filter: state:running is not about tag');
  expect(problems).toEqual([
    expect.stringMatching(/config\.yaml:3:3: defaults: unknown key "colour"/),
    expect.stringMatching(/config\.yaml:2:11: db1: Filter: state:running is not about tag/),
  ]);
});

it('an endpoint of the file counts more', async () => {
  const { endpoint, problems } = await loaded(
    'defaults: { filter: state:running }\nendpoints: { db1: { platform: lab, uri: lab://other } }\n',
  );
  expect(endpoint?.values).toEqual({ uri: 'lab://other' });
  expect(problems).toHaveLength(1);
});
