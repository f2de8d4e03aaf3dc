import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createInput } from './input.ts';
import type { InputEvent } from './keys.ts';

const spelled = (event: InputEvent): string =>
  event.kind === 'key'
    ? `${event.ctrl ? 'ctrl-' : ''}${event.alt ? 'alt-' : ''}${event.name}`
    : `${event.kind}(${'text' in event ? event.text : ''})`;

/** A keyboard on a clock that stands still, and what came of it. */
function open(options: { readonly marksPastes?: boolean } = { marksPastes: true }) {
  const clock = createTestClock();
  const said: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    pause: () => void said.push('pause'),
    resume: () => void said.push('resume'),
  });
  const input = createInput(stdin as unknown as Readable, { onGone: () => said.push('gone'), clock, ...options });
  const heard: string[] = [];
  return {
    clock,
    input,
    said,
    heard,
    stdin,
    listen: () => input.listen((event) => heard.push(spelled(event))),
    read: (text: string) => stdin.emit('data', Buffer.from(text)),
    /** What came since the last call. */
    news: () => heard.splice(0),
  };
}

describe('time', () => {
  it.each([
    [undefined, 30],
    [150, 150],
  ])('makes an escape alone the Esc key: %s ms are told, %d ms it takes', async (told, takes) => {
    const { clock, input, listen, read, news } = open();
    listen();
    if (told !== undefined) input.setEscapeWait(told);
    read('\x1b');
    await clock.pass(takes - 1);
    expect(news()).toEqual([]);
    await clock.pass(1);
    expect(news()).toEqual(['esc']);
    read('\x1b');
    await clock.pass(takes - 1);
    read('x');
    await clock.pass(1_000);
    expect(news()).toEqual(['alt-x']);
  });

  it.each([
    [119, []],
    [120, ['[', 'A']],
  ])('is short for what an escape that was given up may have begun: after %d ms it is %j', async (ms, keys) => {
    const { clock, listen, read, news } = open();
    listen();
    read('\x1b');
    await clock.pass(30);
    expect(news()).toEqual(['esc']);
    await clock.pass(ms);
    read('[A');
    expect(news()).toEqual(keys);
  });

  it('gives a sequence a second for each of its pieces', async () => {
    const { clock, listen, read, news } = open();
    listen();
    for (const piece of ['\x1b[', '1', ';', '5', 'A']) {
      read(piece);
      await clock.pass(999);
    }
    expect(news()).toEqual(['ctrl-up']);
    read('\x1b[');
    await clock.pass(1_000);
    expect(news()).toEqual(['alt-[']);
    // its rest is dropped for another second
    await clock.pass(999);
    read('A');
    expect(news()).toEqual([]);
    read('\x1b[');
    await clock.pass(2_000);
    read('A');
    expect(news()).toEqual(['alt-[', 'A']);
  });

  it('gives up a sequence without end after five seconds, and its rest after one more, whatever comes', async () => {
    const { clock, listen, read, news } = open();
    listen();
    read('\x1b]');
    for (let second = 0; second < 11; second++) {
      await clock.pass(500);
      read('a');
    }
    await clock.pass(499);
    read('b');
    expect(news()).toEqual([]);
    await clock.pass(1);
    read('c');
    expect(news()).toEqual(['c']);
  });

  it('begins again with each sequence', async () => {
    const { clock, listen, read, news } = open();
    listen();
    for (let times = 0; times < 8; times++) {
      await clock.pass(900);
      read('A\x1b[');
    }
    await clock.pass(999);
    read('A');
    expect(news()).toEqual(['A', ...Array(8).fill('up')]);
  });

  it('gives a paste two seconds for each of its pieces, and its rest half a minute', async () => {
    const { clock, listen, read, news } = open();
    listen();
    read('\x1b[200~a');
    await clock.pass(1_999);
    read('b');
    await clock.pass(1_999);
    expect(news()).toEqual([]);
    await clock.pass(1);
    expect(news()).toEqual(['paste(ab)']);
    await clock.pass(29_999);
    read('dd');
    await clock.pass(29_999);
    read('\x1b[201~j');
    expect(news()).toEqual(['j']);
    read('\x1b[200~a');
    await clock.pass(32_000);
    read('dd');
    expect(news()).toEqual(['paste(a)', 'd', 'd']);
  });
});

describe('listeners', () => {
  it('get what came while there was none, up to a thousand', () => {
    const { listen, read, news } = open();
    read('j'.repeat(600));
    read('k'.repeat(600));
    listen();
    expect(news()).toEqual([...Array(600).fill('j'), ...Array(400).fill('k')]);
    read('x');
    expect(news()).toEqual(['x']);
  });

  it('are asked one at a time, the newest, until they are called off', () => {
    const { input, listen, read, news } = open();
    const first: string[] = [];
    const stopFirst = input.listen((event) => first.push(spelled(event)));
    const stop = listen();
    read('a');
    stop();
    stop();
    read('b');
    listen();
    stopFirst();
    read('c');
    expect([first, news()]).toEqual([['b'], ['a', 'c']]);
  });

  it('may hand over in the middle of a read', () => {
    const { input, read, heard } = open();
    input.listen((event) => {
      heard.push(`first ${spelled(event)}`);
      input.listen((next) => heard.push(`second ${spelled(next)}`));
    });
    read('ab');
    expect(heard).toEqual(['first a', 'second b']);
  });

  it('know the number of the newest read', () => {
    const { input, read } = open();
    expect(input.lastRead()).toBe(0);
    read('ab');
    read('c');
    expect(input.lastRead()).toBe(2);
  });
});

describe('bytes that are for another reader', () => {
  it('are handed on as they are, and a sequence that had begun before is dropped', async () => {
    const { clock, input, listen, read, news } = open();
    listen();
    read('\x1b[');
    news();
    const bytes: string[] = [];
    const stop = input.divert((typed) => bytes.push(typed.toString()));
    expect(news()).toEqual([]);
    read('q\x1b[A');
    await clock.pass(5_000);
    expect([bytes, news()]).toEqual([['q\x1b[A'], []]);
    stop();
    read('A');
    expect([bytes.length, news()]).toEqual([1, ['A']]);
  });

  it('stay with the newest reader, also when an older one is done', () => {
    const { input, listen, read, news } = open();
    listen();
    const bytes: string[] = [];
    const stopOlder = input.divert(() => bytes.push('older'));
    const stopNewer = input.divert(() => bytes.push('newer'));
    stopOlder();
    read('a');
    expect([bytes, news()]).toEqual([['newer'], []]);
    stopNewer();
    read('b');
    expect([bytes, news()]).toEqual([['newer'], ['b']]);
  });
});

describe('the keyboard', () => {
  it('can be left to another program and taken again', () => {
    const { input, said } = open();
    input.pause();
    input.resume();
    expect(said).toEqual(['resume', 'pause', 'resume']);
  });

  it.each(['end', 'error'])('is gone with its %s, which is told once', (event) => {
    const { said, stdin } = open();
    stdin.emit(event);
    if (event === 'end') stdin.emit(event);
    expect(said).toEqual(['resume', 'gone']);
  });

  it('is read no more when it is closed, and nothing comes later', async () => {
    const { clock, input, listen, read, news, said, stdin } = open();
    listen();
    read('\x1b');
    input.close();
    await clock.pass(10_000);
    read('j');
    stdin.emit('end');
    expect([news(), said, stdin.listenerCount('error')]).toEqual([[], ['resume', 'pause'], 0]);
  });
});

describe('text that is not marked as pasted', () => {
  const { TERM } = process.env;
  afterEach(() => {
    if (TERM === undefined) delete process.env['TERM'];
    else process.env['TERM'] = TERM;
  });

  it.each([
    ['linux', 1],
    ['vt220', 1],
    ['dumb', 1],
    ['ansi', 1],
    ['cons25', 1],
    ['sun-color', 1],
    ['wyse60', 1],
    ['xterm-256color', 32],
    ['vte', 32],
    [undefined, 32],
  ])('is, on the terminal %s, %d events', (term, count) => {
    if (term === undefined) delete process.env['TERM'];
    else process.env['TERM'] = term;
    const { listen, read, news } = open({});
    listen();
    read('sudo systemctl restart libvirtd\r');
    expect(news()).toHaveLength(count);
  });
});
