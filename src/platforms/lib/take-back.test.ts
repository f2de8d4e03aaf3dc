import { expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { type Made, shellWord, takeBack } from './take-back.ts';

const steps = (stuck: readonly string[] = []) => {
  const undone: string[] = [];
  const made = ['a', 'b', 'c'].map(
    (name): Made => ({
      what: `the volume ${name}`,
      command: `rm ${name}`,
      async undo() {
        if (stuck.includes(name)) throw new Error('busy');
        undone.push(name);
      },
    }),
  );
  return { made, undone };
};
const full = new FleetError('op.failed', 'disk full');

it('takes all back, the last one first, and throws what had failed', async () => {
  const { made, undone } = steps();
  expect(await takeBack(full, made)).toBe(full);
  expect(undone).toEqual(['c', 'b', 'a']);
});

it('leaves what is needed by what could not be taken back, and names both', async () => {
  const { made, undone } = steps(['b']);
  expect(await takeBack(full, made)).toMatchObject({
    code: 'op.failed',
    message: 'disk full; it could not be taken back (busy): the volume b, the volume a',
    fix: 'what removes it: rm b; rm a',
    cause: full,
  });
  expect(undone).toEqual(['c']);
});

it('takes nothing back over a link that is gone, and names what was asked for last too', async () => {
  const { made, undone } = steps();
  const lost = new FleetError('outcome.unknown', 'no answer', { fix: 'look at it' });
  const asked = { what: 'the VM d', command: 'rm d', undo: async () => undefined };
  expect(await takeBack(lost, made.slice(0, 1), { asked })).toMatchObject({
    code: 'outcome.unknown',
    message: 'no answer; what may be there: the VM d, the volume a',
    fix: 'look at it; what removes it: rm d; rm a',
  });
  expect(undone).toEqual([]);
});

it.each([
  ['web1_0.qcow2', 'web1_0.qcow2'],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('the word %j is %s for a shell', (text, word) => expect(shellWord(text)).toBe(word));
