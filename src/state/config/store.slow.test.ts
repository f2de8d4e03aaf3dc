/** Edits of the configuration by processes of their own. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { createConfigStore } from './store.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true },
];
const START = '# mine\nendpoints:\n  h1: { platform: lab, host: a }\n  h2: { platform: lab, host: b }\n';
const addH3 = { kind: 'endpoint-add', name: 'h3', platform: 'lab', values: { host: 'c' } } as const;

let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-config-'));
  file = join(directory, 'config.yaml');
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

/** One edit by a process of its own; answers what it said. */
function runDrover(change: string, before: string): Promise<string> {
  const source = `
    import { systemClock } from ${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)};
    import { createConfigStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
    const platforms = new Map([['lab', ${JSON.stringify(lab)}]]);
    const store = createConfigStore(process.env.FILE, platforms, systemClock);
    store.edit(JSON.parse(process.env.CHANGE), { signal: AbortSignal.timeout(20_000) }).then(
      () => console.log('done'),
      (error) => console.log(error.code + ' ' + error.message),
    );`;
  const child = spawn('/bin/sh', ['-c', `${before}; exec "$0" --input-type=module -e "$1"`, process.execPath, source], {
    env: { ...process.env, FILE: file, CHANGE: change },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  return new Promise((resolve) => child.on('close', () => resolve(said.trim())));
}

it('leaves the file as it was when it can not be written to its end', async () => {
  await writeFile(file, START);
  // 512 bytes are all that this process may write into a file: what a full disk does, without a disk.
  const big = 'x'.repeat(2000);
  const change = JSON.stringify({ ...addH3, values: { host: big } });
  const said = await runDrover(change, 'ulimit -f 1');
  expect(said).toContain('op.failed');
  expect(said).toContain('config.yaml could not be saved: the file size limit is reached');
  expect(await readFile(file, 'utf8')).toBe(START);
  expect(await readdir(directory)).toEqual(['config.yaml']);
});

it('loses no edit when six drovers write at once', async () => {
  await writeFile(file, START);
  const all = Array.from({ length: 6 }, (_, i) => runDrover(JSON.stringify({ ...addH3, name: `new${i}` }), 'true'));
  expect(await Promise.all(all)).toEqual(all.map(() => 'done'));
  const { config } = await createConfigStore(file, new Map([['lab', lab]]), systemClock).load();
  expect([...config.endpoints.keys()].sort()).toEqual(['h1', 'h2', ...all.map((_, i) => `new${i}`)]);
  expect(await readdir(directory)).toEqual(['config.yaml']);
});
