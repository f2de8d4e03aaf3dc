import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 6 } }));
});
afterEach(() => desk.clear());

const recording = async (text: string): Promise<string> => {
  const file = join(desk.home, 'web1.cast');
  await writeFile(file, text);
  return file;
};

it('a recording is played into a pipe at once, without what is for no screen', async () => {
  const file = await recording(
    '{"version":2,"width":80,"height":24}\n[0.1,"o","one\\r\\n"]\n[500,"o","\\u001b]2;title\\u0007\\u001b[6ntwo\\r\\n"]\n[501,"o","cut of',
  );
  const { code, stdout, stderr } = await desk.run('play', file);
  expect([code, stdout]).toEqual([0, 'one\r\ntwo\r\n']);
  expect(stderr).toContain('1 lines of');
});

it.each([
  [[], 2, 'which recording? Name one file'],
  [['/missing.cast'], 1, "/missing.cast can't be read"],
])('what can not be played is said: %j', async (words, wanted, sentence) => {
  const { code, stderr } = await desk.run('play', ...words);
  expect([code, stderr]).toEqual([wanted, expect.stringContaining(sentence)]);
});
