/** The template library while several programs change it, when they are killed, in an editor, and with archives that are made to do harm. */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Desk, DROVER, openDesk } from './run-drover.ts';

let desk: Desk;
let library = '';
beforeEach(async () => {
  desk = await openDesk('endpoints: {}\n');
  library = join(desk.home, '.local/share/drover/templates');
  await desk.run('template', 'add', 'Lab/web', 'any', '-P', 'memory=512');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await desk.clear();
});

const text = () => readFile(join(library, 'Lab/web/template.yaml'), 'utf8');
const env = () => ({
  PATH: process.env['PATH'] ?? '',
  HOME: desk.home,
  DROVER_CONFIG: desk.config,
  XDG_STATE_HOME: join(desk.home, 'state'),
});

it('F-159 two programs that change one template at once lose no edit', async () => {
  const keys = ['a', 'b', 'c', 'd'];
  const all = await Promise.all(keys.map((key) => desk.runBuilt({}, 'template', 'edit', 'web', `metadata-${key}=1`)));
  expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(keys.map(() => [0, 'Lab/web is saved\n']));
  for (const key of keys) expect(await text()).toContain(`metadata-${key}: 1`);
});

it('a program that is killed in the middle of an edit leaves the old or the new file, and the next one goes on', async () => {
  for (let round = 0; round < 6; round++) {
    const before = await text();
    const child = spawn(DROVER, ['template', 'edit', 'web', `memory=${1000 + round}`], { env: env(), stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    // As soon as its lock comes into the library's folder, at whatever step it is then.
    await untilLocked(() => child.exitCode !== null);
    child.kill('SIGKILL');
    await ended;
    expect([before, before.replace(/memory: \d+/, `memory: ${1000 + round}`)]).toContain(await text());
  }
  expect(await desk.run('template', 'edit', 'web', 'memory=4000')).toMatchObject({ code: 0 });
  expect(await text()).toContain('memory: 4000');
});

async function untilLocked(isOver: () => boolean): Promise<void> {
  while (!isOver() && !(await readdir(library)).some((name) => name.startsWith('.lock')))
    await new Promise((resolve) => setImmediate(resolve));
}

it('F-159 opens the file in the user’s editor, and keeps what can not be saved', async () => {
  const editor = join(desk.home, 'editor.sh');
  vi.stubEnv('VISUAL', `sh ${editor}`);
  await writeFile(editor, 'sed -i s/512/640/ "$1"\n');
  const asked = { answers: ['1.1'] };
  expect(await desk.runWith(asked, 'template', 'edit', 'web')).toMatchObject({ code: 0 });
  expect(await text()).toMatch(/version: "1\.1"[\s\S]*memory: 640/);
  await writeFile(editor, 'echo oops: 1 >> "$1"\n');
  const { code, stderr } = await desk.run('template', 'edit', 'web');
  expect([code, stderr]).toEqual([2, expect.stringContaining('unknown key "oops"')]);
  const kept = /what you typed is in (\S+)/.exec(stderr)?.[1] ?? '';
  expect(await readFile(kept, 'utf8')).toContain('oops: 1');
  expect(await text()).not.toContain('oops');
  await writeFile(editor, 'echo For shops. >> "$1"\n');
  expect(await desk.run('template', 'edit', 'web', '--description')).toMatchObject({ code: 0 });
  expect((await desk.run('template', 'info', 'web')).stdout).toContain('description: For shops.');
});

it('an archive that unpacks to more than a template has is refused, and nothing outside the library is written', async () => {
  const before = await readdir(desk.home, { recursive: true });
  const bomb = join(desk.home, 'bomb.tar.gz');
  await writeFile(bomb, gzipSync(Buffer.alloc(80 * 1024 ** 2)));
  expect(await desk.run('template', 'import', bomb)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('bomb.tar.gz has more than 64 MiB; nothing was written'),
  });
  await mkdir(join(desk.home, 'empty'));
  const after = await readdir(desk.home, { recursive: true });
  expect(after.filter((path) => !before.includes(path) && !path.startsWith('state')).sort()).toEqual([
    'bomb.tar.gz',
    'empty',
  ]);
});
