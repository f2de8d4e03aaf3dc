/** A program that does with the terminal what drover does, without drover: for the tests of src/terminal. */
import { writeFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { createInput } from '../../../src/terminal/input.ts';
import type { InputEvent } from '../../../src/terminal/keys.ts';
import { passThrough } from '../../../src/terminal/pass-through.ts';
import { runCommand } from '../../../src/terminal/run-command.ts';
import { createScreen } from '../../../src/terminal/screen.ts';
import { takeTerminal } from '../../../src/terminal/terminal.ts';

const terminal = takeTerminal();
terminal.enter();
terminal.writeNow('skeleton');
const screen = createScreen(terminal);
const input = createInput(process.stdin, { onGone: () => process.exit(0) });
const never = new AbortController().signal;

let last = '';
let count = 0;
let frames = 0;

function paint(): void {
  const { columns, rows } = screen.size();
  screen.stdout.write(
    [
      `sample ${process.pid} ${columns}x${rows}`,
      `events ${count}`,
      `last ${last}`,
      `frames ${frames}`,
      ...Array.from({ length: rows - 5 }, (_, row) => `row ${row + count} ${'.'.repeat((row * 7) % 30)}`),
      `bottom${' '.repeat(columns - 7)}|`,
    ].join('\n'),
  );
}

/** Frames as fast as they can be made. Reports how long the loop stood still once the terminal has taken none for long. */
function paintFast(): void {
  let refused = 0;
  let longestStopMs = 0;
  let at = performance.now();
  setInterval(() => {
    longestStopMs = Math.max(longestStopMs, performance.now() - at);
    at = performance.now();
    refused = screen.isBusy() ? refused + 1 : 0;
    frames++;
    count += 3;
    paint();
    if (refused === 100) writeFileSync(process.env['SAMPLE_STALLED'] ?? '', String(longestStopMs));
  }, 10);
}

/** A guest's console: answers what is typed with its bytes, and leaves the terminal in a mess. */
async function attach(): Promise<string> {
  let typed = '';
  const stream = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      typed += bytes.toString('hex');
      stream.push(`\x1b[?1000h\x1b[?1049h\x1b[31m<${bytes.toString('hex')}>`);
      done();
    },
  });
  const notice = 'Connected; ctrl-] detaches';
  const end = await passThrough({ screen, input, stream, detachByte: 0x1d, notice, signal: never });
  return `${end} ${typed}`;
}

const commands: Readonly<Record<string, () => unknown>> = {
  q: () => screen.close().then(() => process.exit(3)),
  z: screen.suspend,
  l: screen.repaint,
  m: () => screen.setMouse(true),
  y: () => screen.copy('web1'),
  x: () => process.exit(4),
  C: () => setImmediate(() => JSON.parse('{not json')),
  R: () => Promise.reject(new Error('unhandled on purpose')),
  w: () => console.error('a warning of a library'),
  g: attach,
  s: () => runCommand({ screen, input, argv: ['sh', '-c', 'stty -a; read answer; exit 7'], signal: never }),
  f: paintFast,
};

async function onEvent(event: InputEvent): Promise<void> {
  count++;
  last = JSON.stringify(event.kind === 'key' ? { ...event, raw: undefined } : event);
  paint();
  if (event.kind !== 'key') return;
  const result = await commands[event.name]?.();
  if (typeof result === 'number' || typeof result === 'string') {
    last = `result ${result}`;
    paint();
  }
}

input.listen((event) => void onEvent(event));
screen.stdout.on('resize', paint);
paint();
