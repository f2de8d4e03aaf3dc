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
