import { writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScreen, type Screen } from '../../src/terminal/screen.ts';
import { createTestClock, type TestClock } from '../clock.ts';
import { openTerminalPipe, type TerminalPipe } from './pipe.ts';

const MOUSE_ON = '\x1b[?1000h\x1b[?1002h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l\x1b[?1000l';

let pipe: TerminalPipe;
let clock: TestClock;
let screen: Screen;
/** What was asked of the terminal, in its order, with the bytes that came in between. */
let asked: string[];
let size: { columns: number; rows: number };
let entered: boolean;
const resizers = new Set<() => void>();

const bytes = () => Buffer.from(pipe.read(), 'latin1').toString();
const note = (what: string) => {
  const sent = bytes();
  if (sent !== '') asked.push(sent);
  asked.push(what);
};
/** What was asked and sent since the last call. */
const news = () => {
  const sent = bytes();
  if (sent !== '') asked.push(sent);
  return asked.splice(0);
};

beforeEach(() => {
  // those of the screen before
  for (const signal of ['SIGCONT', 'SIGTSTP']) process.removeAllListeners(signal);
  pipe = openTerminalPipe();
  clock = createTestClock();
  asked = [];
  size = { columns: 20, rows: 2 };
  entered = true;
  resizers.clear();
  screen = createScreen(
    {
      fd: pipe.fd,
      size: () => size,
      enter() {
        entered = true;
        note('enter');
      },
      leave() {
        entered = false;
        note('leave');
      },
      hasEntered: () => entered,
      setRaw: (raw) => note(`raw ${raw}`),
      setLent: (lent) => note(`lent ${lent}`),
      isLent: () => false,
      ignoreTypedSignals: (ignored) => note(`ignores ${ignored}`),
      writeNow: (text) => note(`now ${text.slice(0, 8)}`),
      onResize(call) {
        resizers.add(call);
        return () => resizers.delete(call);
      },
    },
    clock,
  );
});
afterEach(() => pipe.close());

function fill(): void {
  try {
    while (writeSync(pipe.fd, Buffer.alloc(4096, '.')) > 0);
  } catch {} // EAGAIN: it is full
}
const resize = async (columns: number, rows: number) => {
  size = { columns, rows };
  for (const call of resizers) call();
  await clock.pass(0);
};

describe('what stands in for standard output', () => {
  it('is a terminal of its size, for as many listeners as there are', () => {
    expect(screen.stdout).toMatchObject({ isTTY: true, writable: true, columns: 20, rows: 2 });
    expect(screen.stdout.getMaxListeners()).toBe(0);
    expect(screen.size()).toEqual(size);
  });

  it('paints frames, and leaves out what a renderer switches by itself', () => {
    expect(screen.stdout.write('one')).toBe(true);
    expect(news()).toEqual(['\x1b[Hone\x1b[K\r\n\x1b[K']);
    for (const control of ['', '\x1b[?25l', '\x1b[?2004h\x1b[2J\x1b[H']) screen.stdout.write(control);
    expect(news()).toEqual([]);
    screen.stdout.write('\x1b[1mone\x1b[m');
    expect(news()).toEqual(['\x1b[H\x1b[1mone\x1b[m']);
  });

  it('calls back when the terminal has taken what was written', async () => {
    let done = 0;
    screen.stdout.write('one', () => done++);
    screen.stdout.write('two', 'utf8', () => done++);
    screen.stdout.write('two', 'utf8');
    expect([done, screen.isBusy()]).toEqual([2, false]);
    fill();
    screen.stdout.write('three', () => done++);
    await clock.pass(1_000);
    expect([done, screen.isBusy()]).toEqual([2, true]);
    pipe.read();
    await clock.pass(5);
    expect([done, screen.isBusy()]).toEqual([3, false]);
  });

  it('has another size when the terminal has, says so, and shows only what was drawn last for it', async () => {
    screen.stdout.write('one and more than that');
    news();
    let frames = 0;
    screen.stdout.on('resize', () => {
      frames++;
      screen.stdout.write(`too early ${screen.stdout.columns}x${screen.stdout.rows}`);
      screen.stdout.write('at the new size');
    });
    await resize(10, 3);
    expect([frames, screen.stdout.columns, screen.stdout.rows]).toEqual([1, 10, 3]);
    expect(news()).toEqual(['\x1b[Hat the new\x1b[2H\x1b[K\r\n\x1b[K']);
    screen.stdout.removeAllListeners('resize');
    await resize(20, 1);
    expect(news()).toEqual(['\x1b[Hat the new size\x1b[K']);
    screen.stdout.write('later');
    expect(news()[0]).toContain('later');
  });

  it('is spelled as the terminal can show it', () => {
    screen.setSpelling((frame) => frame.replaceAll('●', '*'));
    screen.stdout.write('● running');
    expect(news()).toEqual(['\x1b[H* running\x1b[K\r\n\x1b[K']);
  });
});

describe('the mouse', () => {
  it('is asked for and given back, and asked for again when all is painted again', () => {
    screen.stdout.write('one');
    news();
    screen.setMouse(true);
    expect(news()).toEqual([MOUSE_ON]);
    screen.repaint();
    expect(news()).toEqual([`${MOUSE_ON}\x1b[Hone\x1b[K\r\n\x1b[K`]);
    screen.setMouse(false);
    expect(news()).toEqual([MOUSE_OFF]);
    screen.repaint();
    expect(news()).toEqual(['\x1b[Hone\x1b[K\r\n\x1b[K']);
  });
});

describe('a copy', () => {
  it('is sent to the clipboard at once', () => {
    const { TMUX, STY, TERM } = process.env;
    Object.assign(process.env, { TMUX: '', STY: '', TERM: 'linux' });
    try {
      expect(screen.copy('web1')).toBe('the Linux console has no clipboard');
    } finally {
      for (const [name, value] of Object.entries({ TMUX, STY, TERM })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(news()).toEqual(['\x1b]52;c;d2ViMQ==\x07']);
  });
});

describe('a terminal that is lent', () => {
  it('is left, gets what its borrower sends and nothing else, and is taken back with all painted again', async () => {
    screen.stdout.write('one');
    screen.setMouse(true);
    news();
    const end = Promise.withResolvers<string>();
    const sizes: unknown[] = [];
    let taken = 0;
    let stop = () => {};
    const result = screen.lend('raw', async ({ output, onResize }) => {
      note('lent out');
      stop = onResize((now) => sizes.push(now));
      output.write('login: ', () => taken++);
      screen.stdout.write('two');
      const answer = await end.promise;
      fill();
      output.write('too late');
      return answer;
    });
    await clock.pass(1);
    expect(news()).toEqual(['leave', 'raw true', 'lent true', 'ignores false', 'lent out', 'login: ']);
    await resize(30, 1);
    expect([sizes, taken]).toEqual([[{ columns: 30, rows: 1 }], 1]);
    stop();
    await resize(20, 1);
    expect([news(), sizes.length]).toEqual([[], 1]);
    end.resolve('done');
    await clock.pass(100);
    expect(await result).toBe('done');
    expect(news().filter((what) => !/^\.*$/.test(what))).toEqual([
      'lent false',
      // without a switch between the screens, which would put the cursor where it was before
      'now \x1b[!p\x1b[?9',
      'ignores false',
      'raw false',
      'enter',
      `${MOUSE_ON}\x1b[Htwo\x1b[K`,
    ]);
  });

  it('is switched back to its usual screen where the borrower has left it in the other one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const lent = screen.lend('raw', async ({ output }) => {
      output.write('\x1b[?10');
      output.write('49hvim', () => resolve());
      await promise;
    });
    await clock.pass(1);
    await lent;
    expect(news()).toContain('now \x1b[?1049l');
  });

  it('to a program is set as a shell has it, and typed signals are for that program', async () => {
    await screen.lend('cooked', async () => note('lent out')).catch(() => {});
    expect(news().slice(0, 5)).toEqual(['leave', 'raw false', 'lent false', 'ignores true', 'lent out']);
  });

  it('is taken back also from who fails', async () => {
    const failed = screen.lend('raw', () => Promise.reject(new Error('no such host')));
    await expect(failed).rejects.toThrow('no such host');
    expect(news()).toContain('enter');
  });

  it('shows its last frame first, but waits for no slow terminal longer than 100 ms', async () => {
    fill();
    screen.stdout.write('one');
    let lent = false;
    void screen.lend('raw', async () => {
      lent = true;
      await new Promise(() => {});
    });
    await clock.pass(99);
    expect(lent).toBe(false);
    await clock.pass(1);
    expect(lent).toBe(true);
  });
});

describe('the screen', () => {
  it('ends with the last frame on it, and paints no more', async () => {
    screen.stdout.write('one');
    await screen.close();
    screen.stdout.write('two');
    expect(news()).toEqual(['\x1b[Hone\x1b[K\r\n\x1b[K', 'leave']);
    await clock.pass(1_000);
    expect(news()).toEqual([]);
  });

  it('asks the system for its size when it is painted again', async () => {
    const asking = new Promise((resolve) => process.once('SIGWINCH', resolve));
    screen.repaint();
    await asking;
  });

  it('is taken again when the program goes on after a stop that it did not see', async () => {
    screen.stdout.write('one');
    news();
    const on = new Promise((resolve) => process.once('SIGCONT', resolve));
    process.kill(process.pid, 'SIGCONT');
    await on;
    await clock.pass(0);
    expect(news()).toEqual(['leave', 'enter', '\x1b[Hone\x1b[K\r\n\x1b[K']);
  });

  it('tells who waits for a frame only when a console has left and it is seen', async () => {
    const end = Promise.withResolvers<void>();
    const lent = screen.lend('raw', () => end.promise);
    await clock.pass(0);
    let shown = 0;
    screen.whenShown(() => shown++);
    screen.stdout.write('Force off web1?');
    await clock.pass(1_000);
    expect(shown).toBe(0);
    end.resolve();
    await lent;
    await clock.pass(0);
    expect(shown).toBe(1);
  });
});
