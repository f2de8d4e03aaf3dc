import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import type { Account } from './account.ts';
import { loginError, mfaMissing, noLogin } from './login-error.ts';
import { REFUSED } from './refused.ts';
import { CLOUD } from './testkit/scripted-calls.ts';

const account = (profile?: string) => ({ endpoint: CLOUD, profile, login: { kind: 'instance' } }) as unknown as Account;
const said = (message: string, name = 'CredentialsProviderError') => Object.assign(new Error(message), { name });
const GIVE = ', or give the endpoint another profile or an access key: drover endpoint edit cloud';

describe('a login that fails', () => {
  it.each<[string, string | undefined, string, string]>([
    ['run aws sso login', 'p', 'auth.rejected', 'aws sso login --profile p'],
    ['The SSO session has expired', undefined, 'auth.rejected', 'aws sso login'],
    ['The SSO token is invalid', 'p', 'auth.rejected', 'aws sso login --profile p'],
    ['Token is expired', 'p', 'auth.rejected', 'aws sso login --profile p'],
    ['Please run AWS login', 'p', 'auth.rejected', 'aws login --profile p'],
    ['no metadata', 'p', 'auth.needs-secret', `aws configure --profile p${GIVE}`],
    ['no metadata', undefined, 'auth.needs-secret', `aws configure${GIVE}`],
  ])('with %j of profile %s says what to do', (message, profile, code, fix) => {
    for (const name of ['CredentialsProviderError', 'TokenProviderError']) {
      const error = loginError(said(message, name), account(profile));
      expect(error).toMatchObject({ code, message: `cloud: ${message}`, fix, cause: expect.any(Error) });
    }
  });

  it('for another reason is reported as that, with the role that was to be taken', () => {
    const service = (more: object) =>
      Object.assign(said('no', 'AccessDenied'), { $fault: 'client', $metadata: {}, ...more });
    expect(loginError(service({}), account())).toMatchObject({ code: 'auth.forbidden', message: 'cloud: no' });
    const role = { ...account(), login: { kind: 'role', role: { arn: 'arn:r' } } } as unknown as Account;
    expect(loginError(service({}), role)).toMatchObject({ message: 'arn:r: no' });
    const bug = new TypeError('bug');
    expect(loginError(bug, account())).toBe(bug);
    expect(loginError('text', account())).toBe('text');
  });

  it('says what is missing', () => {
    expect(noLogin(account('p'))).toMatchObject({
      code: 'auth.needs-secret',
      message: 'cloud: nothing gives it a login',
      fix: `aws configure --profile p${GIVE}`,
    });
    expect(mfaMissing('arn:m', account())).toMatchObject({
      code: 'auth.needs-secret',
      message: 'cloud: the code of arn:m is needed',
      fix: 'connect it where the code can be typed: drover endpoint test cloud',
    });
  });
});

it.each(['auth.forbidden', 'op.refused', 'op.unsupported'] as const)(
  'does without what is refused as %s',
  async (code) => {
    expect(await unlessRefused(Promise.reject(new FleetError(code, 'no')), REFUSED)).toBeUndefined();
  },
);

it('does not do without what could not be asked', async () => {
  expect(await unlessRefused(Promise.resolve(7), REFUSED)).toBe(7);
  await expect(unlessRefused(Promise.reject(new FleetError('host.unreachable', 'cut')), REFUSED)).rejects.toThrow(
    'cut',
  );
  await expect(unlessRefused(Promise.reject(new TypeError('bug')), REFUSED)).rejects.toThrow('bug');
});
