/** What is done at signals, without any being sent: what would be sent is written down. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guardExit } from '../../src/terminal/guard.ts';
import { controlJob } from '../../src/terminal/job-control.ts';
import { takeRawKeys } from '../../src/terminal/raw-keys.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { createTestClock } from '../clock.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT'] as const;
type Name = (typeof SIGNALS)[number] | 'exit';
let done: string[];
/** Listeners that were there before the test. */
let before: Map<string, readonly unknown[]>;
const own = (name: Name) => process.listeners(name as 'exit').filter((one) => !before.get(name)?.includes(one));
/** As if the process had got it. */
const get = (name: Name) => {
  for (const listener of own(name)) (listener as () => void)();
};
const news = () => done.splice(0);

beforeEach(() => {
  done = [];
  before = new Map([...SIGNALS, 'exit'].map((name) => [name, process.listeners(name as 'exit')]));
  vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    done.push(`${signal} to ${pid === process.pid ? 'itself' : pid}`);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const name of [...SIGNALS, 'exit'] as const) {
    for (const listener of own(name)) process.off(name, listener as () => void);
  }
});

describe('the end of the process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('by %s restores, and then it ends by it', (signal) => {
    guardExit(() => done.push('restored'));
    get(signal);
    expect(news()).toEqual(['restored', `${signal} to itself`]);
    expect([own(signal).length, own('exit').length]).toEqual([0, 1]);
  });

  it('by itself restores', () => {
    guardExit(() => done.push('restored'));
    get('exit');
    expect(news()).toEqual(['restored']);
  });

  it('comes by no typed signal while another program has the terminal, nor for a quarter of a second afterwards', () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const guard = guardExit(() => done.push('restored'));
    guard.ignoreTyped(true);
    now += 1_000_000;
    get('SIGINT');
    get('SIGQUIT');
    expect(news()).toEqual([]);
    get('SIGTERM');
    expect(news()).toEqual(['restored', 'SIGTERM to itself']);
    guard.ignoreTyped(false);
    now += 249;
    get('SIGINT');
    expect(news()).toEqual([]);
    now += 1;
    get('SIGINT');
    expect(news()).toEqual(['restored', 'SIGINT to itself']);
  });
});

describe('a stop', () => {
  /** A terminal that a user has, and its job. */
  function open({ screen = true, console = false } = {}) {
    let entered = screen;
    let lent = console;
    const terminal = {
      enter() {
        entered = true;
        done.push('enter');
      },
      leave() {
        entered = false;
        lent = false;
        done.push('leave');
      },
      hasEntered: () => entered,
      setRaw: (raw: boolean) => done.push(`raw ${raw}`),
      setLent(now: boolean) {
        lent = now;
        done.push(`lent ${now}`);
      },
      isLent: () => lent,
    } as unknown as Terminal;
    const clock = createTestClock();
    return { clock, job: controlJob(terminal, clock, () => done.push('ours again')) };
  }

  it('by ctrl-Z gives the terminal back first, stops the whole job, and takes it again when it goes on', async () => {
    const { clock, job } = open();
    job.suspend();
    expect(news()).toEqual(['leave', 'SIGTSTP to 0']);
    job.suspend();
    expect([news(), own('SIGTSTP').length]).toEqual([[], 0]);
    get('SIGCONT');
    expect([news(), own('SIGTSTP').length]).toEqual([['enter', 'ours again'], 1]);
    await clock.pass(1_000);
    expect([news(), own('SIGTSTP').length]).toEqual([[], 1]);
  });

  it('from outside is that of the program alone', () => {
    open();
    get('SIGTSTP');
    expect(news()).toEqual(['leave', 'SIGTSTP to itself']);
    get('SIGCONT');
    expect(news()).toEqual(['enter', 'ours again']);
    get('SIGTSTP');
    expect(news()).toEqual(['leave', 'SIGTSTP to itself']);
  });

  it('that does not come, since no shell is above, ends after 300 ms', async () => {
    const { clock, job } = open();
    job.suspend();
    news();
    await clock.pass(299);
    expect(news()).toEqual([]);
    await clock.pass(1);
    expect(news()).toEqual(['enter', 'ours again']);
  });

  it('gives raw keys to the console that had them', () => {
    open({ screen: false, console: true }).job.suspend();
    news();
    get('SIGCONT');
    expect(news()).toEqual(['raw true', 'lent true']);
  });

  it('that was not seen is taken for one when the program goes on', () => {
    open();
    get('SIGCONT');
    expect(news()).toEqual(['leave', 'enter', 'ours again']);
  });

  it('while another program has the terminal leaves it with that one', () => {
    open({ screen: false }).job.suspend();
    get('SIGCONT');
    expect(news()).toEqual(['leave', 'SIGTSTP to 0']);
  });
});

describe('keys one by one', () => {
  it('are asked for, asked for again after a stop, and given back', () => {
    const keys = takeRawKeys({ setRawMode: (raw) => done.push(`raw ${raw}`) }, () => done.push('ours again'));
    get('SIGCONT');
    keys.set(false);
    keys.release();
    get('SIGCONT');
    expect(news()).toEqual(['raw true', 'raw false', 'raw true', 'ours again', 'raw false', 'raw false']);
  });

  it('are not asked for where there is no terminal, or none any more', () => {
    takeRawKeys({}).release();
    const gone = takeRawKeys({
      setRawMode() {
        throw new Error('EIO');
      },
    });
    get('SIGCONT');
    gone.release();
    expect(news()).toEqual([]);
  });
});
