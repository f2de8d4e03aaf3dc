/** A login in the names of openrc (https://docs.openstack.org/python-openstackclient/latest/cli/man/openstack.html). */
import { type Found, given, unprotected, verifiedNow } from './plan.ts';
import type { Env } from './source.ts';

export interface OpenstackLogin {
  readonly name: string;
  /** Variables from files: secrets among them have to be copied. */
  readonly written: Env;
  /** For variables that no file has: secrets among them are referred to. */
  readonly env: Env;
  /** Defaults for variables that neither has. */
  readonly fallback: Env;
  /** Said in notes. */
  readonly tool: string;
  /** The tool does not look at certificates. */
  readonly insecure: boolean;
}

/** The platform's fields by the way to log in; the last are for all ways. */
const PASSWORD = {
  username: 'OS_USERNAME',
  'user-domain': 'OS_USER_DOMAIN_NAME',
  project: 'OS_PROJECT_NAME',
  'project-id': 'OS_PROJECT_ID',
  'project-domain': 'OS_PROJECT_DOMAIN_NAME',
} as const;
const TOKEN = {
  project: PASSWORD.project,
  'project-id': PASSWORD['project-id'],
  'project-domain': PASSWORD['project-domain'],
};
const APPLICATION = {
  'application-credential-id': 'OS_APPLICATION_CREDENTIAL_ID',
  'application-credential-name': 'OS_APPLICATION_CREDENTIAL_NAME',
} as const;
/** A credential that is known by its name needs its owner. */
const OWNER = { username: PASSWORD.username, 'user-domain': PASSWORD['user-domain'] };
const COMMON = { ca: 'OS_CACERT' } as const;

/** What counts for Nova alone counts before what counts for all services, as in clouds.yaml. */
const REGION = ['OS_COMPUTE_REGION_NAME', 'OS_REGION_NAME'];
const INTERFACE = ['OS_COMPUTE_INTERFACE', 'OS_COMPUTE_ENDPOINT_TYPE', 'OS_INTERFACE', 'OS_ENDPOINT_TYPE'];
const COMPUTE_URL = ['OS_COMPUTE_ENDPOINT_OVERRIDE', 'OS_COMPUTE_ENDPOINT'];

interface Way {
  readonly fields: Readonly<Record<string, string>>;
  readonly secret: readonly [field: string, variable: string];
}

function wayOf(say: (variable: string) => string | undefined): Way {
  const type = say('OS_AUTH_TYPE') ?? (say('OS_TOKEN') === undefined ? 'password' : 'token');
  if (/applicationcredential$/.test(type)) {
    const owner = say(APPLICATION['application-credential-id']) === undefined ? OWNER : {};
    const secret = ['application-credential-secret', 'OS_APPLICATION_CREDENTIAL_SECRET'] as const;
    return { fields: { ...APPLICATION, ...owner }, secret };
  }
  if (/token$/.test(type)) return { fields: TOKEN, secret: ['token', 'OS_TOKEN'] };
  return { fields: PASSWORD, secret: ['password', 'OS_PASSWORD'] };
}

export function openstackPlan({ name, written, env, fallback, tool, insecure }: OpenstackLogin): Found {
  const say = (variable: string) => written[variable] || env[variable] || fallback[variable] || undefined;
  const firstOf = (variables: readonly string[]) => variables.map(say).find((value) => value !== undefined);
  const url = say('OS_AUTH_URL');
  if (url === undefined) return { name, why: 'nothing says where Keystone is: neither auth_url nor OS_AUTH_URL' };
  const { fields, secret } = wayOf(say);
  const values = Object.entries({ ...fields, ...COMMON }).map(([field, variable]) => [field, say(variable)] as const);
  const [field, variable] = secret;
  const copied = written[variable];
  const named = env[variable] ? `env:${variable}` : undefined;
  const who = ['username', 'application-credential-id'].find((key) => fields[key] && say(fields[key]));
  return {
    name,
    platform: 'openstack',
    values: given({
      'auth-url': url,
      ...Object.fromEntries(values),
      region: firstOf(REGION),
      interface: firstOf(INTERFACE)?.replace(/URL$/, ''),
      'compute-url': firstOf(COMPUTE_URL),
      [field]: copied ? undefined : named,
    }),
    secrets: copied ? { [field]: copied } : {},
    where: url,
    login: (who && say(fields[who] ?? '')) ?? (field === 'token' ? 'a token' : '-'),
    notes: [
      ...(insecure && !url.startsWith('http://') ? [verifiedNow(tool)] : []),
      ...unprotected(url),
      ...(field === 'token' ? ['a token expires: a password or an application credential lasts'] : []),
      ...domainNotes(say),
    ],
  };
}

/** The endpoint names domains; ids are taken where they mean the default domain. */
const domainNotes = (say: (variable: string) => string | undefined): readonly string[] =>
  ['OS_USER_DOMAIN_ID', 'OS_PROJECT_DOMAIN_ID'].flatMap((variable) => {
    const id = say(variable);
    return id === undefined || id === 'default' || say(variable.replace('_ID', '_NAME')) !== undefined
      ? []
      : [`${variable} is not taken over: give the endpoint the name of that domain`];
  });
