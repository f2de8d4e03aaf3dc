/** Files of OpenStack's users, made by chance: what their authors write, and what YAML 1.1 makes of it. */
import type { Chances } from '../random.ts';

export interface Case {
  /** By their paths: `home/…`, or `work/…` for the working directory. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly cloud: string;
  readonly region: string | undefined;
}

/** Words that YAML 1.1 takes for something else. */
const LOOKALIKES = [
  ...['0777', '0o17', '0x1F', '1_000', '12e03', '1.5e+3', '1:30', '190:20:30.15', '2024-01-02', '.5', '+12', '610275'],
  ...['yes', 'no', 'On', 'off', 'TRUE', 'n', 'y', '123456789012345678901', '1.10', '.inf', '0b101', '-0'],
];
const WORDS = [
  'anna',
  'Ünï',
  "'007'",
  '"12e03"',
  '!!str 12',
  "'null'",
  '"yes"',
  "it's",
  'a#b',
  '"a\\tb\\u00fc"',
  'x: y',
];
const NOTHING = ['~', 'null', '', "''", 'Null'];
const REGIONS = ['DFW', 'ORD', 'RegionOne', 'no', '1_0', 'nord-1'];
const INTERFACES = ['public', 'internal', 'admin', 'internalURL', '[internal, public]', '[publicURL]', '~'];
const URLS = [
  'https://k.example.org:5000/v3',
  '"https://{region_name}.example.org"',
  '"https://k/{profile}"',
  '"https://a/{{b}}"',
];

const AUTH_KEYS = [
  ...['username', 'password', 'project_id', 'project_name', 'tenant_id', 'tenant_name', 'user_id', 'user_name'],
  ...['user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name', 'domain_id', 'domain_name'],
  ...['default_domain_id', 'default_domain_name', 'project-name', 'tenant-id', 'user-domain-name'],
];

type Line = readonly [key: string, value: string];

/** Of a domain or a project that is null the SDK makes the word None, which is never meant. */
const NEVER_NULL = /project|tenant|user.domain|^domain|token/;

function scalar(by: Chances, key = ''): string {
  if (by.percent(8)) return NEVER_NULL.test(key) ? "''" : by.pick(NOTHING);
  const word = by.percent(60) ? by.pick(LOOKALIKES) : by.pick(WORDS);
  return word === 'x: y' ? '"x: y"' : word;
}

const some = (by: Chances, keys: readonly string[], share: number): readonly Line[] =>
  keys.filter(() => by.percent(share)).map((key) => [key, scalar(by, key)]);

function authLines(by: Chances): readonly Line[] {
  const url: readonly Line[] = by.percent(92) ? [['auth_url', by.pick(URLS.slice(0, by.percent(80) ? 1 : 4))]] : [];
  return [...url, ...some(by, AUTH_KEYS.slice(0, 2), 80), ...some(by, AUTH_KEYS.slice(2), 20)];
}

function regionLines(by: Chances): readonly Line[] {
  const [one, two] = [by.pick(REGIONS), by.pick(REGIONS)];
  const settings = `{interface: ${by.pick(INTERFACES.slice(0, 3))}, auth: {project_name: of-${one}}, cacert: ~}`;
  return by.pick<readonly Line[]>([
    [],
    [['region_name', one]],
    [['region_name', `"${one},${two}"`]],
    [['region_name', `[${one}, ${two}]`]],
    [['regions', `[${one}, ${two}]`]],
    [['regions', `[{name: ${one}, values: ${settings}}, ${two}]`]],
    [['regions', `[{name: ${one}}, {name: ${two}, values: ${settings}}]`]],
    [['region-name', one]],
  ]);
}

function serviceLines(by: Chances): readonly Line[] {
  const prefix = by.pick(['compute', 'compute', 'image', 'volume', 'volumev3', 'block_storage', 'block-storage']);
  const url = by.pick(['https://nova.example.org/v2.1', 'https://{region_name}.nova', '~']);
  return by.pick<readonly Line[]>([
    [],
    [[`${prefix}_region_name`, by.pick(REGIONS)]],
    [[`${prefix}_interface`, by.pick(INTERFACES)]],
    [[`${prefix}_endpoint_type`, by.pick(INTERFACES)]],
    [[`${prefix}_endpoint_override`, url]],
    [[`${prefix}_endpoint`, url]],
    [[`${prefix}_api_version`, by.pick(['2', '2.1', "'2.79'"])]],
    [
      [`${prefix}_service_type`, 'elsewhere'],
      [`${prefix}_service_name`, 'nova-2'],
    ],
  ]);
}

function cloudLines(by: Chances): readonly Line[] {
  const lines: Line[] = [...regionLines(by), ...serviceLines(by), ...serviceLines(by)];
  if (by.percent(30)) lines.push(['interface', by.pick(INTERFACES)]);
  if (by.percent(15)) lines.push(['endpoint_type', by.pick(INTERFACES)]);
  if (by.percent(30))
    lines.push(['verify', by.pick(['no', 'off', 'False', 'true', 'on', '/ca.pem', '"no"', "''", 'FALSE'])]);
  if (by.percent(20)) lines.push(['insecure', by.pick(['yes', 'true', 'off', '"True"', '"yes"', '~'])]);
  if (by.percent(25)) lines.push(['cacert', by.pick(['/etc/ca.pem', '~/ca.pem', "''", '"/{region_name}.pem"'])]);
  if (by.percent(12)) lines.push(['cert', '/c.pem'], ...(by.percent(50) ? ([['key', '/k.pem']] as const) : []));
  if (by.percent(12)) lines.push(...some(by, AUTH_KEYS, 12));
  if (by.percent(10))
    lines.push(['auth_type', by.pick(['password', 'v3password', 'token'])], ['token', scalar(by, 'token')]);
  if (by.percent(6)) lines.push(['auth_plugin', 'v3password']);
  return lines;
}

const flow = (lines: readonly Line[]): string => `{${lines.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
const block = (lines: readonly Line[], indent: string): string =>
  lines.map(([key, value]) => `${indent}${key}: ${value}\n`).join('');

/** A clouds.yaml with the cloud `c`, and what else is in its file. */
function cloudsYaml(by: Chances, profile: string | undefined): string {
  const base = [...cloudLines(by), ['auth', flow(authLines(by))] as const];
  const other = [...cloudLines(by), ['auth', flow(authLines(by))] as const];
  const own = [...cloudLines(by)];
  if (profile !== undefined) own.push([by.pick(['profile', 'profile', 'cloud']), profile]);
  const merge = by.pick(['', '', '<<: *base', '<<: [*base, *other]', '"<<": *base']);
  if (merge === '' || by.percent(50))
    own.push(['auth', `\n${block([...authLines(by), ...(by.percent(20) ? authLines(by) : [])], '      ')}`]);
  if (by.percent(20)) own.push(...cloudLines(by));
  if (by.percent(10)) own.push(['extra', `[${'*base, '.repeat(150)}]`]);
  const text = `x-base: &base ${flow(base)}\nx-other: &other ${flow(other)}\nclouds:\n  first: {}\n  c:\n${merge === '' ? '' : `    ${merge}\n`}${block(own, '    ')}`;
  return by.percent(4) ? `${text}---\nclouds: {}\n` : text;
}

export function makeCase(by: Chances): Case {
  const profile = by.percent(25) ? 'acme' : undefined;
  const text = cloudsYaml(by, profile);
  const files: Record<string, string> = {};
  const place = by.pick([
    'work/clouds.yaml',
    'home/.config/openstack/clouds.yaml',
    'home/.config/openstack/clouds.yml',
  ]);
  files[place] = text;
  if (by.percent(15))
    files['work/clouds.json'] = JSON.stringify({
      clouds: { c: { region_name: 'J', auth: { auth_url: 'https://json', username: 'j', password: 'p' } } },
    });
  if (by.percent(6)) files['work/clouds.yaml'] = 'clouds:\n  c: {a: [}\n';
  if (by.percent(30)) {
    const secret: readonly Line[] = [['password', scalar(by)], ...some(by, AUTH_KEYS, 8)];
    files[by.pick(['work/secure.yaml', 'home/.config/openstack/secure.yaml'])] =
      `clouds:\n  c:\n    auth:\n${block(secret, '      ')}`;
  }
  if (profile !== undefined && by.percent(90)) {
    // Of a profile's list of region names the SDK makes the one name "['A', 'B']".
    const isOdd = ([key, value]: Line) => key === 'region_name' && value.startsWith('[');
    const lines = [...cloudLines(by).filter((line) => !isOdd(line)), ['auth', flow(authLines(by))] as const];
    files['home/.config/openstack/clouds-public.yaml'] = `public-clouds:\n  acme:\n${block(lines, '    ')}`;
  }
  return {
    files,
    env: {},
    cloud: by.percent(97) ? 'c' : 'nowhere',
    region: by.percent(6) ? by.pick(REGIONS) : undefined,
  };
}
