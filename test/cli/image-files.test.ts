import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 4, latency: 0 } }));
});
afterAll(() => desk.clear());

const said = async (...words: readonly string[]) => {
  const { code, stdout, stderr } = await desk.run(...words, '-C', 'demo');
  return [code, `${stdout}${stderr}`] as const;
};

it('F-379 a file of this machine becomes an image, and an image a file', async () => {
  const file = join(desk.home, 'tiny.img');
  await writeFile(file, 'what a guest boots from\n');
  const [code, text] = await said('image', 'upload', 'tiny', '--file', file);
  expect([code, text]).toEqual([0, expect.stringContaining('has the image tiny')]);
  const copy = join(desk.home, 'copy.img');
  expect((await said('image', 'download', 'tiny', '--file', copy))[0]).toBe(0);
  expect(await readFile(copy, 'utf8')).toBe('what a guest boots from\n');
  expect(await said('image', 'upload', 'tiny', '--file', file)).toEqual([
    1,
    expect.stringContaining('has an image tiny already'),
  ]);
});

it('what is said of an image is changed, and protects it', async () => {
  expect((await said('image', 'update', 'debian-13', '--protected', '--properties', 'owner=web'))[0]).toBe(0);
  const [, list] = await said('image', 'list', '--output', 'json');
  const rows: readonly { readonly name: string }[] = JSON.parse(list);
  expect(rows.find(({ name }) => name === 'debian-13')).toMatchObject({ protected: true, properties: ['owner=web'] });
  const [code, text] = await said('image', 'delete', 'debian-13', '--yes');
  expect([code, text]).toEqual([3, expect.stringContaining('debian-13 is protected: take that off first')]);
});

it('a snapshot of a volume is taken, and a volume is made of it', async () => {
  expect((await said('volume', 'snapshot', 'retired-web.qcow2', 'kept'))[0]).toBe(0);
  expect((await said('volumesnapshot', 'list'))[1]).toMatch(/kept +retired-web\.qcow2/);
  const [code, text] = await said('volumesnapshot', 'restore', 'kept', '--name', 'again.qcow2');
  expect([code, text]).toEqual([0, expect.stringContaining('is restored as again.qcow2')]);
  expect((await said('volumesnapshot', 'delete', 'kept', '--yes'))[0]).toBe(0);
  expect((await said('volumesnapshot', 'list'))[1]).not.toContain('kept');
});
