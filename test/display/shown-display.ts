/** A display in a terminal, for tests: what xterm shows of what the stream writes. */
import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Terminal } from '@xterm/headless';
import { createDisplayStream, type DisplayStream } from '../../src/display/display-stream.ts';
import type { Display } from '../../src/display/rfb/session.ts';
import type { WayBack } from '../../src/display/steady-display.ts';
import { createTestClock } from '../clock.ts';

const opened: DisplayStream[] = [];
/** After each test. */
export function closeShown(): void {
  for (const { stream } of opened.splice(0)) stream.destroy();
}

/** `back`: how it is opened again when its link drops. */
export async function show(display: Display, columns: number, rows: number, clock = createTestClock(), back?: WayBack) {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const shown = createDisplayStream(display, {
    columns,
    rows,
    depth: 'truecolor',
    pictures: 'halves',
    clock,
    ...(back && { back }),
  });
  opened.push(shown);
  shown.stream.on('error', () => {});
  terminal.onData((answer) => void shown.stream.write(answer));
  const written: Promise<void>[] = [];
  const drawn = new EventEmitter();
  shown.stream.on('data', (bytes: Buffer) => {
    written.push(new Promise((resolve) => terminal.write(bytes, resolve)));
    written.at(-1)?.then(() => drawn.emit('more'));
  });
  /** Until nothing more is drawn. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    await Promise.all(written);
  };
  const lines = (): string[] =>
    Array.from(
      { length: terminal.rows },
      (_, row) => terminal.buffer.active.getLine(row)?.translateToString().trimEnd() ?? '',
    );
  await settle();
  /** Until the terminal shows this in that line; what unpacks a picture has threads of its own. */
  const see = async (row: number, wanted: string | RegExp): Promise<void> => {
    const fits = (line: string) => (typeof wanted === 'string' ? line === wanted : wanted.test(line));
    while (!fits(lines()[row] ?? '')) await once(drawn, 'more');
  };
  const resize = (size: { readonly columns: number; readonly rows: number }) => {
    terminal.resize(size.columns, size.rows);
    shown.resize(size);
  };
  let clipboard = '';
  terminal.parser.registerOscHandler(52, (data) => {
    clipboard = Buffer.from(data.split(';')[1] ?? '', 'base64').toString();
    return true;
  });
  return { ...shown, copied: () => clipboard, resize, terminal, settle, lines, see };
}
