import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { askTerminal } from './terminal-question.ts';

afterEach(() => void vi.restoreAllMocks());

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const NOTHING = Symbol('no answer yet');

/** A question put to a user at a terminal, who has typed `before` already. */
async function ask({ secret = false, before = '', isTTY = true } = {}) {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const clock = createTestClock();
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => void raw.push(on) });
  const shown: string[] = [];
  const stderr = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      shown.push(chunk);
      done();
    },
  });
  const interrupt = new AbortController();
  stdin.write(before);
  let result: string | undefined | typeof NOTHING = NOTHING;
  const answer = askTerminal(
    { question: 'Go on? ', secret },
    { stdin, stderr, clock, interrupt: interrupt.signal },
  ).then((text) => {
    result = text;
    return text;
  });
  for (let count = 0; count < 6; count++) await turn();
  const type = async (keys: string) => {
    stdin.write(keys);
    await turn();
  };
  return { kill, clock, raw, stdin, interrupt, answer, type, shown: () => shown.join(''), result: () => result };
}

describe('a question at a terminal', () => {
  it('shows what is typed, and is answered by enter', async () => {
    const { type, shown, answer, raw, stdin } = await ask();
    expect([shown(), raw]).toEqual(['Go on? ', [true]]);
    await type('ye');
    await type('s\r');
    expect(await answer).toBe('yes');
    expect([shown(), raw]).toEqual(['Go on? yes\n', [true, false]]);
    await type('later');
    expect(String(stdin.read())).toBe('later');
  });

  it('is answered after another one was, by keys that are read from then on', async () => {
    const { type, answer, stdin } = await ask();
    await type('y\r');
    expect(await answer).toBe('y');
    const shown: string[] = [];
    const stderr = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        shown.push(chunk);
        done();
      },
    });
    const second = askTerminal(
      { question: 'Password: ', secret: true },
      { stdin, stderr, clock: createTestClock(), interrupt: new AbortController().signal },
    );
    for (let count = 0; count < 6; count++) await turn();
    await type('hunter2\r');
    expect([await second, shown.join('')]).toEqual(['hunter2', 'Password: \n']);
  });

  it('shows nothing of a secret', async () => {
    const { type, shown, answer } = await ask({ secret: true });
    await type('hunter2\r');
    expect([await answer, shown()]).toEqual(['hunter2', 'Go on? \n']);
  });

  it('is not answered by what was typed before', async () => {
    const { type, result, answer } = await ask({ before: 'y\r' });
    expect(result()).toBe(NOTHING);
    await type('n\r');
    expect(await answer).toBe('n');
  });

  it('takes ctrl-U as the shell does, and ctrl-D as a letter less where something is typed', async () => {
    const { type, answer } = await ask();
    await type('ab\x15cd\x04e\r');
    expect(await answer).toBe('cde');
  });

  it('says that a line is full, and asks again with what there is', async () => {
    const { type, shown, answer } = await ask();
    await type('y');
    await type(`\x1b[200~${'x'.repeat(16_384)}\x1b[201~`);
    expect(shown()).toBe('Go on? y\nat most 16384 characters have room; nothing was added\nGo on? y');
    await type('\r');
    expect(await answer).toBe('y');
  });

  it.each([
    ['\x03', 'SIGINT'],
    ['\x1c', 'SIGQUIT'],
  ])('is given up with %j, which goes on to the program as %s', async (key, signal) => {
    const { type, answer, kill, raw } = await ask();
    kill.mockImplementation(() => {
      expect(raw).toEqual([true, false]);
      return true;
    });
    await type(`y${key}`);
    expect(await answer).toBeUndefined();
    expect(kill.mock.calls).toEqual([[process.pid, signal]]);
  });

  it('is given up with ctrl-D, when the terminal is gone and when the command is interrupted', async () => {
    const typed = await ask();
    await typed.type('\x04');
    expect(await typed.answer).toBeUndefined();
    expect(typed.kill).not.toHaveBeenCalled();
    const gone = await ask();
    gone.stdin.end();
    expect(await gone.answer).toBeUndefined();
    const interrupted = await ask();
    interrupted.interrupt.abort();
    expect(await interrupted.answer).toBeUndefined();
    expect(interrupted.raw).toEqual([true, false]);
  });

  it('is not put where there is no terminal', async () => {
    const { answer, shown, raw } = await ask({ isTTY: false });
    expect([await answer, shown(), raw]).toEqual([undefined, '', []]);
  });

  it('stops the whole job with ctrl-Z, and stands there again with what was typed', async () => {
    const { type, kill, clock, raw, shown, answer } = await ask();
    await type('ye\x1a');
    expect(kill.mock.calls).toEqual([[0, 'SIGTSTP']]);
    expect([raw, shown()]).toEqual([[true, false], 'Go on? ye\n']);
    process.emit('SIGCONT', 'SIGCONT');
    expect(shown()).toBe('Go on? ye\n\rGo on? ye');
    expect(raw.at(-1)).toBe(true);
    await type('s\r');
    expect(await answer).toBe('yes');
    raw.length = 0;
    await clock.pass(1_000);
    expect(raw).toEqual([]);
  });

  it('takes its keys again when the process could not be stopped', async () => {
    const { type, clock, raw, answer } = await ask();
    await type('\x1a');
    await clock.pass(200);
    await type('\x1a');
    await clock.pass(299);
    expect(raw).toEqual([true, false, false]);
    await clock.pass(1);
    expect(raw).toEqual([true, false, false, true]);
    await type('y\r');
    expect(await answer).toBe('y');
  });
});

it('nothing is asked of a user who has interrupted the command already', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new PassThrough();
  const interrupt = AbortSignal.abort();
  const host = { stdin, stderr, clock: createTestClock(), interrupt };
  expect(await askTerminal({ question: 'Go on? ', secret: false }, host)).toBeUndefined();
  expect(stderr.read()).toBeNull();
});
