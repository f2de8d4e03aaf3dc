import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { watchesAlternateScreen } from './alternate-screen.ts';

/** A terminal, what came to it, and what it has not taken yet. */
function open() {
  const written: string[] = [];
  let taken: (() => void) | undefined;
  const terminal = new Writable({
    write(bytes: Buffer, _encoding, done) {
      written.push(bytes.toString('latin1'));
      taken = done;
    },
  });
  return { output: watchesAlternateScreen(terminal), written, take: () => taken?.() };
}

it.each([
  [[], false],
  [['login: '], false],
  [['\x1b[?1049h'], true],
  [['\x1b[?1047h'], true],
  [['\x1b[?47h'], true],
  [['\x1b[?1000h'], false],
  [['\x1b[?1049h\x1b[?1049l'], false],
  [['\x1b[?1049h', 'vi', '\x1b[?1049l'], false],
  [['\x1b[?1049l', '\x1b[?1049h'], true],
  [['\x1b[?10', '49h'], true],
  [['\x1b', '[', '?', '1', '0', '4', '9', 'h'], true],
  [['\x1b[?1049h', 'x'.repeat(100)], true],
])('knows after %j whether a console has the alternate screen: %s', (pieces, alternate) => {
  const { output, take, written } = open();
  for (const piece of pieces) {
    output.write(piece);
    take();
  }
  expect(output.alternate()).toBe(alternate);
  expect(written).toEqual(pieces);
});

it('takes no more than the terminal does', async () => {
  const { output, take, written } = open();
  let over = 0;
  output.write('one', () => over++);
  output.write('two', () => over++);
  expect([written, over]).toEqual([['one'], 0]);
  take();
  await new Promise<void>((resolve) => void setImmediate(resolve));
  expect([written, over]).toEqual([['one', 'two'], 1]);
});
