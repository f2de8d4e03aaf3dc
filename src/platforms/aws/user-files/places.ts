/** Where the services of a profile are: region, addresses, authority (botocore/configprovider.py). */
import { FleetError } from '../../../errors.ts';
import type { Section } from './ini.ts';
import { type AwsFiles, type Env, wordIn } from './profiles.ts';

/** The services that drover asks, by their names in the files; `AWS_ENDPOINT_URL_EC2` in the environment. */
export type Service = 'ec2' | 'cloudwatch' | 'sts' | 's3' | 'route53' | 'elbv2' | 'ec2connect' | 'pricing';

/** As the AWS tools call them where that is another word. */
const WORDS: { readonly [S in Service]?: string } = {
  route53: 'route_53',
  elbv2: 'elastic_load_balancing_v2',
  ec2connect: 'ec2_instance_connect',
};

/** Undefined: Amazon's own address. The environment counts before the files, and a service before all of them. */
export function serviceUrl(
  service: Service,
  profile: Section | undefined,
  files: AwsFiles,
  env: Env,
): string | undefined {
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? wordIn(profile, 'ignore_configured_endpoint_urls');
  if (ignored?.toLowerCase() === 'true') return undefined;
  const word = WORDS[service] ?? service;
  const ofEnv = env[`AWS_ENDPOINT_URL_${word.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
  return ofEnv || ofServices(word, profile, files) || wordIn(profile, 'endpoint_url');
}

function ofServices(service: string, profile: Section | undefined, files: AwsFiles): string | undefined {
  const name = profile?.get('services');
  if (name === undefined) return undefined;
  const section = typeof name === 'string' ? files.services.get(name) : undefined;
  if (!section?.size) throw new FleetError('config.invalid', `there is no [services ${name}] in the AWS configuration`);
  const own = section.get(service);
  return own instanceof Map ? own.get('endpoint_url') : undefined;
}

/** `true` or not, as botocore takes it; undefined where nothing is said. */
export function switchIn(profile: Section | undefined, key: string, env: Env, variable: string): boolean | undefined {
  const word = env[variable] ?? wordIn(profile, key);
  return word === undefined ? undefined : word.toLowerCase() === 'true';
}

export const regionOfEnv = (env: Env): string | undefined =>
  env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;

export const caBundle = (profile: Section | undefined, env: Env): string | undefined =>
  env['AWS_CA_BUNDLE'] || wordIn(profile, 'ca_bundle');
