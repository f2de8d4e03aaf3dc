import { describe, expect, it } from 'vitest';
import { commandContext } from '../../test/cli/command-context.ts';
import { FleetError } from '../errors.ts';
import type { Format } from './output.ts';
import { type Outcome, printFailure, printResults } from './results.ts';

async function printed(outcomes: readonly Outcome[], many: boolean, format: Format) {
  const text: string[] = [];
  const printer = { print: async (one: string) => void text.push(one), unread: false };
  const context = commandContext({ format, printer });
  await printResults(outcomes, many, context);
  return { said: context.said, text };
}

const done: Outcome = { name: 'web1', text: 'web1 is \x1b[1mrunning' };
const error = new FleetError('op.refused', 'web2: no', { fix: 'wait \x1b[2Ja little' });
const refused: Outcome = { name: 'web2', text: 'web2: no', error };

describe('what became of it', () => {
  it('is a sentence for people, with what to do, and nothing on stdout', async () => {
    expect(await printed([done, refused], true, 'table')).toEqual({
      said: ['web1 is running', 'web2: no', '  wait a little'],
      text: [],
    });
  });

  it.each<[readonly Outcome[], boolean, Format, string]>([
    [[done], false, 'jsoncompact', '{"result":"success"}'],
    [[done], true, 'jsoncompact', '[{"result":"success","name":"web1"}]'],
    [[refused], false, 'jsoncompact', '{"result":"failure","reason":"web2: no","code":"op.refused"}'],
    [
      [done, refused],
      true,
      'jsoncompact',
      '[{"result":"success","name":"web1"},{"result":"failure","reason":"web2: no","code":"op.refused","name":"web2"}]',
    ],
    [
      [{ ...done, kept: [{ path: '/a', why: 'unknown' }] }],
      false,
      'jsoncompact',
      '{"result":"success","kept":[{"path":"/a","why":"unknown"}]}',
    ],
    [[done], false, 'name', 'web1'],
    [[done, refused], true, 'name', 'web1\nweb2'],
    [[], true, 'jsoncompact', '[]'],
    [[], false, 'jsoncompact', '[]'],
  ])('is a result for programs: %j, several: %s, as %s', async (outcomes, many, format, text) => {
    expect((await printed(outcomes, many, format)).text).toEqual([text]);
  });
});

it.each<[Format, readonly string[]]>([
  ['table', []],
  ['name', []],
  ['csv', []],
  ['jsoncompact', ['{"result":"failure","reason":"web2: no","code":"op.refused"}']],
  ['json', [expect.stringContaining('"code": "op.refused"')]],
  ['yaml', ['result: failure\nreason: "web2: no"\ncode: op.refused']],
])(
  'an error before there were results is said, and is a result in %s only where that has keys',
  async (format, text) => {
    const out: string[] = [];
    const context = commandContext({ format, printer: { print: async (one) => void out.push(one), unread: false } });
    await printFailure(error, context);
    expect([context.said, out]).toEqual([['web2: no', '  wait a little'], text]);
  },
);

it('a bug is said too', async () => {
  const context = commandContext({});
  await printFailure(new TypeError('x is undefined'), context);
  expect(context.said).toEqual(['x is undefined']);
});
