import { describe, expect, it } from 'vitest';
import { gib } from '../units.ts';
import { type Flag, helpOf, leadingWords, parseFlags } from './flags.ts';

const globals: readonly Flag[] = [
  {
    key: 'output',
    short: 'o',
    label: 'Output',
    help: 'How results are printed.',
    kind: 'choice',
    options: ['json', 'table'],
  },
  { key: 'endpoint', short: 'C', label: 'Endpoint', help: 'Only there.', kind: 'text', repeatable: true },
  { key: 'yes', short: 'y', label: 'Yes', help: 'Asks nothing.', kind: 'flag' },
];
const edit: readonly Flag[] = [
  ...globals,
  { key: 'memory', label: 'Memory', help: 'Guest memory.\nMore.', kind: 'bytes', max: gib(64), examples: ['4GiB'] },
  { key: 'autostart', label: 'Autostart', help: 'Starts with its node.', kind: 'flag', default: true },
];

describe('reading a command line', () => {
  it('reads the fields of a form as flags, wherever they stand', () => {
    const parsed = parseFlags(['-o', 'json', 'vm', 'edit', '--memory', '4GiB', 'web1', '--no-autostart', '-y'], edit);
    expect(parsed.words).toEqual(['vm', 'edit', 'web1']);
    expect(parsed.values).toEqual({ output: 'json', memory: gib(4), autostart: false, yes: true });
  });

  it.each([
    [['-ojson'], { output: 'json' }],
    [['-o=json'], { output: 'json' }],
    [['--output=json', '-o', 'table'], { output: 'table' }],
    [['--autostart=no'], { autostart: false }],
    [['--yes', '--no-yes'], { yes: false }],
  ])('takes %j', (argv, values) => {
    expect(parseFlags(argv, edit).values).toEqual(values);
  });

  it('keeps all of a flag that may be given several times', () => {
    expect(parseFlags(['-C', 'a', '--endpoint=b'], edit).repeated).toEqual({ endpoint: ['a', 'b'] });
  });

  it('takes everything behind -- for words, and a single dash too', () => {
    expect(parseFlags(['-', '--', '--memory', '-y'], edit).words).toEqual(['-', '--memory', '-y']);
  });

  it.each([
    [['--memroy', '4G'], 'unknown flag "--memroy" (did you mean --memory?)'],
    [['--no-autostat'], 'unknown flag "--no-autostat" (did you mean --no-autostart?)'],
    [['-x'], 'unknown flag "-x"'],
    [['--no-memory'], 'unknown flag "--no-memory"'],
    [['--memory'], '--memory needs a value'],
    [['--memory', '--yes'], '--memory needs a value; write --memory=--yes if that is the value'],
    [['--memory', 'lots'], '--memory: Memory must be a size like 4GiB or 512M'],
    [['--memory=-5'], '--memory: Memory must be a size like 4GiB or 512M'],
    [['--memory', '65GiB'], '--memory: Memory must be at most 64GiB'],
    [['-o', 'jsno'], '-o: Output must be json or table (did you mean json?)'],
    [['--yes=perhaps'], '--yes: Yes must be yes or no'],
    [['--no-yes=no'], '--no-yes takes no value'],
    [['--\u001b[2J'], 'unknown flag "--\\u001b[2J"'],
  ])('is wrong use: %j', (argv, message) => {
    expect(() => parseFlags(argv, edit)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
    );
  });

  it('finds the words of a command among global flags, before its own flags are known', () => {
    expect(leadingWords(['-o', 'json', 'vm', 'edit', '--memory', '4GiB'], globals)).toEqual(['vm', 'edit']);
    expect(leadingWords(['vm', '--', 'x'], globals)).toEqual(['vm']);
  });
});

it('prints help in the words of the form', () => {
  expect(helpOf(edit)).toBe(
    [
      '  -o, --output json|table  How results are printed.',
      '  -C, --endpoint TEXT      Only there.',
      '  -y, --yes                Asks nothing.',
      '      --memory 4GiB        Guest memory.',
      '      --no-autostart       Starts with its node.',
    ].join('\n'),
  );
});
