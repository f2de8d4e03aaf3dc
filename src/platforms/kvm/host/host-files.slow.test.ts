import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { runHere } from '../link/run-here.ts';
import { createHostFiles, type Look, type Run } from './host-files.ts';

const { signal } = new AbortController();
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-host-files-'));
});
afterAll(() => rm(dir, { recursive: true }));

const here = () => createHostFiles(runHere, createTestClock());
const idOf = (look: Look | undefined) => (look?.is === 'there' ? look.id : look);

/** Names that mean something to a shell, to xargs, to stat or to a terminal. */
const HOSTILE = [
  'plain.raw',
  "it's.raw",
  'two words .raw',
  '$(touch pwned).raw',
  '`touch pwned`.raw',
  '-rf',
  '"quoted".raw',
  'back\\slash.raw',
  'a;touch pwned;.raw',
  '*.raw',
  'ünïcödé ☕.raw',
  '%n %s.raw',
  '1:2:3:4:81a4:5 x.raw',
];

describe('the files of a host', () => {
  it('are the same by all their names, whatever is in the names', async () => {
    await mkdir(join(dir, 'links'));
    for (const name of HOSTILE) {
      await writeFile(join(dir, name), 'x');
      await symlink(join(dir, name), join(dir, 'links', name));
    }
    await link(join(dir, 'plain.raw'), join(dir, 'hard.raw'));
    const names = [...HOSTILE, 'hard.raw'].map((name) => join(dir, name));
    const links = HOSTILE.map((name) => join(dir, 'links', name));
    const looks = await here().look([...names, ...links, join(dir, 'gone.raw'), join(dir, 'gone\nplain.raw')], signal);
    for (const name of HOSTILE) {
      const { dev, ino } = await stat(join(dir, name));
      expect(looks.get(join(dir, name))).toMatchObject({ is: 'there', id: `${dev}:${ino}`, isFile: true });
      expect(idOf(looks.get(join(dir, 'links', name)))).toBe(`${dev}:${ino}`);
    }
    expect(idOf(looks.get(join(dir, 'hard.raw')))).toBe(idOf(looks.get(join(dir, 'plain.raw'))));
    expect(looks.get(join(dir, 'gone.raw'))).toEqual({ is: 'missing' });
    expect(looks.get(join(dir, 'gone\nplain.raw'))).toMatchObject({ is: 'unknown' });
    expect(await here().links([...names, ...links], signal)).toEqual(
      new Map(HOSTILE.map((name) => [join(dir, 'links', name), join(dir, name)])),
    );
    expect((await here().look([join(dir, 'pwned'), 'pwned'], signal)).get(join(dir, 'pwned'))).toEqual({
      is: 'missing',
    });
  });

  it('are removed one by one, and only while they are what was looked at', async () => {
    const files = here();
    for (const name of HOSTILE.slice(1, 5)) {
      const path = join(dir, `doomed ${name}`);
      await writeFile(path, 'x');
      const id = idOf((await files.look([path], signal)).get(path));
      await expect(files.remove(path, '1:1', signal)).rejects.toMatchObject({ code: 'op.failed' });
      expect(await readFile(path, 'utf8')).toBe('x');
      await files.remove(path, String(id), signal);
      expect((await files.look([path], signal)).get(path)).toEqual({ is: 'missing' });
    }
  });

  it('never follow a link when they are removed', async () => {
    const [file, alias] = [join(dir, 'kept.raw'), join(dir, 'alias.raw')];
    await writeFile(file, 'x');
    await symlink(file, alias);
    const id = idOf((await here().look([alias], signal)).get(alias));
    await expect(here().remove(alias, String(id), signal)).rejects.toMatchObject({ code: 'op.failed' });
    expect(await readFile(file, 'utf8')).toBe('x');
  });

  it('are unknown, never missing, on a host that does not answer or has no stat', async () => {
    const mute: Run = async () => '';
    const broken: Run = async () => {
      throw new Error('no such host');
    };
    for (const run of [mute, broken]) {
      const files = createHostFiles(run, createTestClock());
      expect((await files.look(['/d/a.raw'], signal)).get('/d/a.raw')).toMatchObject({ is: 'unknown' });
      expect(await files.backings([{ path: '/d/a.qcow2', format: 'qcow2' }], signal)).toEqual(new Map());
    }
  });

  it('are given up when they do not answer within seconds', async () => {
    const clock = createTestClock();
    const hanging: Run = (_command, ended) =>
      new Promise((_resolve, reject) => ended.addEventListener('abort', () => reject(ended.reason), { once: true }));
    const looking = createHostFiles(hanging, clock).backings([{ path: '/d/a.qcow2', format: 'qcow2' }], signal);
    await clock.pass(6_000);
    expect(await looking).toEqual(new Map());
  });

  it('are layered as qemu-img says', async () => {
    const said: Run = async () =>
      `{"filename": "/d/a", "full-backing-filename": "/d/base", "backing-filename-format": "qcow2"}\n== 0\n== 1\n{"format": "qcow2"}\n== 0\n`;
    const images = ['/d/a', '/d/unreadable', '/d/flat'].map((path) => ({ path, format: 'qcow2' }));
    expect(await createHostFiles(said, createTestClock()).backings(images, signal)).toEqual(
      new Map([
        ['/d/a', { path: '/d/base', format: 'qcow2' }],
        ['/d/flat', undefined],
      ]),
    );
  });
});
