/** The auth section of a cloud in its present names (openstack/config/loader.py, _fix_backwards_auth and _validate_auth). */
import { type Mapping, mappingIn, type Value } from '../../user-files/value.ts';

/**
 * Present name -> all its names. What stands beside `auth` counts more than what stands in it, and a later name more than
 * an earlier one.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  domain_id: ['domain_id', 'domain-id'],
  domain_name: ['domain_name', 'domain-name'],
  user_domain_id: ['user_domain_id', 'user-domain-id'],
  user_domain_name: ['user_domain_name', 'user-domain-name'],
  project_domain_id: ['project_domain_id', 'project-domain-id'],
  project_domain_name: ['project_domain_name', 'project-domain-name'],
  token: ['auth-token', 'auth_token', 'token'],
  passcode: ['passcode'],
  project_id: ['tenant_id', 'tenant-id', 'project_id', 'project-id'],
  project_name: ['tenant_name', 'tenant-name', 'project_name', 'project-name'],
};

/** These may stand beside `auth` as well, but count more in it. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  auth_url: ['auth_url'],
  username: ['username', 'user_name'],
  user_id: ['user_id'],
  password: ['password'],
  application_credential_id: ['application_credential_id'],
  application_credential_name: ['application_credential_name'],
  application_credential_secret: ['application_credential_secret'],
  default_domain_id: ['default_domain_id'],
  default_domain_name: ['default_domain_name'],
};

/** `cloud`: all its keys, not yet with underscores; the values are words as they are written. */
export function authOf(cloud: Mapping): Readonly<Record<string, string>> {
  const given = mappingIn(cloud, 'auth');
  const auth: Record<string, string> = {};
  for (const [key, names] of Object.entries(NAMES)) {
    const found = names.flatMap((name) => [given.get(name), cloud.get(name)].filter(isThere)).at(-1);
    if (found) auth[key] = found;
  }
  for (const [key, names] of Object.entries(OPTIONS)) {
    const spelled = names.flatMap((name) => [name, name.replaceAll('_', '-')]);
    // Of several names the first that is there counts, even when it says nothing.
    const said = [given, cloud].map((from) => from.get(spelled.find((name) => from.has(name)) ?? key));
    const found = said.filter(isThere).find(Boolean);
    if (found) auth[key] = found;
  }
  return withDomains(auth, GENERIC.test(String(cloud.get('auth_type'))));
}

/** Logins that know a default domain. */
const GENERIC = /^(?:password|token)$/;

const isThere = (value: Value | undefined): value is string => typeof value === 'string';

/** One domain for user and project, when the token is for a project; and the default one for those that have none. */
function withDomains(auth: Record<string, string>, isGeneric: boolean): Readonly<Record<string, string>> {
  const { domain_id, domain_name, default_domain_id, default_domain_name, ...rest } = auth;
  const hasProject = (auth['project_id'] ?? auth['project_name']) !== undefined;
  const pairs = [
    ['id', hasProject ? domain_id : undefined, isGeneric ? default_domain_id : undefined],
    ['name', hasProject ? domain_name : undefined, isGeneric ? default_domain_name : undefined],
  ] as const;
  for (const [kind, domain, fallback] of pairs) {
    for (const whose of ['user', 'project']) {
      const value = rest[`${whose}_domain_${kind}`] ?? domain ?? fallback;
      if (value !== undefined) rest[`${whose}_domain_${kind}`] = value;
    }
  }
  return rest;
}
