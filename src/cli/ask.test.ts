import { expect, it } from 'vitest';
import { commandContext } from '../../test/cli/command-context.ts';
import { askOnTerminal } from './ask.ts';

/** A user at a terminal who answers this, and what they were asked. */
function answering(answer: string | undefined) {
  const asked: (readonly [string, boolean | undefined])[] = [];
  const context = commandContext({
    interactive: true,
    ask: async (question, secret) => {
      asked.push([question, secret]);
      return answer;
    },
  });
  return { asked, said: context.said, ask: askOnTerminal(context) };
}
const KEY = { host: 'db1\x1b[2J', port: 22, type: 'ssh-ed25519\x07', fingerprint: 'SHA256:x\n', key: 'AAAA' };

it.each([
  ['y', true],
  ['yes', true],
  ['n', false],
  ['', false],
  [undefined, false],
])('a host key is shown, and trusted with %j: %s', async (answer, trusted) => {
  const { ask, said, asked } = answering(answer);
  expect(await ask.trust?.(KEY)).toBe(trusted);
  expect(said).toEqual([
    'db1 port 22 is not known yet. It shows this ssh-ed25519 key:',
    expect.stringMatching(/^ {2}SHA256:x *$/),
  ]);
  expect(asked).toEqual([['Is that the key of this host? [y/N] ', undefined]]);
});

it('a secret is asked for, and not echoed', async () => {
  const { ask, asked } = answering('pw');
  expect(await ask.secret?.('Password of db1\x1b[2J')).toBe('pw');
  expect(asked).toEqual([['Password of db1: ', true]]);
});

it('asks nothing where there is no terminal', () => {
  expect(askOnTerminal(commandContext({ interactive: false }))).toEqual({});
});
