import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdStrayOutput } from '../../src/terminal/stray-output.ts';

const streams = [process.stdout, process.stderr];
const before = streams.map(({ isTTY, write }) => ({ isTTY, write }));
let written: string[];
beforeEach(() => {
  written = [];
  for (const [at, stream] of streams.entries()) {
    stream.isTTY = true;
    stream.write = (text: unknown) => written.push(`${at + 1} ${String(text)}`) > 0;
  }
});
const restore = () => streams.forEach((stream, at) => void Object.assign(stream, before[at]));
afterEach(restore);

it('holds what is printed until it is let go, on both streams, and calls back as if it was written', async () => {
  const release = holdStrayOutput();
  let called = 0;
  process.stderr.write('a warning', () => called++);
  process.stderr.write(new TextEncoder().encode(' of a library\n'));
  process.stdout.write('text\n', 'utf8', () => called++);
  expect(process.stdout.write('more\n', 'utf8')).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect([written, called]).toEqual([[], 2]);
  release();
  expect(written).toEqual(['1 text\nmore\n', '2 a warning of a library\n']);
  process.stdout.write('later');
  expect(written.at(-1)).toBe('1 later');
});

it('holds nothing that goes elsewhere, and prints nothing where nothing was held', () => {
  process.stdout.isTTY = false;
  const release = holdStrayOutput();
  process.stdout.write('into a file');
  expect(written).toEqual(['1 into a file']);
  release();
  expect(written).toEqual(['1 into a file']);
});

it('keeps no more than 64 KiB and one piece', () => {
  const release = holdStrayOutput();
  for (let line = 0; line < 100; line++) process.stderr.write('x'.repeat(1024));
  process.stderr.write('last');
  release();
  expect(written.map((text) => text.length - 2)).toEqual([64 * 1024]);
});
