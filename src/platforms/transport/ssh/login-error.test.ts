import { describe, expect, it } from 'vitest';
import type { Login } from './auth.ts';
import { loginError } from './login-error.ts';

const said = (error: { level?: string; code?: string | number; message?: string }, login: Partial<Login> = {}) =>
  loginError(Object.assign(new Error(error.message ?? 'ssh2 said so'), error), 'db1:22', {
    next: () => Promise.resolve(false),
    tried: [],
    passwordSent: false,
    endpointPasswordSent: false,
    locked: undefined,
    unusable: [],
    ...login,
  });

const REFUSED = { level: 'client-authentication' };

describe('a login that failed', () => {
  it('says what was tried', () => {
    expect(said(REFUSED, { tried: ['agent', '/k'] })).toMatchObject({
      code: 'auth.rejected',
      message: 'db1:22 refused the login (tried: agent, /k)',
      fix: 'check the user, and give a key or a password that the host accepts',
      retry: false,
    });
    expect(said(REFUSED).message).toBe('db1:22 refused the login (there was nothing to try)');
  });

  it('says what could not be used, and what could be done about it', () => {
    expect(said(REFUSED, { tried: ['agent'], unusable: ['/a is x', '/b is y'] })).toMatchObject({
      message: 'db1:22 refused the login (tried: agent; not usable by the built-in SSH: /a is x, /b is y)',
      fix: 'ssh-add it where the agent can hold it, or set `ssh: system` for this endpoint',
    });
  });

  it('says that a key has a passphrase, unless a password was sent as well', () => {
    expect(said(REFUSED, { locked: '/k' })).toMatchObject({
      code: 'auth.needs-secret',
      message: 'db1:22 wants a login, and the key /k has a passphrase',
      fix: 'ssh-add /k',
    });
    expect(said(REFUSED, { locked: '/k', passwordSent: true, tried: ['password'] }).code).toBe('auth.rejected');
    expect(said({}, { locked: '/k' }).code).toBe('host.unreachable');
  });

  it('says that the password of the endpoint was refused, and nothing of one that was typed or never answered', () => {
    const sent = { passwordSent: true, endpointPasswordSent: true, tried: ['password'] };
    expect(said(REFUSED, sent).refused).toBe('password');
    expect(said(REFUSED, { ...sent, endpointPasswordSent: false }).refused).toBeUndefined();
    expect(said({}, sent).refused).toBeUndefined();
  });

  it('takes a host that hangs up with a number for one that counts keys', () => {
    expect(said({ code: 2 }, { tried: ['agent'] })).toMatchObject({
      code: 'auth.rejected',
      fix: 'hosts count the keys that they refuse: name the right one as `key` of the endpoint',
    });
    expect(said({ code: 2 }).code).toBe('host.unreachable');
    expect(said({ code: 'ECONNRESET' }, { tried: ['agent'] }).code).toBe('host.unreachable');
  });

  it('takes every end after a password for a wrong one', () => {
    expect(said({ code: 'ECONNRESET' }, { passwordSent: true, tried: ['password'] })).toMatchObject({
      code: 'auth.rejected',
      retry: false,
    });
  });

  it.each([
    [{ level: 'handshake', message: 'no matching key exchange algorithm' }, 'host.protocol', /more algorithms/],
    [{ level: 'protocol', message: 'bad packet' }, 'host.protocol', undefined],
    [{ message: 'hung up' }, 'host.unreachable', undefined],
  ])('by %j is %s', (error, code, fix) => {
    const failed = said(error);
    expect(failed).toMatchObject({ code, message: expect.stringContaining('db1:22') });
    expect(failed.message).toContain(error.message);
    if (fix) expect(failed.fix).toMatch(fix);
    else expect(failed.fix).toBeUndefined();
  });
});
