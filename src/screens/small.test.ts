import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { actions } from '../actions/index.ts';
import { createKeymap } from '../actions/keymap.ts';
import { createAdvice } from './advice.ts';
import { deadline } from './deadline.ts';
import { keyName, keyNamed } from './keys.ts';
import { problemCount, problemSentences } from './problems.ts';
import { dateAndTime, duration, lastHeard, timeOfDay } from './time.ts';
import { createTour } from './tour/tour.ts';

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [999.4, '999 ms'],
    [1_000, '1 s'],
    [119_499, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '120 min'],
    [7_200_000, '2 h'],
    [36_000_000, '10 h'],
  ])('%d ms are %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it('are in the time zone of the user', () => {
    const at = new Date(2026, 8, 7, 6, 5, 4).getTime();
    expect(timeOfDay(at)).toBe('06:05:04');
    expect(dateAndTime(at)).toBe('2026-09-07 06:05');
    expect(lastHeard(at, undefined)).toBe('06:05:04');
    expect(lastHeard(at, at + 86_400_000)).toBe('2026-09-07 06:05');
  });
});

describe('a key', () => {
  it.each([
    ['j', { name: 'j', ctrl: false, alt: false, shift: false, text: 'j', raw: 'j' }],
    ['J', { name: 'J', text: 'J', raw: 'J' }],
    ['space', { name: 'space', text: ' ', raw: ' ' }],
    ['enter', { name: 'enter', text: '', raw: '\r' }],
    ['esc', { name: 'esc', text: '', raw: '\x1b' }],
    ['tab', { name: 'tab', text: '', raw: '\t' }],
    ['up', { name: 'up', text: '', raw: '\x1b[A' }],
    ['down', { raw: '\x1b[B' }],
    ['right', { raw: '\x1b[C' }],
    ['left', { raw: '\x1b[D' }],
    ['pgup', { name: 'pageup', text: '', raw: '' }],
    ['pgdn', { name: 'pagedown' }],
    ['ctrl-d', { name: 'd', ctrl: true, alt: false, shift: false, text: '', raw: '' }],
    ['alt-x', { name: 'x', ctrl: false, alt: true, text: '', raw: '' }],
    ['shift-tab', { name: 'tab', shift: true, ctrl: false, text: '', raw: '' }],
  ])('is made from the name %s, and has that name', (name, fields) => {
    const key = keyNamed(name, 7);
    expect(key).toMatchObject({ kind: 'key', read: 7, ...fields });
    expect(key && keyName(key)).toBe(name);
  });

  it('that is clicked without a read comes after all of them, and several keys are none', () => {
    expect(keyNamed('j')?.read).toBe(Number.POSITIVE_INFINITY);
    expect(keyNamed('up/down')).toBeUndefined();
  });
});

describe('advice', () => {
  const keymapOf = (overrides = new Map<string, readonly string[]>()) => createKeymap(actions, overrides).keymap;
  const advice = createAdvice(actions, keymapOf());

  it.each([
    ['drover endpoint trust db1', 'press T (Trust host key) on db1'],
    ['run drover endpoint trust db1.', 'run press T (Trust host key) on db1.'],
    ['drover endpoint trust', 'press T (Trust host key)'],
    ['drover no such', 'drover no such'],
    ['nothing of a shell', 'nothing of a shell'],
  ])('for a shell, %j, is for the keys of the screen: %j', (text, said) => {
    expect(advice.onScreen(text)).toBe(said);
  });

  it('names the command prompt where an action has no key', () => {
    const keyless = keymapOf(new Map([['endpoint.trust', []]]));
    expect(createAdvice(actions, keyless).onScreen('drover endpoint trust a')).toBe(
      'press :endpoint.trust (Trust host key) on a',
    );
    const bare = keymapOf(
      new Map([
        ['endpoint.trust', []],
        ['view.palette', []],
      ]),
    );
    expect(createAdvice(actions, bare).onScreen('drover endpoint trust a')).toContain('press endpoint.trust');
  });

  it('knows the key that puts a trouble right', () => {
    const problem = { message: 'no', fix: 'see drover endpoint trust db1' } as const;
    expect(advice.actionFor({ code: 'host.unreachable', ...problem })?.id).toBe('endpoint.trust');
    expect(advice.keyFor({ code: 'host.unreachable', ...problem })).toBe('T');
    expect(advice.actionFor({ code: 'auth.needs-secret', ...problem })?.id).toBe('endpoint.connect');
    expect(advice.keyFor({ code: 'bug', message: 'no' })).toBeUndefined();
  });
});

describe('a deadline', () => {
  it('aborts with its sentence when the time is over', async () => {
    const clock = createTestClock();
    const signal = deadline(clock, 1_000, 'no answer', new AbortController().signal);
    await clock.pass(999);
    expect(signal.aborted).toBe(false);
    await clock.pass(1);
    expect(signal.reason).toMatchObject({ code: 'op.timeout', message: 'no answer' });
  });

  it('aborts at once with what it waits for, and leaves nothing to the clock', async () => {
    const clock = createTestClock();
    const controller = new AbortController();
    const left: string[] = [];
    const counted = {
      ...clock,
      after: (ms: number, call: () => void) => {
        const stop = clock.after(ms, call);
        return () => {
          left.push('stopped');
          stop();
        };
      },
    };
    const signal = deadline(counted, 1_000, 'no answer', controller.signal);
    controller.abort('given up');
    expect(signal.reason).toBe('given up');
    expect(left).toEqual(['stopped']);
  });
});

it('what is wrong is that of the run first, then that of the configuration with its next step', () => {
  const source = {
    run: { readOnly: false, demo: false, problems: ['the key ctrl-j is none'] },
    services: {
      problems: () => [
        { severity: 'error', message: 'no such word', fix: 'take it out', path: [] },
        { severity: 'warning', message: 'odd', path: [] },
      ],
    },
  } as unknown as Parameters<typeof problemCount>[0];
  expect(problemCount(source)).toBe(3);
  const [first, second, third] = problemSentences(source);
  expect(first).toEqual({ text: 'the key ctrl-j is none' });
  expect(second).toMatchObject({ text: expect.stringContaining('no such word'), fix: 'take it out' });
  expect(third).toEqual({ text: expect.stringContaining('odd') });
});

it('the tour is drawn when it comes and when it goes, and not when it is gone already', () => {
  let drawn = 0;
  const tour = createTour(() => drawn++);
  tour.hide();
  expect([tour.shown, drawn]).toEqual([false, 0]);
  tour.show();
  expect([tour.shown, drawn]).toEqual([true, 1]);
  tour.hide();
  expect([tour.shown, drawn]).toEqual([false, 2]);
});
