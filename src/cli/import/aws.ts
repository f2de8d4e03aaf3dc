/** The profiles of the AWS tools, referred to by their names: the keys stay where they are. */
import { FleetError } from '../../errors.ts';
import type { Section } from '../../platforms/aws/user-files/ini.ts';
import { hasLogin } from '../../platforms/aws/user-files/login.ts';
import { caBundle, regionOfEnv } from '../../platforms/aws/user-files/places.ts';
import { type AwsFiles, readAwsFiles, wordIn } from '../../platforms/aws/user-files/profiles.ts';
import { type Found, given, type Importer } from './plan.ts';
import type { Source } from './source.ts';

export const aws: Importer = {
  tool: 'aws',
  help: 'The profiles of ~/.aws/config and ~/.aws/credentials, and the keys of the AWS_ variables.',
  variables: ['AWS_ACCESS_KEY_ID'],
  async read(source) {
    const { env } = source;
    const files = await readAwsFiles(source);
    const isSet = Boolean(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']);
    if (files.profiles.size === 0 && !isSet) return undefined;
    const found = [...files.profiles].map(([name, profile]) => profilePlan(name, profile, files, source));
    return [...found, ...(isSet ? [environmentPlan(source)] : [])];
  },
};

function profilePlan(profile: string, values: Section, files: AwsFiles, { env }: Source): Found {
  const why = whyNot(profile, files, env);
  if (why !== undefined) return { name: profile, why };
  const own = wordIn(values, 'region');
  const region = own ?? regionOfEnv(env);
  if (region === undefined) {
    return { name: profile, why: 'nothing says which region: neither region in the profile nor AWS_REGION' };
  }
  return {
    name: `${profile}-${region}`,
    platform: 'aws',
    values: given({
      profile,
      region,
      // Addresses of single services stay in the profile, where the connection finds them.
      'endpoint-url': values.has('services') ? undefined : wordIn(values, 'endpoint_url'),
      ca: caBundle(values, {}),
    }),
    secrets: {},
    where: region,
    login: `profile ${profile}`,
    notes: [
      ...(own === undefined ? ['its region is that of the environment'] : []),
      ...(wordIn(values, 'mfa_serial') ? ['it asks for a code when it logs in'] : []),
    ],
  };
}

function whyNot(profile: string, files: AwsFiles, env: Source['env']): string | undefined {
  try {
    return hasLogin(profile, files, env) ? undefined : 'the profile has no credentials';
  } catch (error) {
    if (error instanceof FleetError) return error.message;
    throw error;
  }
}

function environmentPlan(source: Source): Found {
  const { env } = source;
  const region = regionOfEnv(env);
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
      // These keys must not go to Amazon when drover is started elsewhere.
      'endpoint-url': env['AWS_ENDPOINT_URL_EC2'] || env['AWS_ENDPOINT_URL'] || undefined,
      ca: env['AWS_CA_BUNDLE'] || undefined,
    }),
    secrets: {},
    where: region,
    login: id,
    notes: [],
  };
}
