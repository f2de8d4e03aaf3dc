/** Who logs in, and for which project, as Keystone wants to be told (API reference of Identity v3, POST /v3/auth/tokens). */
import { FleetError } from '../../errors.ts';
import { type Row, textOf } from '../lib/json.ts';

type Domain = { readonly id: string } | { readonly name: string };

export type User = { readonly id: string } | { readonly name: string; readonly domain: Domain };

export type Identity =
  | {
      readonly kind: 'password';
      readonly user: User;
      /** Undefined: the user must be asked. */
      readonly password: string | undefined;
      /** A one-time code that is at hand already. */
      readonly passcode: string | undefined;
    }
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'application credential';
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: User };
      readonly secret: string;
    };

/** What the token is to be good for. */
export type Scope = { readonly project: { readonly id: string } | { readonly name: string; readonly domain: Domain } };

const KINDS: ReadonlyMap<string, Identity['kind']> = new Map([
  ['password', 'password'],
  ['v3password', 'password'],
  ['v3multifactor', 'password'],
  ['v3totp', 'password'],
  ['token', 'token'],
  ['v3token', 'token'],
  ['v3applicationcredential', 'application credential'],
]);

/** `auth`: keys of clouds.yaml. `said` names where they come from. Throws config.invalid when something is missing. */
export function identityOf(auth: Row, authType: string | undefined, said: string): Identity {
  const kind = authType === undefined || authType === 'password' ? kindOf(auth) : KINDS.get(authType);
  const missing = (what: string, field: string) =>
    new FleetError('config.invalid', `${said}: ${what} is missing`, { fix: `give it as \`${field}\`` });
  const user = userOf(auth);
  if (kind === 'application credential') {
    const secret = textOf(auth, 'application_credential_secret');
    const [id, name] = [textOf(auth, 'application_credential_id'), textOf(auth, 'application_credential_name')];
    if (secret === undefined) {
      throw missing('the secret of the application credential', 'application-credential-secret');
    }
    if (id !== undefined) return { kind, credential: { id }, secret };
    if (name === undefined) throw missing('the id of the application credential', 'application-credential-id');
    if (user === undefined) throw missing('the user of the application credential', 'username');
    return { kind, credential: { name, user }, secret };
  }
  if (kind === 'token') {
    const token = textOf(auth, 'token');
    if (token === undefined) throw missing('the token', 'token');
    return { kind, token };
  }
  if (kind === undefined) {
    throw new FleetError('op.unsupported', `${said}: a login of the kind ${authType} is not known here`, {
      fix: 'make an application credential (openstack application credential create drover) and use that',
    });
  }
  if (user === undefined) throw missing('the user', 'username');
  return { kind, user, password: textOf(auth, 'password'), passcode: textOf(auth, 'passcode') };
}

function kindOf(auth: Row): Identity['kind'] {
  if (textOf(auth, 'application_credential_secret') !== undefined) return 'application credential';
  if (textOf(auth, 'token') !== undefined && textOf(auth, 'password') === undefined) return 'token';
  return 'password';
}

function domainOf(auth: Row, whose: 'user' | 'project'): Domain | undefined {
  const id = textOf(auth, `${whose}_domain_id`);
  const name = textOf(auth, `${whose}_domain_name`);
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name };
}

const DEFAULT: Domain = { name: 'Default' };

function userOf(auth: Row): User | undefined {
  const [id, name] = [textOf(auth, 'user_id'), textOf(auth, 'username')];
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name, domain: domainOf(auth, 'user') ?? DEFAULT };
}

export function scopeOf(auth: Row): Scope | undefined {
  const [id, name] = [textOf(auth, 'project_id'), textOf(auth, 'project_name')];
  if (id !== undefined) return { project: { id } };
  if (name === undefined) return undefined;
  return { project: { name, domain: domainOf(auth, 'project') ?? domainOf(auth, 'user') ?? DEFAULT } };
}

/** For sentences: `anna`, `the application credential 9f…`. */
export function nameOf(identity: Identity): string {
  if (identity.kind === 'token') return 'the token';
  if (identity.kind === 'password') return 'id' in identity.user ? identity.user.id : identity.user.name;
  const { credential } = identity;
  return `the application credential ${'id' in credential ? credential.id : credential.name}`;
}

/** What Keystone calls `identity`: who it is, and how they show it. */
export function identityBody(identity: Identity, password: string | undefined): Row {
  if (identity.kind === 'token') return { methods: ['token'], token: { id: identity.token } };
  if (identity.kind === 'application credential') {
    const { credential, secret } = identity;
    return { methods: ['application_credential'], application_credential: { ...credential, secret } };
  }
  const { user, passcode } = identity;
  if (passcode === undefined) return { methods: ['password'], password: { user: { ...user, password } } };
  if (password === undefined) return passcodeBody(user, passcode);
  return {
    methods: ['password', 'totp'],
    password: { user: { ...user, password } },
    totp: { user: { ...user, passcode } },
  };
}

export const passcodeBody = (user: User, passcode: string): Row => ({
  methods: ['totp'],
  totp: { user: { ...user, passcode } },
});
