import { EventEmitter } from 'node:events';
import { Duplex, type Readable, Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createInput } from './input.ts';
import type { Loan } from './loan.ts';
import { passThrough } from './pass-through.ts';
import { runCommand } from './run-command.ts';
import type { ConsoleTerminal } from './screen.ts';

let shown: string;
let resizers: Set<(size: { columns: number; rows: number }) => void>;
let done: string[];
const size = { columns: 80, rows: 24 };
let screen: ConsoleTerminal;
const stdin = Object.assign(new EventEmitter(), {
  pause: () => void done.push('pause'),
  resume: () => void done.push('resume'),
});
const type = (text: string) => stdin.emit('data', Buffer.from(text));
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

beforeEach(() => {
  shown = '';
  done = [];
  resizers = new Set();
  stdin.removeAllListeners();
  const output = new Writable({
    write(bytes, _encoding, taken) {
      shown += bytes;
      taken();
    },
  });
  const loan: Loan = {
    output,
    onResize(call) {
      resizers.add(call);
      return () => resizers.delete(call);
    },
  };
  screen = {
    size: () => size,
    async lend(mode, use) {
      done.push(mode);
      try {
        return await use(loan);
      } finally {
        done.push('back');
      }
    },
  };
});

/** A console: what it got, and a way for it to say something. */
function open(signal = new AbortController().signal, resizes = true) {
  let got = '';
  const stream = new Duplex({
    read() {},
    write(bytes, _encoding, taken) {
      got += bytes;
      taken();
    },
  });
  const input = createInput(stdin as unknown as Readable, { onGone: () => {}, clock: createTestClock() });
  const keys: string[] = [];
  input.listen((event) => keys.push(event.kind === 'key' ? event.name : event.kind));
  const sizes: unknown[] = [];
  const ended = passThrough({
    screen,
    input,
    stream,
    detachByte: 0x1d,
    notice: 'attached; ctrl-] detaches',
    signal,
    ...(resizes && { resize: (now) => void sizes.push(now) }),
  });
  return { stream, ended, keys, sizes, got: () => got };
}

describe('a console', () => {
  it('gets what is typed up to the key that leads back, and the terminal what it says', async () => {
    const { stream, ended, keys, sizes, got } = open();
    await turn();
    expect([shown, sizes]).toEqual(['attached; ctrl-] detaches\r\n', [size]]);
    type('root\r\x03');
    stream.push('login: ');
    await turn();
    for (const call of resizers) call({ columns: 100, rows: 30 });
    expect([got(), shown.slice(27), sizes.length]).toEqual(['root\r\x03', 'login: ', 2]);
    type('last\x1dq');
    expect(await ended).toBe('detached');
    expect([got(), done, resizers.size, stream.destroyed]).toEqual([
      'root\r\x03last',
      ['resume', 'raw', 'back'],
      0,
      false,
    ]);
    type('j');
    stream.push('more');
    await turn();
    expect([keys, got(), shown.endsWith('more')]).toEqual([['j'], 'root\r\x03last', false]);
    expect(['close', 'end', 'error'].map((event) => stream.listenerCount(event))).toEqual([0, 0, 0]);
  });

  it('gets nothing for the key that leads back alone', async () => {
    const { ended, got } = open(undefined, false);
    await turn();
    type('\x1d');
    expect([await ended, got()]).toEqual(['detached', '']);
  });

  it.each([
    ['ends', (stream: Duplex) => void stream.push(null)],
    ['is closed', (stream: Duplex) => void stream.destroy()],
  ])('that %s gives the terminal back', async (_how, end) => {
    const { stream, ended } = open();
    await turn();
    end(stream);
    expect(await ended).toBe('closed');
    expect(done).toEqual(['resume', 'raw', 'back']);
  });

  it('that fails, or is given up, rejects with the reason', async () => {
    const { stream, ended } = open();
    await turn();
    stream.destroy(new Error('connection reset'));
    await expect(ended).rejects.toThrow('connection reset');
    const controller = new AbortController();
    const given = open(controller.signal);
    await turn();
    controller.abort(new Error('enough'));
    await expect(given.ended).rejects.toThrow('enough');
    await expect(open(controller.signal).ended).rejects.toThrow('enough');
  });
});

describe('another program', () => {
  const run = (script: string, signal = new AbortController().signal) => {
    const input = createInput(stdin as unknown as Readable, { onGone: () => {}, clock: createTestClock() });
    return runCommand({ screen, input, argv: ['sh', '-c', script], signal });
  };

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -TERM $$', 143],
  ])('%s answers %d, and has the keyboard meanwhile', async (script, code) => {
    expect(await run(script)).toBe(code);
    expect(done).toEqual(['resume', 'cooked', 'pause', 'resume', 'back']);
  });

  it('that can not be started gives the keyboard back', async () => {
    const input = createInput(stdin as unknown as Readable, { onGone: () => {}, clock: createTestClock() });
    const { signal } = new AbortController();
    const failed = runCommand({ screen, input, argv: ['/no/such/program'], signal });
    await expect(failed).rejects.toThrow('ENOENT');
    expect(done).toEqual(['resume', 'cooked', 'pause', 'resume', 'back']);
  });

  it('is ended with its signal', async () => {
    await expect(run('exec sleep 60', AbortSignal.abort())).rejects.toThrow();
    expect(done).toEqual(['resume', 'cooked', 'pause', 'resume', 'back']);
  });
});
