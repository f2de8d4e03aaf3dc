import { expect, it } from 'vitest';
import { createInputParser } from './input-parser.ts';
import { createKeyStream } from './key-stream.ts';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

it('hands on each key and paste as a chunk of its own, in a turn of its own', async () => {
  const { stdin, feed } = createKeyStream();
  const chunks: string[][] = [[]];
  stdin.on('readable', () => {
    for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) chunks.at(-1)?.push(chunk);
  });
  const type = (bytes: string) => {
    for (const event of createInputParser().push(bytes)) {
      if (event.kind === 'key' || event.kind === 'paste') feed(event);
    }
  };
  type('jj\x1b[A\x1b[200~a\rb\x1b[201~');
  for (let turns = 0; turns < 6; turns++) {
    await turn();
    chunks.push([]);
  }
  expect(chunks.slice(0, 4)).toEqual([['j', 'j'], ['\x1b[A'], ['\x1b[200~a\nb\x1b[201~'], []]);
  type('k');
  expect(chunks.flat().at(-1)).toBe('k');
  expect(stdin.read()).toBeNull();
});

it('is a terminal to its reader, and lets its modes be set', () => {
  const { stdin } = createKeyStream();
  expect(stdin.isTTY).toBe(true);
  expect(stdin.setRawMode(true)).toBe(stdin);
  expect(stdin.setEncoding('utf8')).toBe(stdin);
  expect([stdin.ref(), stdin.unref()]).toEqual([stdin, stdin]);
  // as many widgets as there are may listen, without a warning
  expect(stdin.getMaxListeners()).toBe(0);
});
