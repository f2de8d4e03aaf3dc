/** A small part of test/differential/terminal-input, which has all of it. */
import { describe, expect, it } from 'vitest';
import { createReader } from '../differential/terminal-input/reader.ts';
import { everything } from '../differential/terminal-input/streams.ts';

/** Longer than all that anything waits for. */
const AT_LAST_MS = 60_000;

describe('what a terminal sends', () => {
  it.each([
    [20, undefined],
    [100, 150],
  ])('is the same keys and pastes byte by byte, %d ms apart', (pause, escapeWait) => {
    for (const { bytes, meant } of everything) {
      const { read, pass, events } = createReader(escapeWait);
      for (const byte of [...bytes, 0x44]) {
        read(Buffer.of(byte));
        pass(pause);
      }
      pass(AT_LAST_MS);
      expect([bytes.toString('latin1'), events]).toEqual([bytes.toString('latin1'), [...meant, 'D']]);
    }
  });
});
