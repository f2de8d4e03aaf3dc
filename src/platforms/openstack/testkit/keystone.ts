/** Keystone, pretended: who is who, and tokens that end. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../../clock.ts';
import { isRow, type Row } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { Refusal, unauthorized } from './refusal.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  /** A second factor that Keystone asks for. */
  readonly passcode?: string;
}

export const ACCOUNTS = {
  admin: { username: 'cloudadmin', password: 'adm-s3cret', roles: ['admin', 'member', 'reader'] },
  member: { username: 'drover', password: 'mem-s3cret', roles: ['member', 'reader'] },
  reader: { username: 'looker', password: 'read-s3cret', roles: ['reader'] },
  careful: { username: 'careful', password: 'two-s3cret', roles: ['member', 'reader'], passcode: '123456' },
} as const satisfies Record<string, Account>;

export const PROJECT = { id: '6f70656e737461636b20342065766572', name: 'demo' } as const;
export const CREDENTIAL = { id: '423f19a4ac1e4f48bbb4180756e6eb6c', name: 'monitoring', secret: 'app-s3cret' } as const;

export interface Session {
  readonly account: Account;
  readonly admin: boolean;
}

export interface Keystone {
  tokenLifeMs: number;
  readonly regions: string[];
  /** Of the services beside Keystone and Nova: their type -> where they are. */
  readonly others: Map<string, string>;
  /** Logins that were accepted. */
  readonly logins: number;
  /** Every token that was given out is good for nothing any more. */
  revoke(): void;
  /** `POST /v3/auth/tokens`. */
  issue(
    body: unknown,
    headers: IncomingHttpHeaders,
    origin: string,
  ): { readonly token: string; readonly body: unknown };
  session(headers: IncomingHttpHeaders): Session;
}

export function createKeystone(clock: Clock): Keystone {
  const tokens = new Map<string, Session & { readonly until: number }>();
  const receipts = new Map<string, Account>();
  let logins = 0;

  function recognised(auth: Row, headers: IncomingHttpHeaders): { account: Account; methods: readonly string[] } {
    const identity = rowIn(auth, 'identity');
    const methods = Array.isArray(identity['methods']) ? identity['methods'].map(String) : [];
    only(identity, ['methods', ...methods], 'identity');
    if (methods.includes('application_credential')) {
      const given = rowIn(identity, 'application_credential');
      if (auth['scope'] !== undefined) {
        throw bad('Application credentials cannot request a scope.');
      }
      const { user } = given;
      const known = given['id'] === CREDENTIAL.id || (given['name'] === CREDENTIAL.name && isRow(user));
      if (!known || given['secret'] !== CREDENTIAL.secret) throw unauthorized();
      return { account: ACCOUNTS.member, methods };
    }
    if (methods.includes('token')) {
      const session = tokens.get(String(rowIn(identity, 'token')['id']));
      if (!session || session.until < clock.now()) throw unauthorized();
      return { account: session.account, methods };
    }
    const receipt = headers['openstack-auth-receipt'];
    const shown = typeof receipt === 'string' ? receipts.get(receipt) : undefined;
    const account = shown ?? byPassword(rowIn(rowIn(identity, 'password'), 'user'));
    if (account?.passcode === undefined) return { account, methods };
    const totp = rowIn(rowIn(identity, 'totp'), 'user');
    if (totp['passcode'] === account.passcode) return { account, methods };
    if (methods.includes('totp')) throw unauthorized();
    const made = randomUUID();
    receipts.set(made, account);
    throw unauthorized({ 'openstack-auth-receipt': made });
  }

  function byPassword(user: Row): Account {
    only(user, ['name', 'id', 'domain', 'password'], 'user');
    const domain = rowIn(user, 'domain');
    const account = Object.values(ACCOUNTS).find(({ username }) => username === user['name']);
    if (!account || account.password !== user['password']) throw unauthorized();
    if (domain['name'] !== 'Default' && domain['id'] !== 'default') throw unauthorized();
    return account;
  }

  const keystone: Keystone = {
    tokenLifeMs: 3_600_000,
    regions: ['RegionOne'],
    others: new Map([
      ['image', '/image'],
      ['network', '/network'],
      ['volumev3', `/volume/v3/${PROJECT.id}`],
      ['dns', '/dns'],
      ['metric', '/metric'],
      ['object-store', `/object/v1/AUTH_${PROJECT.id}`],
    ]),
    get logins() {
      return logins;
    },
    revoke: () => tokens.clear(),
    issue(body, headers, origin) {
      const auth = isRow(body) ? rowIn(body, 'auth') : {};
      only(auth, ['identity', 'scope'], 'auth');
      const { account, methods } = recognised(auth, headers);
      const scoped = isScoped(auth) || methods.includes('application_credential');
      const now = clock.now();
      const token = `gAAAAAB${randomBytes(60).toString('base64url')}`;
      tokens.set(token, {
        account,
        admin: account.roles.includes('admin'),
        until: now + keystone.tokenLifeMs,
      });
      logins++;
      return { token, body: { token: sheet(account, methods, scoped, now, origin) } };
    },
    session(headers) {
      const token = headers['x-auth-token'];
      const session = typeof token === 'string' ? tokens.get(token) : undefined;
      if (session && session.until >= clock.now()) return session;
      throw unauthorized({ 'www-authenticate': 'Keystone uri="http://identity"' });
    },
  };
  return keystone;

  function isScoped(auth: Row): boolean {
    if (auth['scope'] === undefined) return false;
    const project = rowIn(rowIn(auth, 'scope'), 'project');
    const domain = rowIn(project, 'domain');
    const named = project['name'] === PROJECT.name && (domain['name'] === 'Default' || domain['id'] === 'default');
    if (named || project['id'] === PROJECT.id) return true;
    throw unauthorized();
  }

  function sheet(account: Account, methods: readonly string[], scoped: boolean, now: number, origin: string) {
    const domain = { id: 'default', name: 'Default' };
    const time = (at: number) => new Date(at).toISOString().replace('Z', '000Z');
    return {
      methods,
      user: { domain, id: account.username, name: account.username, password_expires_at: null },
      audit_ids: [randomBytes(16).toString('base64url')],
      expires_at: time(now + keystone.tokenLifeMs),
      issued_at: time(now),
      ...(scoped
        ? {
            project: { domain, ...PROJECT },
            is_domain: false,
            roles: account.roles.map((name) => ({ id: name, name })),
            catalog: catalogOf(origin, keystone),
          }
        : {}),
    };
  }
}

/** Where everything is, as seen by who asks: behind a proxy it leads through the proxy. */
function catalogOf(origin: string, { regions, others }: Keystone) {
  const service = (type: string, name: string, path: string) => ({
    type,
    name,
    id: name,
    endpoints: regions.flatMap((region) =>
      ['public', 'internal', 'admin'].map((kind) => ({
        id: `${name}-${region}-${kind}`,
        interface: kind,
        region,
        region_id: region,
        url: `${kind === 'public' ? origin : 'http://192.0.2.9:9999'}${path}`,
      })),
    ),
  });
  return [
    service('identity', 'keystone', '/identity/v3'),
    service('compute', 'nova', `/compute/v2.1/${PROJECT.id}`),
    ...Array.from(others, ([type, path]) => service(type, `the ${type} service`, path)),
  ];
}

const bad = (message: string): Refusal =>
  new Refusal(400, JSON.stringify({ error: { code: 400, message, title: 'Bad Request' } }));

function only(row: Row, keys: readonly string[], what: string): void {
  const strange = Object.keys(row).filter((key) => !keys.includes(key));
  if (strange.length > 0) throw bad(`Expecting to find ${keys.join(', ')} in ${what}, not ${strange.join(', ')}.`);
}
