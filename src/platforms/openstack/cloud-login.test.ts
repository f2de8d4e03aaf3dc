import { describe, expect, it } from 'vitest';
import type { Settings } from '../contract.ts';
import { identityBody, nameOf } from './identity.ts';
import { AUTH, cloud, own } from './testkit/clouds-yaml.ts';

describe('the login of a cloud', () => {
  const identity = async (auth: string, beside = '') =>
    (await cloud(`auth: {auth_url: https://k, ${auth}}${beside === '' ? '' : `, ${beside}`}`)).identity;
  const scope = async (auth: string, beside = '') =>
    (await cloud(`auth: {auth_url: https://k, username: u, ${auth}}${beside === '' ? '' : `, ${beside}`}`)).scope;
  const domain = (name: string) => ({ domain: { name } });

  it.each([
    ['username: u, password: p', '', { user: { name: 'u', ...domain('Default') }, password: 'p' }],
    ['user_name: u', '', { user: { name: 'u', ...domain('Default') }, password: undefined, passcode: undefined }],
    ['user-name: u, passcode: 123', '', { user: { name: 'u' }, passcode: '123' }],
    ['user_id: 5, username: u', '', { user: { id: '5' } }],
    ['user-id: 5', '', { user: { id: '5' } }],
    ['username: u, user_domain_id: d, user_domain_name: e', '', { user: { domain: { id: 'd' } } }],
    ['username: u, user-domain-name: e', '', { user: domain('e') }],
    ['username: u', 'user_domain_name: e', { user: domain('e') }],
    ['username: u, domain_name: d', '', { user: domain('Default') }],
    ['username: u, domain_name: d, project_name: x', '', { user: domain('d') }],
    ['username: u, domain-id: d, project_id: x', '', { user: { domain: { id: 'd' } } }],
    ['username: u, default_domain_name: f', '', { user: domain('f') }],
    ['username: u, default-domain-id: f', '', { user: { domain: { id: 'f' } } }],
    ['username: u, default_domain_name: f', 'auth_type: v3password', { user: domain('Default') }],
    ['username: u, domain_name: d, project_name: x, default_domain_name: f', '', { user: domain('d') }],
    ['username: u', 'username: v', { user: { name: 'u' } }],
    ['password: p', 'username: v', { user: { name: 'v' }, password: 'p' }],
    ['username: "", user_name: w', 'username: v', { user: { name: 'v' } }],
    ['username: u, token: t, password: p', '', { kind: 'password' }],
    ['token: t', '', { kind: 'token', token: 't' }],
    ['auth-token: t', '', { kind: 'token', token: 't' }],
    ['auth_token: s, token: t', '', { kind: 'token', token: 't' }],
    ['token: t', 'token: s', { kind: 'token', token: 's' }],
    ['token: t', 'auth_type: v3token', { kind: 'token', token: 't' }],
    ['token: t, username: u', 'auth_type: v3password', { kind: 'password' }],
    ['username: u', 'auth_type: v3multifactor', { kind: 'password' }],
    ['username: u', 'auth_type: v3totp', { kind: 'password' }],
    ['token: t, password: p', 'auth_type: token', { kind: 'token' }],
    [
      'application_credential_id: i, application_credential_secret: s',
      '',
      { kind: 'application credential', credential: { id: 'i' }, secret: 's' },
    ],
    [
      'application-credential-name: n, application-credential-secret: s, username: u',
      'auth_type: v3applicationcredential',
      { credential: { name: 'n', user: { name: 'u', ...domain('Default') } }, secret: 's' },
    ],
  ])('%s, with %s beside it, is %j', async (auth, beside, wanted) => {
    expect(await identity(auth, beside)).toMatchObject(wanted);
  });

  it.each([
    ['project_name: x', '', { name: 'x', ...domain('Default') }],
    ['project-name: x, project_domain_id: d', '', { name: 'x', domain: { id: 'd' } }],
    ['tenant_name: x, project-domain-name: d', '', { name: 'x', ...domain('d') }],
    ['tenant-name: w, project_name: x', '', { name: 'x' }],
    ['project_name: x, user_domain_name: d', '', { name: 'x', ...domain('d') }],
    ['project_name: x, domain_name: d', '', { name: 'x', ...domain('d') }],
    ['project_name: x, default_domain_id: d', '', { name: 'x', domain: { id: 'd' } }],
    ['project_id: 5, project_name: x', '', { id: '5' }],
    ['tenant_id: 4, tenant-id: 5', '', { id: '5' }],
    ['project-id: 5', '', { id: '5' }],
    ['project_name: x', 'project_name: y', { name: 'y' }],
  ])('with %s and %s beside it is for the project %j', async (auth, beside, project) => {
    expect(await scope(auth, beside)).toMatchObject({ project });
  });

  it('without a project is for none', async () => expect(await scope('domain_name: d')).toBeUndefined());

  it.each([
    ['password: p', '', 'the user is missing', 'give it as `username`'],
    ['username: u', 'auth_type: token', 'the token is missing', 'give it as `token`'],
    [
      'username: u',
      'auth_type: v3applicationcredential',
      'the secret of the application credential is missing',
      'give it as `application-credential-secret`',
    ],
    [
      'application_credential_secret: s',
      '',
      'the id of the application credential is missing',
      'give it as `application-credential-id`',
    ],
    [
      'application_credential_secret: s, application_credential_name: n',
      '',
      'the user of the application credential is missing',
      'give it as `username`',
    ],
  ])('with %s and %s says that %s', async (auth, beside, why, fix) => {
    await expect(identity(auth, beside)).rejects.toMatchObject({
      code: 'config.invalid',
      message: `c in /work/clouds.yaml: ${why}`,
      fix,
    });
  });

  it('of a kind that is not known says what to use instead', async () => {
    await expect(identity('username: u', 'auth_type: v3oidc')).rejects.toMatchObject({
      code: 'op.unsupported',
      message: 'c in /work/clouds.yaml: a login of the kind v3oidc is not known here',
      fix: expect.stringContaining('openstack application credential create drover'),
    });
  });

  it('is replaced as a whole by a login of the endpoint, and mixed with what else it says', async () => {
    const inside = `auth_type: v3applicationcredential, auth: {auth_url: https://k, application_credential_id: i, application_credential_secret: s, application_credential_name: n, passcode: 5, username: u, project_id: 7}`;
    expect((await cloud(inside, { password: 'mine' })).identity).toEqual({
      kind: 'password',
      user: { name: 'u', domain: { name: 'Default' } },
      password: 'mine',
      passcode: undefined,
    });
    expect((await cloud(inside, { token: 'mine' })).identity).toEqual({ kind: 'token', token: 'mine' });
    const credential = { 'application-credential-secret': 'mine', 'application-credential-name': 'other' };
    expect(await cloud(inside, credential)).toMatchObject({
      identity: { credential: { name: 'other', user: { name: 'u' } }, secret: 'mine' },
      scope: { project: { id: '7' } },
    });
    expect((await cloud(inside)).identity).toMatchObject({ credential: { id: 'i' }, secret: 's' });
    expect((await cloud(inside, { project: 'shop', 'project-domain': 'corp' })).scope).toEqual({
      project: { name: 'shop', domain: { name: 'corp' } },
    });
    const domains = `auth: {${AUTH}, user_domain_id: a, project_domain_id: b, project_name: x}`;
    expect(await cloud(domains, { 'user-domain': 'c', 'project-domain': 'd' })).toMatchObject({
      identity: { user: { domain: { name: 'c' } } },
      scope: { project: { domain: { name: 'd' } } },
    });
    expect((await cloud(`auth: {${AUTH}, project_name: x}`, { 'project-id': '12' })).scope).toEqual({
      project: { id: '12' },
    });
  });

  it.each<[Settings, object, string]>([
    [
      { username: 'u', password: 'p', 'user-domain': 'd' },
      { methods: ['password'], password: { user: { name: 'u', domain: { name: 'd' }, password: 'p' } } },
      'u',
    ],
    [{ token: 't' }, { methods: ['token'], token: { id: 't' } }, 'the token'],
    [
      { 'application-credential-id': 'i', 'application-credential-secret': 's' },
      { methods: ['application_credential'], application_credential: { id: 'i', secret: 's' } },
      'the application credential i',
    ],
    [
      { 'application-credential-name': 'n', 'application-credential-secret': 's', username: 'u' },
      {
        methods: ['application_credential'],
        application_credential: { name: 'n', user: { name: 'u', domain: { name: 'Default' } }, secret: 's' },
      },
      'the application credential n',
    ],
  ])('of %j is told Keystone as %j', async (values, body, said) => {
    const { identity: known } = await own(values);
    expect(identityBody(known, known.kind === 'password' ? known.password : undefined)).toEqual(body);
    expect(nameOf(known)).toBe(said);
  });

  it('with a one-time code at hand shows both factors, or the code alone', async () => {
    const known = await identity('user_id: 5, passcode: 123');
    const totp = { user: { id: '5', passcode: '123' } };
    expect(identityBody(known, undefined)).toEqual({ methods: ['totp'], totp });
    expect(identityBody(known, 'p')).toEqual({
      methods: ['password', 'totp'],
      password: { user: { id: '5', password: 'p' } },
      totp,
    });
    expect(nameOf(known)).toBe('5');
  });
});
