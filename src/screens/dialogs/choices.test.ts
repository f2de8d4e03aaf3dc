import { describe, expect, it } from 'vitest';
import { openDialogs, watched } from '../../../test/screens/light-dialogs.ts';
import type { LightOptions } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import type { Optional, PickOptions, Plan } from './dialogs.ts';

describe('a choice', () => {
  const of = (...labels: readonly string[]) => labels.map((label) => ({ label, value: label }));
  const ask = (given: Partial<PickOptions<string>> = {}, options: LightOptions = {}) => {
    const light = openDialogs(options);
    const choices = () => of('one', 'two', 'three', 'twelve', 'kilo');
    const answer = watched(light.stage.dialogs.pick({ title: 'Which?', choices, ...given }));
    return { ...light, answer };
  };

  it.each([
    [['enter'], 'one'],
    [['down', 'down', 'enter'], 'three'],
    [['j', 'j', 'k', 'enter'], 'two'],
    [['up', 'enter'], 'kilo'],
    [['up', 'down', 'enter'], 'one'],
    [['t', 'w', 'enter'], 'two'],
    [['t', 'w', 'e', 'enter'], 'twelve'],
    [['T', 'x', 'h', 'enter'], 'three'],
    [['o', 'k', 'enter'], 'one'],
    [['t', 'down', 'k', 'enter'], 'two'],
    [['ctrl-t', 'alt-t', 'enter'], 'one'],
    [['esc'], undefined],
  ])('is taken with %j: %s', async (keys, expected) => {
    const { press, answer, stage } = ask();
    press(...keys);
    expect(await answer()).toBe(expected);
    expect(stage.layers.top).toBeUndefined();
  });

  it('is drawn with its cursor, its lines and what is typed', () => {
    const { drawn, press, stage, fed } = ask({ lines: ['What kind?'] });
    press('down', 't', 'h');
    expect(drawn()).toMatchInlineSnapshot(`
      "      ╭─ Which? ─────────────────────────────────────────────────────────╮
            │ What kind?                                                       │
            │   one                                                            │
            │   two                                                            │
            │ ❯ three                                                          │
            │   twelve                                                         │
            │   kilo                                                           │
            ╰──────────────────────────────────────────────────────────────────╯"
    `);
    expect(stage.layers.top?.hints()).toContainEqual({ key: 'a-z', does: 'by name: th' });
    expect(fed).toEqual(['down']);
    press('up');
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'up/down', does: 'choose' },
      { key: 'a-z', does: 'by name' },
      { key: 'enter', does: 'take' },
      { key: 'esc', does: 'cancel' },
    ]);
  });

  it('says how many there are when not all have room, and the whole of one that is cut', () => {
    const choices = () => of('one', `two ${'x'.repeat(40)} end`, 'three', 'four', 'five', 'six');
    const { drawn, press } = ask({ choices }, { size: { columns: 40, rows: 10 } });
    press('down');
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Which? (2 of 6) ────────────────────╮
      │   one                                │
      │ ❯ two xxxxxxxxxxxxxxxxxxxxxxxxxxxxx… │
      │   three                              │
      │ two xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx │
      │ xxxxxxxx end                         │
      ╰──────────────────────────────────────╯"
    `);
  });

  it('is as wide as its widest label', () => {
    const { drawn } = ask({ choices: () => of('x'.repeat(70)) }, { size: { columns: 90, rows: 12 } });
    expect(drawn()).toMatchInlineSnapshot(`
      "       ╭─ Which? ─────────────────────────────────────────────────────────────────╮
             │ ❯ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx │
             ╰──────────────────────────────────────────────────────────────────────────╯"
    `);
  });

  it('takes only esc while it is not known what there is', async () => {
    const { drawn, press, answer } = ask({ choices: () => undefined });
    expect(drawn()).toContain('looking what there is…');
    press('down', 'a', 'enter');
    expect(await answer()).toBe('open');
    press('esc');
    expect(await answer()).toBeUndefined();
  });

  it('of nothing is nothing', async () => {
    const { press, answer } = ask({ choices: () => [] });
    press('down', 'enter');
    expect(await answer()).toBeUndefined();
  });
});

describe('a plan', () => {
  const many = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word}${at}`);
  const ask = (given: Partial<Plan & Optional> = {}, options: LightOptions = {}) => {
    const light = openDialogs(options);
    const plan: Plan = {
      title: 'Shut down',
      question: 'Shut down 2 VMs?',
      does: ['web1', 'web2'],
      leavesOut: [],
      ...given,
    };
    const answer = watched(light.stage.dialogs.plan(plan));
    return { ...light, answer };
  };
  const shown = (text: string) => painted(text).replace(/^\n+|\n+$/g, '');

  it('shows what is done, what it costs and what is left out', () => {
    const { drawnPainted } = ask({ leavesOut: ['db1: it is stopped'], details: ['Memory is lost.'] });
    expect(shown(drawnPainted())).toMatchInlineSnapshot(`
      "  {border|╭─ }{title|Shut down}{border| ──────────────────────────────────────────────────────────────╮}
        {border|│} {title|Shut down 2 VMs?}                                                         {border|│}
        {border|│} {danger|Memory is lost.}                                                          {border|│}
        {border|│} {good|✓} web1                                                                   {border|│}
        {border|│} {good|✓} web2                                                                   {border|│}
        {border|│} {header|left out: 1}                                                              {border|│}
        {border|│} {warning|not db1: it is stopped}                                                   {border|│}
        {border|│}                                                                          {border|│}
        {border|│} {key|y} yes   {key|n} no                                                             {border|│}
        {border|╰──────────────────────────────────────────────────────────────────────────╯}"
    `);
  });

  it('is scrolled when it is long, as every list', () => {
    const { drawn, press } = ask({ does: many('web', 20), leavesOut: ['db1'] }, { size: { columns: 40, rows: 12 } });
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Shut down ──────────────────────────╮
      │ Shut down 2 VMs?                     │
      │ ✓ web0                               │
      │ ✓ web1                               │
      │ ✓ web2                               │
      │ ✓ web3                               │
      │ ✓ web4                               │
      │ ✓ web5                               │
      │                                      │
      │ y yes   n no   0 above, 16 below     │
      ╰──────────────────────────────────────╯"
    `);
    const place = () => /(\d+) above, (\d+) below/.exec(drawn())?.[0];
    press('j');
    expect(place()).toBe('1 above, 15 below');
    press('k', 'pgdn');
    expect(place()).toBe('6 above, 10 below');
    press('G');
    expect(place()).toBe('16 above, 0 below');
    press('k');
    expect(place()).toBe('15 above, 1 below');
    press('g');
    expect(place()).toBe('0 above, 16 below');
  });

  it.each([
    ['y', 'yes'],
    ['Y', 'yes'],
    ['n', 'no'],
    ['N', 'no'],
    ['q', 'no'],
    ['esc', 'no'],
    ['o', 'open'],
    ['enter', 'open'],
  ])('is answered with %s: %s', async (key, expected) => {
    const { press, answer, drawn, stage } = ask();
    press(key);
    expect(await answer()).toBe('open');
    drawn();
    press(key);
    expect(await answer()).toBe(expected);
    expect(stage.layers.all).toHaveLength(expected === 'open' ? 1 : 0);
  });

  it('of many is answered by their number', async () => {
    const { press, answer, drawnPainted, drawn, stage } = ask({ typed: '12' });
    expect(drawn()).toContain('Type 12:');
    expect(drawn()).not.toContain('that is not');
    press('y', 'n', 'q', '1', 'enter');
    expect(await answer()).toBe('open');
    expect(shown(drawnPainted()).split('\n').at(-2)).toMatchInlineSnapshot(
      `"  {border|│} Type 12: {input|1}{cursor| }{input|  }{warning| that is not 12}                                             {border|│}"`,
    );
    press('3', 'backspace', '2', 'enter');
    expect(await answer()).toBe('yes');
    expect(stage.layers.top).toBeUndefined();
  });

  it('of many says its keys, and can be given up or become void', async () => {
    const { press, answer, stage, drawn } = ask({ typed: '12' });
    drawn();
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'enter', does: 'accept' },
      { key: 'esc', does: 'cancel' },
      { key: 'up/down', does: 'scroll' },
    ]);
    press('esc');
    expect(await answer()).toBe('no');
    const until = new AbortController();
    const other = ask({ until: until.signal });
    expect(other.stage.layers.top?.hints()).toEqual([
      { key: 'y', does: 'yes' },
      { key: 'n', does: 'no' },
      { key: 'up/down', does: 'scroll' },
    ]);
    until.abort();
    expect(await other.answer()).toBe('no');
  });

  it.each([{}, { typed: '12' }])('of what has options leads to them with o: %o', async (typed) => {
    const { press, answer, drawn, stage } = ask({ ...typed, hasOptions: true });
    expect(drawn()).toContain('o options');
    expect(stage.layers.top?.hints()).toContainEqual({ key: 'o', does: 'options' });
    press('o');
    expect(await answer()).toBe('options');
    expect(stage.layers.top).toBeUndefined();
  });

  it('is drawn again with each key that it takes', () => {
    const { press, stage, drawn } = ask();
    drawn();
    const { version } = stage;
    press('j');
    expect(stage.version).toBe(version + 1);
  });
});
