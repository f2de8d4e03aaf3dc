/** Where a cloud is and who logs in: the fields of an endpoint, over what clouds.yaml has. */
import { homedir } from 'node:os';
import { FleetError } from '../../errors.ts';
import type { Endpoint } from '../contract.ts';
import type { Row } from '../lib/json.ts';
import { type HttpTarget, readHttpTarget } from '../transport/http/target.ts';
import { type Identity, identityOf, type Scope, scopeOf } from './identity.ts';
import { type CloudEntry, readCloud, type ServiceChoice, type ServiceKind } from './user-files/cloud-entry.ts';
import { here, readCloudsFiles, type Surroundings } from './user-files/clouds-files.ts';

export interface Address {
  /** Keystone, with `/v3` at its end. */
  readonly keystone: HttpTarget;
  readonly identity: Identity;
  readonly scope: Scope | undefined;
  /** Where each service is looked up. */
  service(kind: ServiceKind): ServiceChoice;
  readonly allProjects: boolean;
  /** The address of a service, out of the catalog: TLS is checked there as it is at Keystone. */
  target(url: string): HttpTarget;
}

/** Endpoint field -> key of the auth section. */
const AUTH_KEYS = {
  'auth-url': 'auth_url',
  username: 'username',
  password: 'password',
  'user-domain': 'user_domain_name',
  project: 'project_name',
  'project-id': 'project_id',
  'project-domain': 'project_domain_name',
  'application-credential-id': 'application_credential_id',
  'application-credential-name': 'application_credential_name',
  'application-credential-secret': 'application_credential_secret',
  token: 'token',
} as const;

/** Throws config.invalid for fields that lead nowhere. */
export async function addressOf(endpoint: Endpoint, around: Surroundings = here()): Promise<Address> {
  const { name, values } = endpoint;
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const cloud = text('cloud');
  const entry = cloud === undefined ? undefined : await entryOf(cloud, text('clouds-file'), text('region'), around);
  const fields: Record<string, string> = {};
  for (const [field, key] of Object.entries(AUTH_KEYS)) {
    const value = text(field);
    if (value !== undefined) fields[key] = value;
  }
  const ownLogin = SECRETS.some((key) => key in fields);
  const given = ownLogin ? withoutLogin(entry?.auth) : (entry?.auth ?? {});
  const auth: Row = { ...withoutSynonyms(given, fields), ...fields };
  const [ca, fingerprint] = [text('ca') ?? entry?.ca, text('fingerprint')];
  if (entry?.unverified && ca === undefined && fingerprint === undefined) {
    throw new FleetError('config.invalid', `${entry.said} says that certificates are not to be verified`, {
      fix: 'name the authority of the cloud as `ca`, or pin its certificate by `fingerprint`',
    });
  }
  const tls = {
    ...(ca === undefined ? {} : { ca: atHome(ca) }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(entry?.cert === undefined ? {} : { cert: atHome(entry.cert) }),
    ...(entry?.key === undefined ? {} : { key: atHome(entry.key) }),
  };
  const target = (url: string): HttpTarget => {
    const port = /^http:/i.test(url) ? 80 : 443;
    const rules = { endpoint: name, port, plainAllowed: values['insecure'] === true };
    return { ...readHttpTarget(url, rules), ...tls };
  };
  const url = auth['auth_url'];
  if (typeof url !== 'string') {
    throw new FleetError('config.invalid', `${entry?.said ?? name}: the address of Keystone is missing`, {
      fix: 'name a cloud of your clouds.yaml as `cloud`, or the address as `auth-url`',
    });
  }
  const keystone = target(url);
  return {
    keystone: { ...keystone, base: `${keystone.base.replace(/\/v(?:2\.0|3)$/, '')}/v3` },
    identity: identityOf(auth, ownLogin ? undefined : entry?.authType, entry?.said ?? name),
    scope: scopeOf(auth),
    service: (kind) => serviceOf(kind, text, entry),
    allProjects: values['all-projects'] === true,
    target,
  };
}

/** A region of the endpoint is the cloud's, so that keys of one service count before it, as in openstacksdk. */
function serviceOf(
  kind: ServiceKind,
  text: (key: string) => string | undefined,
  entry: CloudEntry | undefined,
): ServiceChoice {
  const ofFile = entry?.service(kind);
  const own = text('interface')?.replace(/URL$/, '');
  return {
    region: ofFile?.region ?? text('region'),
    interfaces: own === undefined ? (ofFile?.interfaces ?? ['public']) : [own],
    url: (kind === 'compute' ? text('compute-url') : undefined) ?? ofFile?.url,
    type: ofFile?.type,
    name: ofFile?.name,
  };
}

const atHome = (path: string): string => path.replace(/^~(?=\/)/, homedir());

const SECRETS = ['password', 'token', 'application_credential_secret'];
const LOGINS = new Set([...SECRETS, 'application_credential_id', 'application_credential_name', 'passcode']);

/** The user gave another login than that of clouds.yaml: they are not to be mixed. */
const withoutLogin = (auth: Row = {}): Row =>
  Object.fromEntries(Object.entries(auth).filter(([key]) => !LOGINS.has(key)));

/** Two words for one thing. Of both Keystone is told the id, so that the file's id would beat the name of a field. */
const SYNONYMS = [
  ['user_id', 'username'],
  ['project_id', 'project_name'],
  ['user_domain_id', 'user_domain_name'],
  ['project_domain_id', 'project_domain_name'],
] as const;

const withoutSynonyms = (auth: Row, fields: Row): Row => {
  const told = new Set<string>(SYNONYMS.filter((words) => words.some((word) => word in fields)).flat());
  return Object.fromEntries(Object.entries(auth).filter(([key]) => !told.has(key)));
};

const entryOf = async (
  cloud: string,
  file: string | undefined,
  region: string | undefined,
  around: Surroundings,
): Promise<CloudEntry> => readCloud(cloud, await readCloudsFiles(file, around), region);
