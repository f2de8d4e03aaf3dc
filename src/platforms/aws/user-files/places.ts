/** Where the services of a profile are: region, addresses, authority (botocore/configprovider.py). */
import { FleetError } from '../../../errors.ts';
import type { Section } from './ini.ts';
import { type AwsFiles, type Env, wordIn } from './profiles.ts';

/** The services that drover asks, by their names in the files; `AWS_ENDPOINT_URL_EC2` in the environment. */
export type Service = 'ec2' | 'cloudwatch' | 'sts';

/** Undefined: Amazon's own address. The environment counts before the files, and a service before all of them. */
export function serviceUrl(
  service: Service,
  profile: Section | undefined,
  files: AwsFiles,
  env: Env,
): string | undefined {
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? wordIn(profile, 'ignore_configured_endpoint_urls');
  if (ignored?.toLowerCase() === 'true') return undefined;
  const ofEnv = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
  return ofEnv || ofServices(service, profile, files) || wordIn(profile, 'endpoint_url');
}

function ofServices(service: Service, profile: Section | undefined, files: AwsFiles): string | undefined {
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
