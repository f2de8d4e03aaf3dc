/** Files that go to a storage and come back, and VMs as text, on the command line. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let image: string;
const content = Buffer.from(Array.from({ length: 700_000 }, (_, at) => (at * 7 + (at >> 9)) & 255));
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 12, latency: 0 } }));
  image = join(desk.home, 'tiny.img');
  await writeFile(image, content);
});
afterEach(() => desk.clear());

const upload = (...more: readonly string[]) =>
  desk.run('volume', 'upload', 'tiny.img', '--file', image, '--storage', 'vms', ...more);
const there = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a file', () => {
  it('goes to a storage and comes back whole, and overwrites nothing that it was not told to', async () => {
    expect(await upload()).toMatchObject({ code: 0, stderr: 'one has the volume tiny.img\n' });
    expect((await upload()).stderr).toContain('vms has a volume tiny.img already');
    const copy = join(desk.home, 'copy.img');
    const download = (...more: readonly string[]) =>
      desk.run('volume', 'download', 'tiny.img', '--file', copy, ...more);
    expect(await download()).toMatchObject({ code: 0, stderr: `tiny.img of one is in ${copy}\n` });
    expect((await readFile(copy)).equals(content)).toBe(true);
    expect(await there(`${copy}.part`)).toBe(false);
    await writeFile(copy, 'mine');
    expect((await download()).stderr).toContain(`${copy} is there already`);
    expect(await readFile(copy, 'utf8')).toBe('mine');
    expect(await download('--overwrite')).toMatchObject({ code: 0 });
    expect((await readFile(copy)).equals(content)).toBe(true);
  });

  it('is gone on with where a download had broken off', async () => {
    await upload();
    const copy = join(desk.home, 'copy.img');
    for (const part of [content.subarray(0, 300_000), Buffer.from('of another file')]) {
      await writeFile(`${copy}.part`, part);
      expect(await desk.run('volume', 'download', 'tiny.img', '--file', copy, '--overwrite')).toMatchObject({
        code: 0,
      });
      expect((await readFile(copy)).equals(content)).toBe(true);
    }
  });

  it('is sent to its end when the link breaks half-way', async () => {
    await desk.write(simulated({ one: { vms: 12, latency: 0, fails: 'volume.upload', 'drop-for': 1 } }));
    expect(await upload()).toMatchObject({ code: 0, stderr: 'one has the volume tiny.img\n' });
    const copy = join(desk.home, 'copy.img');
    await desk.run('volume', 'download', 'tiny.img', '--file', copy);
    expect((await readFile(copy)).equals(content)).toBe(true);
  });

  it('that is not there, or is a folder, is named', async () => {
    const sent = async (file: string) =>
      (await desk.run('volume', 'upload', 'x', '--file', file, '--storage', 'vms')).stderr;
    expect(await sent(join(desk.home, 'none'))).toContain("none can't be read: it is not there");
    expect(await sent(desk.home)).toContain(`${desk.home} is no regular file`);
  });
});

describe('vm define', () => {
  const stopped = async () =>
    (await desk.run('vm', 'list', '--filter', 'state:stopped', '-o', 'json')).json<{ id: string; name: string }[]>()[0];

  it('F-056 shows what is changed, asks, and saves it', async () => {
    const vm = await stopped();
    const file = join(desk.home, 'new.conf');
    await writeFile(file, 'description = of a file\n');
    const refused = await desk.run('vm', 'define', vm?.id ?? '', '--text', `@${file}`);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask at')]);
    const { code, stderr } = await desk.runWith(
      { answers: ['y'] },
      ...['vm', 'define', vm?.id ?? '', '--text', `@${file}`],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('+description = of a file\n')]);
    expect(stderr).toContain(`${vm?.name} has its new definition`);
    const again = await desk.run('vm', 'define', vm?.id ?? '', '--text', 'colour = blue', '--yes');
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('line 1 is not KEY = VALUE')]);
  });
});

describe('memory in a file', () => {
  it('F-052 F-053 is saved, and goes on from there', async () => {
    const [vm] = (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'json')).json<
      { id: string; name: string }[]
    >();
    const saved = await desk.run('vm', 'save', vm?.id ?? '', '--path', '/srv/saved/one');
    expect([saved.code, saved.stderr]).toEqual([0, `${vm?.name} is saved to /srv/saved/one\n`]);
    const restored = await desk.run('vm', 'restore', '/srv/saved/one', '-C', 'one');
    expect([restored.code, restored.stderr]).toEqual([0, 'one has restored /srv/saved/one\n']);
    expect((await desk.run('vm', 'status', vm?.id ?? '')).stdout).toContain('running');
  });
});
