import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { createConfigStore } from '../config/store.ts';
import { replaceCache } from '../fleet/cache-file.ts';
import { createAudit } from './audit.ts';
import { makeOwnFolder } from './own-folder.ts';
import { createRedactor } from './redactor.ts';
import { openUiState } from './ui-state.ts';

let home = '';
const umask = process.umask();
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-home-'));
});
afterEach(async () => {
  process.umask(umask);
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

const modeOf = async (path: string) => ((await stat(join(home, path))).mode & 0o777).toString(8);

it('is its owner’s alone; folders around it are as the umask says', async () => {
  process.umask(0o022);
  await makeOwnFolder(join(home, '.local/state/drover'));
  expect([await modeOf('.local'), await modeOf('.local/state'), await modeOf('.local/state/drover')]).toEqual([
    '755',
    '755',
    '700',
  ]);
});

/** `sudo -E drover`: as root, with the HOME of a user. */
it.runIf(process.getuid?.() === 0)('and all that root puts there belongs to the user whose home it is', async () => {
  const USER = 12_345;
  await chown(home, USER, USER);
  const state = join(home, '.local/state/drover');
  const audit = createAudit({
    file: join(state, 'audit.jsonl'),
    clock: systemClock,
    redactor: createRedactor(),
    env: {},
    trouble: (message) => {
      throw new Error(message);
    },
    required: () => true,
  });
  await (await audit.begin({ action: 'vm.stop', endpoint: 'host1', object: 'host1/web1', arguments: {} }))();
  const config = join(home, '.config/drover/config.yaml');
  const fields = new Map([['fake', []]]);
  await createConfigStore(config, fields, systemClock).edit(
    { kind: 'pool-add', name: 'Prod' },
    { signal: new AbortController().signal },
  );
  await replaceCache(join(home, '.cache/drover/names/all.json'), ['{}']);
  const ui = await openUiState(state, systemClock);
  ui.set('toured', true);
  ui.flush();
  const made = [
    '.config',
    '.config/drover',
    '.config/drover/config.yaml',
    '.local',
    '.local/state',
    '.local/state/drover',
    '.local/state/drover/audit.jsonl',
    '.local/state/drover/ui.json',
    '.cache',
    '.cache/drover',
    '.cache/drover/names',
    '.cache/drover/names/all.json',
  ];
  const owners = await Promise.all(made.map(async (path) => [path, (await stat(join(home, path))).uid]));
  expect(owners).toEqual(made.map((path) => [path, USER]));
});

it('a cache is not written through a link that stands where its new file is made', async () => {
  const victim = join(home, 'victim');
  await writeFile(victim, 'precious');
  const file = join(home, 'cache/all.json');
  await mkdir(join(home, 'cache'));
  for (let write = 1; write <= 500; write++) await symlink(victim, `${file}.${process.pid}-${write}`);
  expect(await replaceCache(file, ['{}'])).toBe(true);
  expect([await readFile(victim, 'utf8'), await readFile(file, 'utf8')]).toEqual(['precious', '{}']);
});

it('what a killed drover left of a cache goes; what one that runs is writing stays', async () => {
  const file = join(home, 'cache/all.json');
  await mkdir(join(home, 'cache'));
  // No process has such a number: pids end before.
  for (const of of ['4194305-1', `${process.ppid}-1`, 'other']) {
    await writeFile(`${file}.${of}`, '');
    await utimes(`${file}.${of}`, 0, 0);
  }
  await replaceCache(file, ['{}']);
  const left = ['all.json', `all.json.${process.ppid}-1`, 'all.json.other'];
  expect((await readdir(join(home, 'cache'))).sort()).toEqual(left.sort());
});

it.runIf(process.getuid?.() === 0)('root gives nothing away through a link in the home of a user', async () => {
  const USER = 12_345;
  const victim = join(home, 'victim.json');
  await writeFile(victim, '{}');
  const state = join(home, 'user/state');
  await mkdir(state, { recursive: true });
  await chown(join(home, 'user'), USER, USER);
  await chown(state, USER, USER);
  await symlink(victim, join(state, 'ui.json'));
  const ui = await openUiState(state, systemClock);
  ui.set('toured', true);
  ui.flush();
  expect([await readFile(victim, 'utf8'), (await stat(victim)).uid]).toEqual(['{}', 0]);
});

it('two writes of one cache at once both end well, and one of them whole', async () => {
  const file = join(home, 'cache.json');
  const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(1_000));
  expect(await Promise.all(texts.map((text) => replaceCache(file, [text])))).toEqual(texts.map(() => true));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(home)).toEqual(['cache.json']);
});
