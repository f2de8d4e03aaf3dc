import { describe, expect, it } from 'vitest';
import { createInputParser } from '../terminal/input-parser.ts';
import { LONGEST_LINE } from '../terminal/typed-line.ts';
import { createTyping, type Typing } from './typing.ts';
import { createVoice } from './voice.ts';

function open() {
  let written = '';
  const voice = createVoice((text) => {
    written += text;
  });
  const typing: Typing = createTyping(voice);
  const parser = createInputParser();
  return {
    typing,
    voice,
    written: () => written,
    /** Of each event of a read, whether it was for a question. */
    taken: (bytes: string) => parser.push(bytes).map(typing.take),
    /** One read of the keyboard. `D` opens a question, as a key of the keymap does. */
    read(bytes: string, ask: () => void = () => {}) {
      for (const event of parser.push(bytes))
        if (!typing.take(event) && event.kind === 'key' && event.name === 'D') ask();
    },
    turn: () => new Promise<void>((resolve) => void setImmediate(resolve)),
  };
}

describe('an answer that interrupts or destroys', () => {
  it('is not what came in the read that asked, nor what was on its way when the question was written', async () => {
    const { typing, read, turn } = open();
    const answers: (string | undefined)[] = [];
    read('Dy\r', () => void typing.ask('Force off web1?', { fresh: true }).then((answer) => answers.push(answer)));
    read('y\r');
    await turn();
    expect(answers).toEqual([]);
    read('no\r');
    await turn();
    expect(answers).toEqual(['no']);
  });

  it('is nothing that is read before this turn of the event loop ends', async () => {
    const { typing, read, turn } = open();
    const answer = typing.ask('Force off web1?', { fresh: true });
    for (let promises = 0; promises < 10; promises++) await Promise.resolve();
    read('y\r');
    await turn();
    read('no\r');
    expect(await answer).toBe('no');
  });

  it('is no part of a line that was typed ahead for several questions', async () => {
    const { typing, read, turn } = open();
    const answers: (string | undefined)[] = [];
    typing.reserve();
    read('y\ry\r');
    void typing.ask('Delete web1?', { fresh: true }).then((answer) => answers.push(answer));
    await turn();
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(answers).toEqual([]);
  });
});

describe('a question', () => {
  it('is written with a blank behind it, holds back what else is said, and is over with its line', async () => {
    const { typing, read, written, voice, turn } = open();
    const answer = typing.ask('Name\n?');
    voice.say('web1 is up');
    read('ab\r');
    expect(await answer).toBe('ab');
    expect(written()).toBe('Name ? ab\nweb1 is up\n');
    read('D', () => voice.say('asked'));
    await turn();
    expect(written()).toContain('asked');
  });

  it('is given up with Esc', async () => {
    const { typing, read } = open();
    const answer = typing.ask('Name?');
    read('ab\x1b[27u');
    expect(await answer).toBeUndefined();
  });

  it('of a secret shows nothing of it, also where it is refused', async () => {
    const { typing, read, written } = open();
    const answer = typing.ask('Password?', { secret: true });
    read(`hunter2\x1b[200~${'x'.repeat(20_000)}\x1b[201~\r`);
    expect(await answer).toBe('hunter2');
    expect(written()).toBe(`Password? \nat most ${LONGEST_LINE} characters have room; nothing was added\nPassword? \n`);
  });

  it('ends when it is of no interest any more, open or waiting, and the next one is asked', async () => {
    const { typing, read, written, turn } = open();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answers: string[] = [];
    const note = (name: string) => (answer: string | undefined) => answers.push(`${name} ${answer}`);
    void typing.ask('One?', { until: first.promise }).then(note('one'));
    void typing.ask('Two?', { until: second.promise }).then(note('two'));
    void typing.ask('Three?').then(note('three'));
    second.resolve();
    await turn();
    expect(answers).toEqual(['two undefined']);
    first.resolve();
    await turn();
    read('3\r');
    await turn();
    expect(answers).toEqual(['two undefined', 'one undefined', 'three 3']);
    expect(written()).toBe('One? \nThree? 3\n');
  });

  it('that comes by itself takes nothing before it may be an answer', async () => {
    const { typing, read, turn } = open();
    const after = Promise.withResolvers<void>();
    const answer = typing.ask('Trust it?', { after: () => after.promise });
    read('y\r');
    after.resolve();
    await turn();
    read('no\r');
    expect(await answer).toBe('no');
  });

  it('takes every key while it is open, and none when there is no question', () => {
    const { typing, taken } = open();
    expect(taken('a')).toEqual([false]);
    void typing.ask('Name?');
    expect(taken('a\x1b[A')).toEqual([true, true]);
    expect(taken('\r')).toEqual([true]);
    expect(taken('a')).toEqual([false]);
  });
});

describe('what is typed before a question that will come', () => {
  it('is for that question, up to a thousand events, and for the screen again when none comes', async () => {
    const { typing, read, taken } = open();
    const release = typing.reserve();
    const other = typing.reserve();
    expect(taken('ab')).toEqual([true, true]);
    release();
    expect(taken('c')).toEqual([true]);
    const answer = typing.ask('Name?');
    read('\r');
    expect(await answer).toBe('abc');
    expect(taken('d')).toEqual([true]);
    other();
    expect(taken('e')).toEqual([false]);
    const again = typing.reserve();
    read('x'.repeat(600));
    read('y'.repeat(600));
    const long = typing.ask('Name?');
    again();
    read('\r');
    expect(await long).toBe('x'.repeat(600) + 'y'.repeat(400));
  });
});

describe('a line', () => {
  it('that was typed ahead answers a question that does no harm', async () => {
    const { typing, read, turn } = open();
    const answers: (string | undefined)[] = [];
    read('Dweb1\r', () => void typing.ask('Filter:').then((answer) => answers.push(answer)));
    await turn();
    expect(answers).toEqual(['web1']);
  });

  it('of a megabyte is refused as a whole, and the question is still open', async () => {
    const { typing, read, written, turn } = open();
    const answers: (string | undefined)[] = [];
    void typing.ask('Filter:').then((answer) => answers.push(answer));
    read(`web\x1b[200~${'x'.repeat(1_000_000)}\x1b[201~1\x7f2\r`);
    await turn();
    expect(answers).toEqual(['web2']);
    expect(written()).toContain(`at most ${LONGEST_LINE} characters have room; nothing was added\nFilter: web`);
  });
});
