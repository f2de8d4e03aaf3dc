import { Duplex, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../platforms/contract.ts';
import type { Input } from '../../terminal/input.ts';
import type { Loan } from '../../terminal/loan.ts';
import type { ConsoleTerminal } from '../../terminal/screen.ts';
import { createAttach } from './attach.ts';

function open(detachKey = 'ctrl-]') {
  const written: string[] = [];
  const sizes: Parameters<Loan['onResize']>[0][] = [];
  let type: (bytes: Buffer) => void = () => {};
  const loan: Loan = {
    output: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.toString());
        done();
      },
    }),
    onResize: (call) => {
      sizes.push(call);
      return () => {};
    },
  };
  const screen = {
    size: () => ({ columns: 80, rows: 24 }),
    lend: (mode: string, use: (given: Loan) => Promise<unknown>) => {
      written.push(`[${mode}]`);
      return use(loan);
    },
  } as unknown as ConsoleTerminal;
  const input = {
    divert: (listener: typeof type) => {
      type = listener;
      return () => {};
    },
    pause: () => written.push('[paused]'),
    resume: () => written.push('[resumed]'),
  } as unknown as Input;
  const attach = createAttach(screen, input, detachKey);
  const sent: string[] = [];
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk.toString());
      done();
    },
  });
  const start = (attachment: Attachment, isGuest?: true) =>
    attach(attachment, {
      notice: 'the console of web1',
      signal: new AbortController().signal,
      ...(isGuest && { isGuest }),
    });
  return { start, written, sizes, sent, stream, type: (text: string) => type(Buffer.from(text)) };
}

const command = (code: number): Attachment => ({
  kind: 'command',
  argv: [process.execPath, '-e', `process.exit(${code})`],
});

describe('a console', () => {
  it('has the terminal until a user detaches, and is closed then', async () => {
    const { start, written, sent, stream, type } = open();
    const done = start({ kind: 'stream', stream });
    type('ls\r');
    type('\x1d');
    expect(await done).toBe('detached');
    expect([sent, stream.destroyed]).toEqual([['ls\r'], true]);
    expect(written.join('')).toContain('[raw]');
    expect(written.join('')).toContain('\x1b[Jthe console of web1; ctrl-] detaches');
  });

  it.each([
    ['ctrl-a', '\x01'],
    ['f5', '\x1d'],
  ])('is left with the key of the configuration, or with the usual one: %s', async (key, bytes) => {
    const { start, stream, type } = open(key);
    const done = start({ kind: 'stream', stream });
    type(bytes);
    expect(await done).toBe('detached');
  });

  it('keeps from the terminal what a guest writes beyond its screen, and nothing of what drover paints', async () => {
    for (const [isGuest, shown] of [
      [true, 'ab'],
      [undefined, 'a\x1b]2;title\x07\x1b[6nb'],
    ] as const) {
      const { start, written, stream, type } = open();
      const done = start({ kind: 'stream', stream }, isGuest);
      stream.push('a\x1b]2;title\x07\x1b[6nb');
      while (!written.at(-1)?.endsWith('b')) await new Promise((resolve) => setImmediate(resolve));
      type('\x1d');
      await done;
      expect(written.at(-1)).toBe(shown);
    }
  });

  it('that ends gives the terminal back, and follows its size', async () => {
    const { start, stream, sizes } = open();
    const resized: unknown[] = [];
    const done = start({ kind: 'stream', stream, resize: (size) => void resized.push(size) });
    sizes[0]?.({ columns: 100, rows: 30 });
    stream.destroy();
    expect(await done).toBe('closed');
    expect(resized.at(-1)).toEqual({ columns: 100, rows: 30 });
  });
});

describe('a command', () => {
  it('has the terminal until it ends', async () => {
    const { start, written } = open();
    expect(await start(command(0))).toBe('closed');
    expect(written).toEqual(['[cooked]', '[paused]', '[resumed]']);
  });

  it('that fails says with which code', async () => {
    const { start } = open();
    await expect(start(command(3))).rejects.toMatchObject({
      code: 'op.failed',
      message: `${process.execPath} ended with exit code 3`,
    });
  });
});
