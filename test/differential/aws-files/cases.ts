/** Files of AWS' users, made by chance: titles, keys, blanks and comments as people write them, right and wrong. */
import type { Chances } from '../random.ts';

export interface Case {
  readonly config: string | undefined;
  readonly credentials: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly profile: string | undefined;
}

const NAMES = ['a', 'b', 'c', 'default', 'with blanks', '[PROD]-x', 'Ünï', "o'hara", 'UPPER', 'a#1'];
const VALUES = [
  'eu-west-1',
  'r # no comment',
  'r ; no comment',
  'x=y',
  'a:b',
  '"quoted"',
  "'q'",
  '',
  '%(x)s',
  '$HOME',
  'ÄÖ',
  'a\\b',
];
const ODD_KEYS = ['output', 'cli_pager', 'Region', 'key with blanks', 's3', 'retry_mode', 'x_y'];

/** How a title names this profile; now and then in a way that does not. */
function title(by: Chances, word: string, name: string): string {
  const quoted = /^[\w[\]-]+$/.test(name) && by.percent(70) ? name : `"${name}"`;
  return by.pick([
    ...Array.from({ length: 12 }, () => `[${word} ${quoted}]`),
    `[${word}  ${quoted}]`,
    `[ ${word} ${quoted} ]`,
    `[${word} ${quoted}] # here`,
    `[${word}\t${quoted}]`,
    `[${word}s ${quoted}]`,
    `[${word} ${name}]`,
    `[${word} ${quoted} more]`,
    `  [${word} ${quoted}]`,
  ]);
}

function line(by: Chances, key: string, value: string, indent: string): string {
  const divider = by.pick([' = ', '=', ' = ', ': ', ':', ' =', '\t=\t']);
  const name = by.percent(8) ? key.toUpperCase() : key;
  return `${indent}${name}${divider}${value}\n`;
}

type Entry = readonly [key: string, value: string];

const KEYS: readonly Entry[] = [
  ['aws_access_key_id', 'AKIA1'],
  ['aws_secret_access_key', 's3/cr+t'],
];

function loginEntries(by: Chances, other: string): readonly Entry[] {
  const arn = `arn:aws:iam::1:role/${by.pick(['r', 's'])}`;
  return by.pick<readonly Entry[]>([
    [],
    KEYS,
    [...KEYS, ['aws_session_token', 'tok=en=='], ...(by.percent(20) ? ([['aws_security_token', 'old']] as const) : [])],
    KEYS.slice(0, 1),
    [
      ['role_arn', arn],
      ['source_profile', other],
      ...(by.percent(40) ? ([['mfa_serial', 'arn:aws:iam::1:mfa/u']] as const) : []),
    ],
    [
      ['role_arn', arn],
      ['source_profile', other],
      ['external_id', 'x'],
      ['duration_seconds', by.pick(['3600', 'soon'])],
    ],
    [['role_arn', arn], ['source_profile', other], ['role_session_name', 'me'], ...KEYS],
    [
      ['role_arn', arn],
      ['credential_source', by.pick(['Environment', 'Ec2InstanceMetadata', 'EcsContainer', 'Nonsense'])],
    ],
    [
      ['role_arn', arn],
      ['web_identity_token_file', '/token'],
    ],
    [['web_identity_token_file', '/token']],
    [['role_arn', arn]],
    [['credential_process', by.pick(['/opt/x --item a #1', '"/opt/my tool" a ; b', 'x'])]],
    [
      ['sso_session', 'corp'],
      ['sso_account_id', '012345678901'],
      ['sso_role_name', 'ops'],
    ],
    [
      ['sso_start_url', 'https://s/#/'],
      ['sso_region', 'us-east-1'],
      ['sso_account_id', '1'],
      ['sso_role_name', 'ops'],
    ],
    [
      ['sso_account_id', '1'],
      ['sso_role_name', 'ops'],
    ],
    [['login_session', 'arn:aws:iam::1:user/u']],
  ]);
}

function profileEntries(by: Chances): readonly Entry[] {
  const entries: Entry[] = [...loginEntries(by, by.pick(NAMES.slice(0, 5)))];
  if (by.percent(75)) entries.push(['region', by.pick(['eu-west-1', 'us-east-1', by.pick(VALUES)])]);
  if (by.percent(25))
    entries.push(['endpoint_url', by.pick(['https://cloud.example.org', 'https://b.example.org:8443/x'])]);
  if (by.percent(20)) entries.push(['services', by.pick(['mine', 'mine', 'none'])]);
  if (by.percent(10)) entries.push(['ca_bundle', '/ca.pem']);
  if (by.percent(8)) entries.push(['use_fips_endpoint', by.pick(['true', 'True', 'false', 'yes'])]);
  if (by.percent(8)) entries.push(['ignore_configured_endpoint_urls', by.pick(['true', 'false'])]);
  if (by.percent(40)) entries.push([by.pick(ODD_KEYS), by.pick(VALUES)]);
  return entries;
}

function body(by: Chances, entries: readonly Entry[]): string {
  const indent = by.pick(['', '', '', '  ', '\t']);
  const seen = new Set<string>();
  const lines = entries.flatMap(([key, value]) => {
    if (seen.has(key.toLowerCase()) && by.percent(98)) return [];
    seen.add(key.toLowerCase());
    const noise = by.percent(12) ? by.pick(['\n', '# remark\n', '  ; remark = x\n', '    \n']) : '';
    return noise + line(by, key, value, by.percent(1) ? `${indent}  ` : indent);
  });
  const deep = `${indent}  `;
  if (by.percent(15))
    lines.push(
      `${indent}s3 =\n${deep}addressing_style = path\n${deep}region = not-this\n`.replace('s3', `s3${seen.size}`),
    );
  if (by.percent(2)) lines.push(`${indent}nested =\n${deep}nothing here\n`);
  if (by.percent(2)) lines.push(`${indent}no divider\n`);
  return lines.join('');
}

export function makeCase(by: Chances): Case {
  const names = NAMES.filter(() => by.percent(45));
  if (by.percent(2)) names.push('a');
  const sections = names.map((name) => {
    const heading = name === 'default' && by.percent(80) ? '[default]' : title(by, 'profile', name);
    return `${heading}\n${body(by, profileEntries(by))}${by.percent(50) ? '\n' : ''}`;
  });
  if (by.percent(70))
    sections.push(
      `${title(by, 'sso-session', 'corp')}\nsso_start_url = https://corp/#/start\nsso_region = eu-west-1\n`,
    );
  if (by.percent(70)) {
    const own = by.pick(['ec2', 'sts', 'cloudwatch', 'cloud_watch', 'EC2']);
    sections.push(
      `${title(by, 'services', 'mine')}\n${own} =\n  endpoint_url = https://${own}.example.org\ns3 = \n  a = b\n`,
    );
  }
  if (by.percent(8)) sections.unshift('[DEFAULT]\noutput = text\n');
  if (by.percent(8)) sections.push('[plugins]\ncli_legacy_plugin_path = /x\n');
  if (by.percent(4)) sections.unshift('stray = 1\n');
  const keyNames = NAMES.filter(() => by.percent(25));
  const credentials = keyNames
    .map((name) => `[${name}]\n${body(by, by.pick([KEYS, KEYS, KEYS.slice(0, 1), profileEntries(by)]))}\n`)
    .join('');
  const ends = by.percent(10) ? '\r\n' : '\n';
  const env: Record<string, string> = {};
  if (by.percent(15)) env['AWS_DEFAULT_REGION'] = 'env-region-1';
  if (by.percent(10)) env['AWS_PROFILE'] = by.pick(NAMES);
  if (by.percent(5)) env['AWS_DEFAULT_PROFILE'] = by.pick(NAMES);
  if (by.percent(10))
    Object.assign(env, { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env', AWS_SESSION_TOKEN: 't' });
  if (by.percent(8)) env['AWS_ENDPOINT_URL'] = 'https://env.example.org';
  if (by.percent(8)) env['AWS_ENDPOINT_URL_EC2'] = 'https://ec2.env.example.org';
  if (by.percent(5)) env['AWS_CA_BUNDLE'] = '/env.pem';
  if (by.percent(3))
    Object.assign(env, { AWS_WEB_IDENTITY_TOKEN_FILE: '/env-token', AWS_ROLE_ARN: 'arn:aws:iam::1:role/env' });
  return {
    config: by.percent(95) ? sections.join('').replaceAll('\n', ends) : undefined,
    credentials: by.percent(70) ? credentials : undefined,
    env,
    profile: by.percent(80) ? by.pick(by.percent(85) && names.length > 0 ? names : NAMES) : undefined,
  };
}
