/** The profiles of the AWS tools, referred to by their names: the keys stay where they are. */
import { readSections, type Sections } from './aws-ini.ts';
import { type Found, given, type Importer } from './plan.ts';
import { firstOf, type Source } from './source.ts';

export const aws: Importer = {
  tool: 'aws',
  help: 'The profiles of ~/.aws/config and ~/.aws/credentials, and the keys of the AWS_ variables.',
  variables: ['AWS_ACCESS_KEY_ID'],
  async read(source) {
    const { env } = source;
    const config = await sectionsOf(env['AWS_CONFIG_FILE'] || '~/.aws/config', source);
    const keys = await sectionsOf(env['AWS_SHARED_CREDENTIALS_FILE'] || '~/.aws/credentials', source);
    const isSet = Boolean(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']);
    if (!config && !keys && !isSet) return undefined;
    const found = [...profilesOf(config, keys)].map(([name, profile]) => profilePlan(name, profile, source));
    return [...found, ...(isSet ? [environmentPlan(source)] : [])];
  },
};

type Profile = ReadonlyMap<string, string>;

async function sectionsOf(path: string, source: Source): Promise<Sections | undefined> {
  const file = await firstOf(source, [path]);
  return file && readSections(file.path, file.text);
}

/** `[profile NAME]` in the configuration, `[NAME]` beside the keys; only the default profile is `[default]` in both. */
function profilesOf(config: Sections | undefined, keys: Sections | undefined): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const [title, values] of config ?? []) {
    const name = title === 'default' ? title : /^profile\s+(["']?)(.+)\1$/.exec(title)?.[2];
    if (name !== undefined) profiles.set(name, values);
  }
  for (const [name, values] of keys ?? []) profiles.set(name, new Map([...(profiles.get(name) ?? []), ...values]));
  return profiles;
}

/** Any of these says where the credentials of a profile come from. */
const CREDENTIALS = [
  'aws_access_key_id',
  'role_arn',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'login_session',
  'web_identity_token_file',
];

const regionIn = ({ env }: Source): string | undefined => env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;

function profilePlan(profile: string, values: Profile, source: Source): Found {
  if (!CREDENTIALS.some((key) => values.get(key))) return { name: profile, why: 'the profile has no credentials' };
  const own = values.get('region') || undefined;
  const region = own ?? regionIn(source);
  if (region === undefined) {
    return { name: profile, why: 'nothing says which region: neither region in the profile nor AWS_REGION' };
  }
  return {
    name: `${profile}-${region}`,
    platform: 'aws',
    values: given({
      profile,
      region,
      'endpoint-url': values.get('endpoint_url') || undefined,
      ca: values.get('ca_bundle') || undefined,
    }),
    secrets: {},
    where: region,
    login: `profile ${profile}`,
    notes: [
      ...(own === undefined ? ['its region is that of the environment'] : []),
      ...(values.get('mfa_serial') ? ['it asks for a code when it logs in'] : []),
    ],
  };
}

function environmentPlan(source: Source): Found {
  const { env } = source;
  const region = regionIn(source);
  if (region === undefined) return { name: 'aws', why: 'AWS_ACCESS_KEY_ID is set, and no AWS_REGION' };
  const id = env['AWS_ACCESS_KEY_ID'] ?? '';
  const token = env['AWS_SESSION_TOKEN'] ? 'env:AWS_SESSION_TOKEN' : undefined;
  return {
    name: `aws-${region}`,
    platform: 'aws',
    values: given({
      region,
      'access-key-id': id,
      'secret-access-key': 'env:AWS_SECRET_ACCESS_KEY',
      'session-token': token,
      'endpoint-url': env['AWS_ENDPOINT_URL'] || undefined,
      ca: env['AWS_CA_BUNDLE'] || undefined,
    }),
    secrets: {},
    where: region,
    login: id,
    notes: [],
  };
}
