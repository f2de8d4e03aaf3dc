import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { look, painted } from '../../../test/screens/painted.ts';
import { FleetError } from '../../errors.ts';
import { COLOUR_WORDS } from '../../state/theme/theme-file.ts';
import { width } from '../../terminal/width.ts';
import { bottomLines, bottomRows, showsKeys } from './bottom.ts';
import { frameLayout } from './frame-layout.ts';
import { type GlyphSet, glyphSet, glyphsOf, stateColour } from './glyphs.ts';
import { hintAt, keyBar } from './key-bar.ts';
import { createLayers, type Layer } from './layers.ts';
import { createMessageLine, type Message } from './message.ts';

describe('the frame', () => {
  it.each([
    [24, { header: true, body: { columns: 80, rows: 21, top: 1 }, bottom: 2 }],
    [14, { header: true, body: { columns: 80, rows: 11, top: 1 }, bottom: 2 }],
    [13, { header: false, body: { columns: 80, rows: 11, top: 0 }, bottom: 2 }],
    [10, { header: false, body: { columns: 80, rows: 8, top: 0 }, bottom: 2 }],
    [9, { header: false, body: { columns: 80, rows: 8, top: 0 }, bottom: 1 }],
  ])('folds its lines away on a screen of %i rows', (rows, layout) => {
    expect(frameLayout({ columns: 80, rows })).toEqual(layout);
  });
});

describe('the signs', () => {
  it.each(['unicode', 'ascii'] satisfies GlyphSet[])('of %s are one column wide each', (set) => {
    const { state, corners, gauge, spark, spinner, ...others } = glyphsOf(set);
    const all = [...Object.values(others), ...Object.values(state), ...corners, ...gauge, ...spark, ...spinner];
    expect(all.filter((sign) => width(sign) !== 1)).toEqual([]);
  });

  it('of ASCII are ASCII', () => {
    expect(JSON.stringify(glyphsOf('ascii'))).toMatch(/^[ -~]*$/);
    expect(glyphsOf('ascii').state).toMatchObject({ running: '*', stopped: 'o', error: 'x', up: '#' });
  });

  it.each([
    [{ LANG: 'de_DE.UTF-8', TERM: 'xterm' }, 'unicode'],
    [{ LANG: 'C', TERM: 'xterm' }, 'ascii'],
    [{ LANG: 'de_DE.UTF-8', TERM: 'linux' }, 'ascii'],
  ])('follow the terminal and the locale: %o', (env, set) => {
    expect(glyphSet(env)).toBe(set);
  });

  it.each([
    ['running', ['running', 'up']],
    ['paused', ['paused', 'suspended', 'maintenance']],
    ['stopped', ['stopped']],
    ['dim', ['unknown']],
    ['busy', ['starting', 'stopping', 'migrating']],
    ['danger', ['crashed', 'error', 'down']],
  ] as const)('are painted as %s for %j', (colour, states) => {
    expect(COLOUR_WORDS).toContain(colour);
    for (const state of states) expect(stateColour(state)).toBe(colour);
  });
});

describe('the key bar', () => {
  const hints = [
    { key: 's', does: 'start' },
    { key: 'S', does: 'stop', disabled: true },
    { key: '?', does: 'help', always: true },
    { key: 'q', does: 'quit', always: true },
  ];

  it.each([
    [80, ' {key|s} start  {dim|S stop}  {key|?} help  {key|q} quit '],
    [33, ' {key|s} start  {dim|S stop}  {key|?} help  {key|q} quit '],
    [32, ' {key|s} start {dim| … } {key|?} help  {key|q} quit '],
    [28, ' {key|s} start {dim| … } {key|?} help  {key|q} quit '],
    [27, '{dim| … } {key|?} help  {key|q} quit '],
    [18, ' {key|?} help  {key|q} quit '],
    [15, '{dim| … } {key|?} help '],
    [8, ' {key|?} help '],
    [7, '{dim| … }'],
    [2, ''],
  ])(
    'has room in %i columns for the keys that are always of use first, and says that there are more',
    (columns, bar) => {
      expect(painted(keyBar(hints, columns, look))).toBe(bar);
    },
  );

  it('knows which key is drawn where', () => {
    const at = (column: number) => hintAt(hints, 80, column)?.key;
    expect([0, 8, 9, 16, 17, 24, 25, 32, 33].map(at)).toEqual(['s', 's', 'S', 'S', '?', '?', 'q', 'q', undefined]);
    const narrow = (column: number) => hintAt(hints, 28, column)?.key;
    expect([0, 8, 9, 11, 12, 19, 20, 27, 28].map(narrow)).toEqual([
      's',
      's',
      ...Array(2),
      '?',
      '?',
      'q',
      'q',
      undefined,
    ]);
  });
});

describe('the bottom', () => {
  const layout = frameLayout({ columns: 30, rows: 24 });
  const hints = [{ key: 'q', does: 'quit' }];
  const message = (text: string, fix?: string): Message => ({ tone: 'danger', text, ...(fix && { fix }) });
  const long = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen';

  it.each([
    ['nothing', undefined, 2],
    ['a short one', message('short'), 2],
    ['one with its next step', message('short', 'do this'), 2],
    ['one that is longer than a line', message('x'.repeat(29)), 3],
    ['one with a next step that has no room beside it', message('x'.repeat(20), 'y'.repeat(7)), 3],
    ['one that just has room', message('x'.repeat(20), 'y'.repeat(6)), 2],
    ['a very long one', message(long), 4],
  ])('wants rows for a message: %s', (_what, told, rows) => {
    expect(bottomRows(told, layout)).toBe(rows);
  });

  it('takes no more than a quarter of a short screen for a message', () => {
    expect(bottomRows(message(long), frameLayout({ columns: 30, rows: 12 }))).toBe(3);
    expect(bottomRows(message(long), frameLayout({ columns: 30, rows: 10 }))).toBe(3);
    expect(bottomRows(message(long), frameLayout({ columns: 30, rows: 9 }))).toBe(1);
  });

  const shown = (told: Message | undefined, lines: number) =>
    bottomLines({ message: told, hints, otherwise: 'the header', lines }, 30, look).map(painted);

  it.each([
    ['no message', undefined, 2, ['the header', ' {key|q} quit ']],
    ['no message and one line', undefined, 1, [' {key|q} quit ']],
    ['one', message('broken', 'edit it'), 2, [' {danger|broken}  {dim|edit it}', ' {key|q} quit ']],
    ['one without a step', message('broken'), 2, [' {danger|broken}', ' {key|q} quit ']],
    ['one and one line', message('broken'), 1, [' {danger|broken}']],
    [
      'one with its step below',
      message('this is broken a lot', 'edit it please'),
      3,
      [' {danger|this is broken a lot}', ' {accent|edit it please}', ' {key|q} quit '],
    ],
    [
      'a step that goes on',
      message('this is broken a lot', 'edit it please, as soon as you can'),
      3,
      [' {danger|this is broken a lot}', ' {accent|edit it please, as soon as …}', ' {key|q} quit '],
    ],
    [
      'one that goes on',
      message(long),
      3,
      [' {danger|one two three four five six}', ' {danger|seven eight nine ten eleven…}', ' {key|q} quit '],
    ],
  ])('shows %s', (_what, told, lines, expected) => {
    expect(shown(told, lines)).toEqual(expected);
  });

  it.each([
    ['info', 'accent'],
    ['good', 'good'],
    ['warning', 'warning'],
    ['danger', 'danger'],
  ] as const)('paints a message of the tone %s', (tone, colour) => {
    expect(shown({ tone, text: 'said' }, 2)[0]).toBe(` {${colour}|said}`);
  });

  it('shows keys that can be clicked unless a message has their line', () => {
    const low = frameLayout({ columns: 30, rows: 9 });
    expect([layout, low].map((one) => showsKeys(message('said'), one))).toEqual([true, false]);
    expect([layout, low].map((one) => showsKeys(undefined, one))).toEqual([true, true]);
  });
});

describe('a message', () => {
  const open = () => {
    const clock = createTestClock();
    const drawn = { times: 0 };
    const line = createMessageLine(
      clock,
      () => drawn.times++,
      (advice) => `press ${advice}`,
    );
    return { clock, drawn, line };
  };

  it.each([
    ['info', 6],
    ['good', 6],
    ['warning', 10],
    ['danger', 30],
  ] as const)('of the tone %s stays for %i s', async (tone, seconds) => {
    const { clock, line, drawn } = open();
    line.say('said', tone);
    expect(line.current).toEqual({ text: 'said', tone });
    await clock.pass(seconds * 1_000 - 1);
    expect(line.current?.text).toBe('said');
    expect(drawn.times).toBe(1);
    await clock.pass(1);
    expect(line.current).toBeUndefined();
    expect(drawn.times).toBe(2);
  });

  it('has its whole time when another one stood there before it', async () => {
    const { clock, line } = open();
    line.say('first');
    await clock.pass(5_000);
    line.say('second');
    await clock.pass(5_000);
    expect(line.current).toEqual({ text: 'second', tone: 'info' });
  });

  it('gives way to a key once it could be read', async () => {
    const { clock, line } = open();
    line.say('said');
    await clock.pass(699);
    line.seen();
    expect(line.current?.text).toBe('said');
    await clock.pass(1);
    line.seen();
    expect(line.current).toBeUndefined();
  });

  it('tells of an error what to do about it, as it is done here', () => {
    const { line } = open();
    line.fail(new FleetError('op.failed', 'it failed', { fix: 'again' }));
    expect(line.current).toEqual({ tone: 'danger', text: 'it failed', fix: 'press again' });
    line.fail(new Error('a bug'));
    expect(line.current?.fix).toBeUndefined();
    line.trouble('no');
    expect(line.current).toEqual({ tone: 'danger', text: 'no' });
  });
});

it('layers lie over each other, and each change is drawn', () => {
  let drawn = 0;
  const layers = createLayers(() => drawn++);
  const [one, two] = [{} as Layer, {} as Layer];
  expect(layers.top).toBeUndefined();
  layers.open(one);
  layers.open(two);
  expect(layers.top).toBe(two);
  expect(layers.all).toEqual([one, two]);
  layers.close(one);
  expect(layers.all).toEqual([two]);
  layers.close(two);
  expect(layers.top).toBeUndefined();
  expect(drawn).toBe(4);
});
