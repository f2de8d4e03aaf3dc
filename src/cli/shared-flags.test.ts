import { describe, expect, it } from 'vitest';
import { mib } from '../units.ts';
import type { Flag } from './flags.ts';
import { sharedFlags, typedFor } from './shared-flags.ts';

const flag = (key: string, more: Partial<Flag> = {}): Flag =>
  ({ key, label: `The ${key}`, help: `What ${key} is.\nMore of it.`, kind: 'text', ...more }) as Flag;
const of = (id: string, unnamed: boolean, ...flags: readonly Flag[]) => ({ id, unnamed, flags });

describe('the flags of several platforms', () => {
  it('are one list, which says what not every platform has', () => {
    const flags = sharedFlags([
      of('kvm', false, flag('both'), flag('mine'), flag('sim')),
      of('aws', false, flag('both'), flag('other', { help: 'Another.' })),
      of('demo', true, flag('sim'), flag('only', { kind: 'count' })),
    ]);
    expect(flags).toEqual([
      { key: 'both', label: 'The both', help: 'What both is.', kind: 'text', examples: ['TEXT'] },
      { key: 'mine', label: 'The mine', help: 'What mine is. (kvm)', kind: 'text', examples: ['TEXT'] },
      { key: 'sim', label: 'The sim', help: 'What sim is. (kvm)', kind: 'text', examples: ['TEXT'] },
      { key: 'other', label: 'The other', help: 'Another. (aws)', kind: 'text', examples: ['TEXT'] },
      { key: 'only', label: 'The only', help: 'What only is.', kind: 'text', examples: ['COUNT'] },
    ]);
  });

  it('have the label where their sentences differ, and are what all of them are', () => {
    const size = { kind: 'bytes', examples: ['4GiB', '8GiB'] } as const;
    const flags = sharedFlags([
      of(
        'a',
        false,
        flag('x'),
        flag('s', size),
        flag('m', size),
        flag('f', { kind: 'flag' }),
        flag('g', { kind: 'flag' }),
      ),
      of('b', false, flag('x', { help: 'Else.' }), flag('s', size), flag('m'), flag('f', { kind: 'flag' }), flag('g')),
    ]);
    expect(flags.map(({ help, kind, examples }) => [help, kind, examples])).toEqual([
      ['The x.', 'text', ['TEXT']],
      ['What s is. With its unit, or in bytes.', 'text', ['4GiB']],
      ['What m is.', 'text', ['4GiB']],
      ['What f is.', 'flag', ['FLAG']],
      ['What g is.', 'text', ['FLAG']],
    ]);
  });
});

describe('what was typed for a field', () => {
  const memory = flag('memory', { kind: 'bytes', label: 'Memory', max: mib(512) });

  it('is a value of its kind', () => {
    expect(typedFor(memory, 'memory', '256MiB')).toBe(mib(256));
    expect(typedFor(flag('on', { kind: 'flag' }), 'on', true)).toBe(true);
    expect(typedFor(flag('name'), 'name', ' x ')).toBe('x');
  });

  it('is refused in the words of the field, under the name of the flag', () => {
    expect(() => typedFor(memory, 'max-memory', '1GiB')).toThrow(
      expect.objectContaining({ code: 'usage', message: '--max-memory: Memory must be at most 512MiB' }),
    );
  });
});
