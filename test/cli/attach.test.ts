import { Duplex, PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type AttachMore, attach, sizeOf } from '../../src/cli/attach.ts';
import type { CommandContext } from '../../src/cli/command.ts';
import type { App } from '../../src/compose.ts';
import type { OutputFile } from '../../src/console/output-file.ts';
import type { ConsoleSize } from '../../src/platforms/contract.ts';
import { emptyMap } from '../../src/state/config/located.ts';
import { createTestClock } from '../clock.ts';
import { commandContext } from './command-context.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A console of web1: what drover sends to it, and what is done to the terminal meanwhile. */
function open(given: Partial<CommandContext> = {}, isShell = false, more: AttachMore = {}) {
  const clock = createTestClock();
  const interrupt = new AbortController();
  const raw: boolean[] = [];
  const sent: string[] = [];
  const sizes: ConsoleSize[] = [];
  const seen = { ended: false, shown: '' };
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => void raw.push(on) });
  const stdout = Object.assign(new PassThrough(), { columns: 100, rows: 30 });
  stdout.on('data', (chunk: Buffer) => {
    seen.shown += chunk.toString();
  });
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      sent.push(chunk.toString());
      done();
    },
    final(done) {
      seen.ended = true;
      done();
    },
  });
  const app = { clock, configPath: '/config.yaml', config: () => ({ file: emptyMap }) } as unknown as App;
  const context = commandContext({ app, stdin, stdout, signal: interrupt.signal, ...given });
  const resize = (size: ConsoleSize) => void sizes.push(size);
  const ended = attach({ kind: 'stream', stream, resize }, 'web1', context, isShell, more);
  return { clock, interrupt, raw, sent, sizes, seen, stdin, stdout, stream, context, ended };
}

describe('a terminal that is attached', () => {
  it('sends what is typed and shows what comes, until the key that detaches; nothing behind that is sent', async () => {
    const { stdin, stream, seen, sent, raw, context, ended } = open({ interactive: true });
    expect(context.said).toEqual(['attached to web1; ctrl-] detaches']);
    expect(raw).toEqual([true]);
    stream.push('login: ');
    stdin.write('ann\r');
    await turn();
    stdin.write('ls\x1drm -r .\r');
    expect(await ended).toBe(0);
    expect(sent).toEqual(['ann\r', 'ls']);
    expect(seen.shown).toBe('login: ');
    expect(raw).toEqual([true, false]);
    expect(stream.destroyed).toBe(true);
    expect(context.said.at(-1)).toMatch(/\r\ndetached from web1$/);
  });

  it('detaches at once when the key comes alone, and sends nothing then', async () => {
    const { stdin, sent, ended } = open({ interactive: true });
    stdin.write('\x1d');
    expect(await ended).toBe(0);
    expect(sent).toEqual([]);
  });

  it('leaves what is typed later to the shell, and forgets the size of the window', async () => {
    const { stdin, stdout, sizes, stream, ended } = open({ interactive: true });
    stdout.emit('resize');
    expect(sizes).toEqual([{ columns: 100, rows: 30 }]);
    stream.destroy();
    expect(await ended).toBe(0);
    stdout.emit('resize');
    expect(sizes).toHaveLength(1);
    stdin.write('later');
    await turn();
    expect(String(stdin.read())).toBe('later');
  });

  it('is given back when the command is interrupted', async () => {
    const { interrupt, raw, stream, ended } = open({ interactive: true });
    interrupt.abort();
    expect(await ended).toBe(0);
    expect(raw).toEqual([true, false]);
    expect(stream.destroyed).toBe(true);
  });

  it('is given back when the stream breaks, which is an error', async () => {
    const { raw, stream, ended } = open({ interactive: true });
    stream.destroy(new Error('the link is gone'));
    await expect(ended).rejects.toThrow('the link is gone');
    expect([raw[0], raw.at(-1)]).toEqual([true, false]);
  });

  it('that is slow holds the host back', async () => {
    const held: (() => void)[] = [];
    const slow = new Writable({ write: (_chunk, _encoding, done) => void held.push(done) });
    const { stream, ended } = open({ interactive: true, stdout: slow });
    stream.push('x'.repeat(200_000));
    stream.push('more');
    await turn();
    expect([stream.isPaused(), held.length]).toEqual([true, 1]);
    held.shift()?.();
    await turn();
    expect([stream.isPaused(), held.length]).toEqual([false, 1]);
    stream.destroy();
    await ended;
  });
});

describe('a terminal that was painted on', () => {
  it('is given back when it has answered all that it was asked, so that no answer stands at the prompt', async () => {
    const { stdin, stdout, seen, raw, sent, stream, ended } = open({ interactive: true }, false, { isPainted: true });
    stream.push('picture\x1b[5n');
    await turn();
    stdin.write('\x1d');
    while (!seen.shown.endsWith('\x1b[c')) await turn();
    expect([raw, stream.destroyed]).toEqual([[true], true]);
    stdin.write('\x1b[0n\x1b[?6');
    stdin.write('2;4c');
    expect(await ended).toBe(0);
    expect([sent, raw]).toEqual([[], [true, false]]);
    stdin.write('ls');
    await turn();
    expect(String(stdin.read())).toBe('ls');
    stdout.destroy();
  });

  it.each<[string, (console: ReturnType<typeof open>) => unknown]>([
    ['after four seconds when it says nothing', ({ clock }) => clock.pass(4_000)],
    ['with ctrl-c', ({ stdin }) => stdin.write('\x03')],
  ])('is given back %s', async (_how, then) => {
    const console = open({ interactive: true }, false, { isPainted: true });
    console.stdin.write('\x1d');
    while (!console.seen.shown.endsWith('\x1b[c')) await turn();
    await then(console);
    expect(await console.ended).toBe(0);
    expect(console.raw).toEqual([true, false]);
  });
});

it('a terminal that a question has paused is read again', async () => {
  const stdin = Object.assign(new PassThrough(), { setRawMode: () => undefined });
  stdin.pause();
  const { sent, stream, ended } = open({ interactive: true, stdin });
  stdin.write('ls\r');
  await turn();
  expect(sent).toEqual(['ls\r']);
  stream.destroy();
  await ended;
});

it('a terminal gets of a guest what is for its screen; files and pipes get all of it', async () => {
  const bytes = 'a\x1b]52;c;AAAA\x07\x1b[6nb';
  const logged: string[] = [];
  const file: OutputFile = {
    path: 'a.log',
    write: (chunk) => void logged.push(Buffer.from(chunk).toString()),
    resized: () => {},
    taken: async () => {},
    end: async () => {},
  };
  for (const [interactive, shown] of [
    [true, 'ab'],
    [false, bytes],
  ] as const) {
    const { stream, seen, ended } = open({ interactive }, false, { files: [file] });
    stream.push(bytes);
    await turn();
    stream.destroy();
    await ended;
    expect(seen.shown).toBe(shown);
  }
  expect(logged).toEqual([bytes, bytes]);
});

describe('pipes that are attached', () => {
  it('know no key that detaches, and say nothing', async () => {
    const { clock, stdin, sent, raw, seen, stream, context, ended } = open();
    stdin.end('a\x1db');
    await clock.pass(1_999);
    expect([sent, seen.ended, raw, context.said]).toEqual([['a\x1db'], false, [], []]);
    await clock.pass(1);
    expect(seen.ended).toBe(true);
    stream.destroy();
    expect(await ended).toBe(0);
  });

  it('end a shell with ctrl-D, again and again with more time between, until it has ended', async () => {
    const { stdin, sent, seen, clock, stream, ended } = open({}, true);
    stdin.end();
    await turn();
    const counts = [sent.length];
    for (const ms of [499, 1, 999, 1, 2_000, 4_000, 8_000, 16_000, 29_999, 1, 29_999, 1]) {
      await clock.pass(ms);
      counts.push(sent.length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 8, 9]);
    expect(new Set(sent)).toEqual(new Set(['\x04']));
    expect(seen.ended).toBe(false);
    stream.destroy();
    expect(await ended).toBe(0);
    await clock.pass(60_000);
    expect(sent).toHaveLength(9);
  });
});

describe('a shell that has ended by itself', () => {
  it.each([
    [7, 7],
    [undefined, 0],
  ])('ends drover with its exit code, where that is known: %s', async (code, ended) => {
    const stream = new PassThrough();
    const attachment = { kind: 'stream', stream, exitCode: () => code } as const;
    const attached = attach(attachment, 'host1', commandContext({ stdin: new PassThrough() }), true);
    stream.destroy();
    expect(await attached).toBe(ended);
  });

  it('is sent nothing more, neither what is typed nor ctrl-D', async () => {
    const { stdin, stream, sent, clock, ended } = open({}, true);
    stream.end();
    stdin.write('more\n');
    stdin.end();
    await turn();
    await clock.pass(1_000);
    stream.destroy();
    expect([await ended, sent]).toEqual([0, []]);
  });
});

it.each([
  [
    { columns: 132, rows: 50 },
    { columns: 132, rows: 50 },
  ],
  [
    { columns: 0, rows: 0 },
    { columns: 80, rows: 24 },
  ],
  [{}, { columns: 80, rows: 24 }],
])('the size of the terminal, as far as it says it: %j', (terminal, size) => {
  expect(sizeOf(commandContext({ stdout: Object.assign(new PassThrough(), terminal) }))).toEqual(size);
});

describe('a command that takes the terminal over', () => {
  const run = (...argv: [string, ...string[]]) => attach({ kind: 'command', argv }, 'web1', commandContext({}));

  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -9 $$', 1],
  ])('ends drover with its code: %s', async (script, code) => {
    expect(await run('/bin/sh', '-c', script)).toBe(code);
  });

  it('is named when it is not there', async () => {
    await expect(run('/no/such/viewer')).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining("/no/such/viewer can't be started: "),
    });
  });
});
