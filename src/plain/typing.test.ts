import { describe, expect, it } from 'vitest';
import { createInputParser } from '../terminal/input-parser.ts';
import { LONGEST_LINE } from '../terminal/typed-line.ts';
import { createTyping, type Typing } from './typing.ts';
import { createVoice } from './voice.ts';

function open() {
  let written = '';
  const typing: Typing = createTyping(
    createVoice((text) => {
      written += text;
    }),
  );
  const parser = createInputParser();
  return {
    typing,
    written: () => written,
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
