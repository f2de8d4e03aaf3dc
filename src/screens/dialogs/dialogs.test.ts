import { describe, expect, it } from 'vitest';
import { openDialogs, watched } from '../../../test/screens/light-dialogs.ts';
import type { LightOptions } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { createAsk } from './ask.ts';
import type { PromptOptions, Question } from './dialogs.ts';

describe('a question', () => {
  const ask = (given: Partial<Question> = {}, options: LightOptions = {}) => {
    const light = openDialogs(options);
    const answer = watched(light.stage.dialogs.confirm({ title: 'Quit', question: 'Quit anyway?', ...given }));
    return { ...light, answer };
  };

  it('shows what should be known, and of very much the first', () => {
    const { drawnPainted } = ask({ details: Array.from({ length: 12 }, (_, at) => `detail ${at}`) });
    expect(painted(drawnPainted()).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      "      {border|╭─ }{title|Quit}{border| ───────────────────────────────────────────────────────────╮}
            {border|│} {title|Quit anyway?}                                                     {border|│}
            {border|│} detail 0                                                         {border|│}
            {border|│} detail 1                                                         {border|│}
            {border|│} detail 2                                                         {border|│}
            {border|│} detail 3                                                         {border|│}
            {border|│} detail 4                                                         {border|│}
            {border|│} detail 5                                                         {border|│}
            {border|│} detail 6                                                         {border|│}
            {border|│} detail 7                                                         {border|│}
            {border|│} detail 8                                                         {border|│}
            {border|│} detail 9                                                         {border|│}
            {border|│} {dim|and 2 more}                                                       {border|│}
            {border|│}                                                                  {border|│}
            {border|│} {key|y} yes   {key|n} no                                                     {border|│}
            {border|╰──────────────────────────────────────────────────────────────────╯}"
    `);
  });

  it('keeps the blanks of what has room, and is wider for it', () => {
    const details = ['   <os>', `-    ${'<kernel>'.repeat(9)}`];
    const wide = ask({ details }, { size: { columns: 120, rows: 12 } }).drawn();
    for (const detail of details) expect(wide).toContain(`│ ${detail} `);
    expect(ask({ details }, { size: { columns: 60, rows: 12 } }).drawn()).toContain('│    <os> ');
  });

  it('is wrapped to the screen', () => {
    const { drawn } = ask({ details: ['one detail that is long'] }, { size: { columns: 24, rows: 12 } });
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Quit ───────────────╮
      │ Quit anyway?         │
      │ one detail that is   │
      │ long                 │
      │                      │
      │ y yes   n no         │
      ╰──────────────────────╯"
    `);
  });

  it.each([
    ['y', true],
    ['Y', true],
    ['n', false],
    ['N', false],
    ['esc', false],
    ['q', false],
    ['enter', 'open'],
    ['x', 'open'],
    ['ctrl-y', 'open'],
    ['alt-y', 'open'],
  ])('is answered with %s: %s', async (key, expected) => {
    const { press, answer, drawn, stage } = ask();
    drawn();
    press(key);
    expect(await answer()).toBe(expected);
    expect(stage.layers.all).toHaveLength(expected === 'open' ? 1 : 0);
  });

  it('takes no answer before it was seen, and one that comes by itself none at first', async () => {
    const unseen = ask();
    unseen.press('y');
    expect(await unseen.answer()).toBe('open');
    const { press, answer, drawn, clock } = ask({ unasked: true });
    drawn();
    press('y');
    await clock.pass(499);
    press('y');
    expect(await answer()).toBe('open');
    await clock.pass(1);
    press('y');
    expect(await answer()).toBe(true);
  });

  it('says its keys, and is no when it is void', async () => {
    const until = new AbortController();
    const { stage, answer } = ask({ until: until.signal });
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'y', does: 'yes' },
      { key: 'n', does: 'no' },
    ]);
    until.abort();
    expect(await answer()).toBe(false);
  });
});

describe('a prompt', () => {
  const ask = (given: Partial<PromptOptions> = {}) => {
    const light = openDialogs();
    const answer = watched(light.stage.dialogs.prompt({ title: 'Save', lines: ['Its name:'], ...given }));
    return { ...light, answer };
  };

  it('shows what is typed, and what is wrong with it only once something was', async () => {
    const { press, drawn, answer, drawnPainted, stage } = ask({
      complaint: (text) => (text.length < 3 ? 'too short' : undefined),
    });
    expect(drawn()).not.toContain('too short');
    const { version } = stage;
    press('enter');
    expect(stage.version).toBe(version + 1);
    expect(painted(drawnPainted())).toContain('{cursor| }');
    expect(painted(drawnPainted())).toContain('{warning|too short}');
    press('a', 'b');
    expect(drawn()).toContain('ab');
    press('enter');
    expect(await answer()).toBe('open');
    press('c', 'enter');
    expect(await answer()).toBe('abc');
  });

  it('begins with a text that is typed over', async () => {
    const { press, answer, drawn } = ask({ start: 'vms.csv' });
    expect(drawn()).toContain('vms.csv');
    press('x', 'enter');
    expect(await answer()).toBe('x');
  });

  it('shows a secret as stars, takes what is pasted, and can be given up', async () => {
    const { stage, answer, drawn, press } = ask({ secret: true });
    stage.layers.top?.paste?.('pässword');
    expect(drawn()).toContain('********');
    expect(drawn()).not.toContain('pässword');
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'enter', does: 'accept' },
      { key: 'esc', does: 'cancel' },
    ]);
    press('esc');
    expect(await answer()).toBeUndefined();
    expect(stage.layers.top).toBeUndefined();
  });

  it('is drawn again with each key', () => {
    const { stage, press } = ask();
    const { version } = stage;
    press('a');
    expect(stage.version).toBe(version + 1);
    press('f5');
    expect(stage.version).toBe(version + 1);
  });

  it('that comes by itself takes no key of what was being typed', async () => {
    const { press, clock, answer } = ask({ unasked: true });
    press('a', 'enter');
    expect(await answer()).toBe('open');
    await clock.pass(500);
    press('b', 'enter');
    expect(await answer()).toBe('b');
    const later = ask({ unasked: true });
    await later.clock.pass(60_000);
    const again = watched(later.stage.dialogs.prompt({ title: 'Again', lines: [], unasked: true }));
    later.press('x', 'enter');
    expect(await again()).toBe('open');
    await later.clock.pass(500);
    later.press('c', 'enter');
    expect(await again()).toBe('c');
    expect(await answer()).toBe('b');
  });
});

describe('what a connection asks', () => {
  it.each([
    [22, 'Trust db1?'],
    [2222, 'Trust db1 port 2222?'],
  ])('is whether a host key is trusted, at port %i', async (port, question) => {
    const { stage, drawn, press, clock } = openDialogs();
    const answer = watched(
      Promise.resolve(createAsk(stage).trust?.({ host: 'db1', port, type: 'ed25519', fingerprint: 'SHA256:abc' })),
    );
    for (const text of [question, 'Unknown host key', 'ed25519 SHA256:abc', 'ssh-keygen -lf'])
      expect(drawn()).toContain(text);
    press('y');
    expect(await answer()).toBe('open');
    await clock.pass(500);
    press('y');
    expect(await answer()).toBe(true);
  });

  it.each([
    ['Passphrase for ~/.ssh/id', '─ Passphrase ─'],
    ['Password of root', '─ Password ─'],
  ])('is a secret, and which: %s', async (question, title) => {
    const { stage, drawn, press, clock } = openDialogs();
    const answer = watched(Promise.resolve(createAsk(stage).secret?.(question)));
    press('x');
    await clock.pass(500);
    press('a');
    expect(drawn()).toContain(title);
    expect(drawn()).toContain(question);
    expect(drawn()).toMatch(/ \* /);
    press('enter');
    expect(await answer()).toBe('a');
  });
});
