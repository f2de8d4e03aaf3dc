/** One cloud out of clouds.yaml, with all that openstacksdk adds to it (openstack/config/loader.py, get_one). */
import { FleetError } from '../../errors.ts';
import type { CloudsFile, CloudsFiles } from './clouds-files.ts';
import { asRow, isRow, type Row, rowIn, textOf } from './json.ts';

export interface CloudEntry {
  /** For sentences: `devstack in /etc/openstack/clouds.yaml`. */
  readonly said: string;
  /** Keys of the auth section in their present names: `auth_url`, `project_name` … */
  readonly auth: Row;
  readonly authType: string | undefined;
  readonly region: string | undefined;
  readonly interface: string | undefined;
  /** Address of nova, where the one of the catalog is not to be used. */
  readonly compute: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** The file says that certificates are not to be looked at. */
  readonly unverified: boolean;
}

/** Names of the clouds that a clouds.yaml has. */
export const cloudNames = ({ content }: CloudsFile): readonly string[] => Object.keys(rowIn(content, 'clouds'));

/** Throws config.invalid when there is no such cloud, or no such region in it. `region` beats the file's. */
export function readCloud(name: string, files: CloudsFiles, region: string | undefined): CloudEntry {
  const { clouds, secure, looked } = files;
  if (!clouds) {
    throw new FleetError('config.invalid', `there is no clouds.yaml that has ${name}`, {
      fix: `looked for ${looked.filter((path) => path.endsWith('.yaml') || looked.length === 1).join(', ')}`,
    });
  }
  const said = `${name} in ${clouds.path}`;
  const own = rowIn(clouds.content, 'clouds')[name];
  if (!isRow(own)) {
    const known = cloudNames(clouds);
    throw new FleetError('config.invalid', `${clouds.path} has no cloud ${name}`, {
      fix: known.length === 0 ? 'it has none at all' : `it has ${known.join(', ')}`,
    });
  }
  const secrets = secure ? rowIn(rowIn(secure.content, 'clouds'), name) : {};
  const mine = underscored(merged(own, secrets));
  const base = overlaid(profileOf(mine, files, said), mine);
  const chosen = regionOf(base, region, said);
  const cloud = overlaid(base, chosen.values);
  const path = (key: string) => textOf(cloud, key);
  return {
    said,
    auth: authOf(cloud),
    authType: textOf(cloud, 'auth_type') ?? textOf(cloud, 'auth_plugin'),
    region: chosen.name,
    interface: textOf(cloud, 'interface') ?? textOf(cloud, 'endpoint_type'),
    compute: textOf(cloud, 'compute_endpoint_override'),
    ca: path('cacert'),
    cert: path('cert'),
    key: path('key'),
    unverified: isFalse(cloud['verify']) || isTrue(cloud['insecure']),
  };
}

const isFalse = (value: unknown): boolean => value === false || String(value).toLowerCase() === 'false';
const isTrue = (value: unknown): boolean => value === true || String(value).toLowerCase() === 'true';

/** secure.yaml lies over clouds.yaml, however deep. */
function merged(under: Row, over: Row): Row {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isRow(value) && isRow(below) ? merged(below, value) : value;
  }
  return result;
}

/** A layer over another one; of all sections only `auth` is mixed. */
const overlaid = (under: Row, over: Row): Row => ({
  ...under,
  ...over,
  auth: { ...rowIn(under, 'auth'), ...rowIn(over, 'auth') },
});

function underscored(row: Row): Row {
  const pairs = Object.entries(row).map(([key, value]) => [
    key.replaceAll('-', '_'),
    isRow(value) ? underscored(value) : value,
  ]);
  return Object.fromEntries(pairs);
}

function profileOf(mine: Row, { vendors }: CloudsFiles, said: string): Row {
  const profile = textOf(mine, 'profile') ?? textOf(mine, 'cloud');
  if (profile === undefined) return {};
  const found = vendors ? rowIn(vendors.content, 'public-clouds')[profile] : undefined;
  if (isRow(found)) return underscored(found);
  if (textOf(rowIn(mine, 'auth'), 'auth_url') !== undefined) return {};
  throw new FleetError('config.invalid', `${said}: its profile ${profile} is not known here`, {
    fix: 'write the auth_url of that cloud beside the login, or the profile into clouds-public.yaml',
  });
}

interface Region {
  readonly name: string | undefined;
  readonly values: Row;
}

/** `regions` may have settings of their own; without a wish the first one counts. */
function regionOf(cloud: Row, wish: string | undefined, said: string): Region {
  const listed = cloud['regions'] ?? cloud['region_name'];
  const items: readonly unknown[] = Array.isArray(listed) ? listed : (textOf(cloud, 'region_name')?.split(',') ?? []);
  const regions = items.map((item): Region => {
    if (!isRow(item)) return { name: String(item), values: {} };
    return { name: textOf(item, 'name'), values: underscored(rowIn(item, 'values')) };
  });
  if (regions.length === 0) return { name: wish, values: {} };
  const found = wish === undefined ? regions[0] : regions.find(({ name }) => name === wish);
  if (found) return found;
  throw new FleetError('config.invalid', `${said} has no region ${wish}`, {
    fix: `it has ${regions.map(({ name }) => name).join(', ')}; capitals count`,
  });
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  tenant_id: 'project_id',
  tenant_name: 'project_name',
  auth_token: 'token',
};
/** Some people write these beside `auth`, not into it; they count more there. */
const LOGIN_KEYS = [
  ...['auth_url', 'username', 'user_id', 'password', 'passcode', 'token', 'auth_token'],
  ...['project_id', 'project_name', 'tenant_id', 'tenant_name'],
  ...['domain_id', 'domain_name', 'user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name'],
];

function authOf(cloud: Row): Row {
  const auth: Record<string, unknown> = {};
  const take = (key: string, value: unknown) => {
    if (value !== undefined && value !== null && value !== '') auth[OLD_NAMES[key] ?? key] = value;
  };
  for (const [key, value] of Object.entries(asRow(cloud['auth'], 'auth'))) take(key, value);
  for (const key of LOGIN_KEYS) take(key, cloud[key]);
  // One domain for both, when the token is for a project.
  for (const kind of ['id', 'name']) {
    const domain = auth[`domain_${kind}`];
    if (domain === undefined || (auth['project_id'] ?? auth['project_name']) === undefined) continue;
    for (const whose of ['user', 'project']) auth[`${whose}_domain_${kind}`] ??= domain;
  }
  return auth;
}
