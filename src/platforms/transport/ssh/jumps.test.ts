import { describe, expect, it } from 'vitest';
import type { FleetError } from '../../../errors.ts';
import { jumpsOf, normalJump } from './jumps.ts';
import { checkSshNames } from './names.ts';
import { expandHome, expandTokens, expandTokensAndVariables } from './tokens.ts';

const thrown = (work: () => unknown): FleetError => {
  try {
    work();
  } catch (error) {
    return error as FleetError;
  }
  throw new Error('it was taken');
};

describe('hosts to jump over', () => {
  it.each([
    ['none', 'none'],
    ['NONE', 'none'],
    ['a', 'a'],
    ['a,b@c:23', 'a,b@c:23'],
    ['a # a note', 'a'],
    ['ssh://x@far:23/', 'x@far:23'],
    ['ssh://a,ssh://b', 'ssh://a,b'],
    ['[fe80::1]', '[fe80::1]'],
    ['x@[fe80::1]:22', 'x@[fe80::1]:22'],
    ['a:1', 'a:1'],
    ['a:65535', 'a:65535'],
    ['ssh://us%41r@h', 'usAr@h'],
    ['us%41r@h', 'us%41r@h'],
    ['x@y@h', 'x@y@h'],
  ])('%j are written %j, as ssh -G does', (text, written) => expect(normalJump(text)).toBe(written));

  it.each(['', 'a:0', 'a:65536', 'a:', 'a b', '-a', 'a,', ',a', 'a:0,b', 'ssh://%zz@h', 'fe80::1', 'a/b'])(
    '%j are none',
    (text) => expect(normalJump(text)).toBeUndefined(),
  );

  it.each([
    [undefined, []],
    ['none', []],
    ['None', []],
    ['a', [{ host: 'a' }]],
    ['%r@hop-%h:7,b', [{ host: 'hop-db1', user: 'root', port: 7 }, { host: 'b' }]],
    ['[fe80::1]:7', [{ host: 'fe80::1', port: 7 }]],
  ])('%j', (value, jumps) => expect(jumpsOf(value, { h: 'db1', r: 'root' })).toEqual(jumps));

  it.each([
    ['a:0', 'SSH configuration: not a host to jump over: a:0', undefined],
    ['%z', 'SSH configuration: %z in %z is not known', undefined],
    ['%z@a', 'SSH configuration: %z in %z is not known', undefined],
    ['a;b', `"a;b" can't be a host name for SSH`, 'OpenSSH refuses quotes'],
    ['a;b@c', `"a;b" can't be a user name for SSH`, 'OpenSSH refuses quotes'],
    ['a*', 'SSH configuration: ProxyJump a* has signs of a shell in a name', 'a Host of its own in ~/.ssh/config'],
    ['~a@b', 'SSH configuration: ProxyJump ~a@b has signs of a shell in a name', 'with HostName and User'],
  ])('%j are refused', (value, message, fix) => {
    const error = thrown(() => jumpsOf(value, {}));
    expect(error).toMatchObject({ code: 'config.invalid', message });
    if (fix !== undefined) expect(error.fix).toContain(fix);
  });
});

it('repeats a name that SSH refuses up to 80 letters', () => {
  const error = thrown(() => checkSshNames({ host: ';'.repeat(90) }));
  expect(error.message).toBe(`"${';'.repeat(80)}" can't be a host name for SSH`);
  expect(error.fix).toMatch(/^OpenSSH refuses quotes, .* and a minus at the beginning in a host name$/);
});

describe('tokens', () => {
  const tokens = { h: 'db1', p: '22' };
  const environment = { A: 'a%h', EMPTY: '' };

  it.each([
    ['%h:%p', 'db1:22'],
    ['100%%', '100%'],
    ['%%h', '%h'],
    ['plain', 'plain'],
  ])('%j stand for %j', (text, expanded) => expect(expandTokens(text, tokens)).toBe(expanded));

  it.each([
    ['a%zb', 'SSH configuration: %z in a%zb is not known'],
    ['a%', 'SSH configuration: % in a% is not known'],
  ])('%j is refused', (text, message) =>
    expect(thrown(() => expandTokens(text, tokens))).toMatchObject({ code: 'config.invalid', message }),
  );

  it.each([
    ['$' + '{A}/%h', 'a%h/db1'],
    ['x$' + '{EMPTY}y', 'xy'],
    ['%%$', '%$'],
  ])('and variables in %j stand for %j', (text, expanded) =>
    expect(expandTokensAndVariables(text, tokens, environment)).toBe(expanded),
  );

  it.each(['$' + '{B}', '$' + '{A'])('are refused with the variable %j', (text) =>
    expect(thrown(() => expandTokensAndVariables(text, tokens, environment))).toMatchObject({
      code: 'config.invalid',
      message: `SSH configuration: the variable in ${text} is not set`,
    }),
  );

  it.each([
    ['/x/~', '/home/me', '/x/~'],
    ['~', '/home/me', '/home/me'],
    ['~/x', '/home/me', '/home/me/x'],
    ['~me/x', '/home/me', '/home/me/x'],
    ['~/x', '/', '/x'],
  ])('%j at home in %j is %j', (path, home, whole) => expect(expandHome(path, home, 'me')).toBe(whole));

  it('never look up the home of another user', () => {
    expect(thrown(() => expandHome('~you/x', '/home/me', 'me'))).toMatchObject({
      code: 'config.invalid',
      message: 'SSH configuration: ~you/x is in the home of another user',
      fix: 'write the whole path',
    });
  });
});
