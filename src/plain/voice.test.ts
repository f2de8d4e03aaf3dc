import { expect, it } from 'vitest';
import { createVoice } from './voice.ts';

const open = () => {
  const written: string[] = [];
  return { voice: createVoice((text) => written.push(text)), written };
};

it('keeps quiet while it is held, and says then what there was to say', () => {
  const { voice, written } = open();
  const release = voice.hold();
  voice.say('web1 is up');
  expect(written).toEqual([]);
  release();
  expect(written).toEqual(['web1 is up\n']);
});

it('keeps the newest of what comes in hours of silence, and says how much is left out', () => {
  const { voice, written } = open();
  const release = voice.hold();
  for (let line = 1; line <= 1_200; line++) voice.say(`line ${line}`);
  release();
  expect(written).toHaveLength(501);
  expect(written.slice(0, 2)).toEqual(['700 earlier lines are left out\n', 'line 701\n']);
  expect(written.at(-1)).toBe('line 1200\n');
});

it('says only what is for ears, a line each, and nothing of what is empty', () => {
  const { voice, written } = open();
  voice.say('\x1b[1mweb1\x1b[m   is    up ', '', '   ', 'two\nlines\x07');
  expect(written).toEqual(['web1 is up\n', 'two lines\n']);
});

it('echoes at once, held or not', () => {
  const { voice, written } = open();
  const release = voice.hold();
  voice.echo('Filter: ');
  release();
  voice.echo('w');
  expect(written).toEqual(['Filter: ', 'w']);
});

it('keeps quiet until the last who holds it has let go, and counts again what it leaves out', () => {
  const { voice, written } = open();
  const [first, second] = [voice.hold(), voice.hold()];
  for (let line = 1; line <= 500; line++) voice.say(`line ${line}`);
  first();
  expect(written).toEqual([]);
  second();
  expect([written.length, written[0]]).toEqual([500, 'line 1\n']);
  const third = voice.hold();
  for (let line = 1; line <= 501; line++) voice.say(`line ${line}`);
  third();
  expect(written[500]).toBe('1 earlier lines are left out\n');
  const fourth = voice.hold();
  voice.say('last');
  fourth();
  expect(written.slice(1001)).toEqual(['last\n']);
});
