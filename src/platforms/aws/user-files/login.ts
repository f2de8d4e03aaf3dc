/** Which login a profile means, as data: the order and the rules of botocore/credentials.py. Nothing is asked or started. */
import { FleetError } from '../../../errors.ts';
import type { Section } from './ini.ts';
import { type AwsFiles, type Env, wordIn } from './profiles.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Role {
  readonly arn: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  readonly mfaSerial?: string;
  readonly durationSeconds?: number;
}

export type Login =
  | { readonly kind: 'keys'; readonly keys: Keys }
  | { readonly kind: 'role'; readonly role: Role; readonly source: Login }
  | { readonly kind: 'web identity'; readonly tokenFile: string; readonly arn: string; readonly sessionName?: string }
  | {
      readonly kind: 'sso';
      readonly profile: string;
      readonly startUrl: string;
      readonly region: string;
      readonly account: string;
      readonly role: string;
      readonly session?: string;
    }
  /** What `aws login` has left for this profile. */
  | { readonly kind: 'login'; readonly profile: string }
  | { readonly kind: 'process'; readonly command: string }
  /** What the container or the machine is given. */
  | { readonly kind: 'container' | 'instance' | 'container or instance' };

/** `profile` undefined: what the aws command takes without one. Throws config.invalid for what does not fit together. */
export function loginOf(profile: string | undefined, files: AwsFiles, env: Env): Login {
  const named = profile ?? env['AWS_DEFAULT_PROFILE'] ?? env['AWS_PROFILE'];
  if (named !== undefined && !files.profiles.has(named)) throw invalid(named, 'is not there');
  const name = named ?? 'default';
  const ofEnv = profile === undefined ? env : {};
  return (
    environmentKeys(ofEnv) ??
    roleOf(name, files, env, [name]) ??
    ownLogin(name, files, ofEnv) ?? { kind: 'container or instance' }
  );
}

/** Whether the files say anything of its login. Throws as loginOf does. */
export const hasLogin = (profile: string, files: AwsFiles, env: Env): boolean =>
  loginOf(profile, files, env).kind !== 'container or instance';

const invalid = (profile: string, why: string): FleetError =>
  new FleetError('config.invalid', `the AWS profile ${profile} ${why}`);

function environmentKeys(env: Env): Login | undefined {
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!accessKeyId) return undefined;
  if (!secretAccessKey) {
    throw new FleetError('config.invalid', 'AWS_ACCESS_KEY_ID is set, and no AWS_SECRET_ACCESS_KEY');
  }
  const sessionToken = env['AWS_SECURITY_TOKEN'] || env['AWS_SESSION_TOKEN'] || undefined;
  return { kind: 'keys', keys: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

const takesRole = (profile: Section | undefined): profile is Section =>
  profile?.has('role_arn') === true && !profile.has('web_identity_token_file');

const hasKeys = (profile: Section): boolean => profile.has('aws_access_key_id') || profile.has('aws_secret_access_key');

/** `visited`: the profiles of the chain so far, of which this is the last. */
function roleOf(name: string, files: AwsFiles, env: Env, visited: readonly string[]): Login | undefined {
  const profile = files.profiles.get(name);
  if (!takesRole(profile)) return undefined;
  const arn = wordIn(profile, 'role_arn');
  if (arn === undefined) throw invalid(name, 'has an empty role_arn');
  const [source, given] = [wordIn(profile, 'source_profile'), wordIn(profile, 'credential_source')];
  if (source !== undefined && given !== undefined) throw invalid(name, 'has both source_profile and credential_source');
  const sessionName = wordIn(profile, 'role_session_name');
  const externalId = wordIn(profile, 'external_id');
  const mfaSerial = wordIn(profile, 'mfa_serial');
  const seconds = wordIn(profile, 'duration_seconds');
  const role: Role = {
    arn,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(mfaSerial === undefined ? {} : { mfaSerial }),
    ...(seconds !== undefined && /^\s*[+-]?\d+\s*$/.test(seconds) ? { durationSeconds: Number(seconds) } : {}),
  };
  if (given !== undefined) return { kind: 'role', role, source: givenBy(name, given, env) };
  if (source === undefined) throw invalid(name, 'takes a role, and has neither source_profile nor credential_source');
  return { kind: 'role', role, source: sourceOf(name, source, files, env, visited) };
}

/** Names are compared as they are written, as there. */
function givenBy(name: string, source: string, env: Env): Login {
  if (source === 'Ec2InstanceMetadata') return { kind: 'instance' };
  if (source === 'EcsContainer') return { kind: 'container' };
  if (source !== 'Environment') throw invalid(name, 'has a credential_source that is not known');
  const keys = environmentKeys(env);
  if (!keys) throw invalid(name, 'takes its login from the environment, where there is none');
  return keys;
}

function sourceOf(name: string, source: string, files: AwsFiles, env: Env, visited: readonly string[]): Login {
  const profile = files.profiles.get(source);
  if (!profile) throw invalid(name, `has the source_profile ${source}, which is not there`);
  // A profile may be its own source for its keys.
  if (visited.includes(source) && (source !== name || !hasKeys(profile))) {
    throw invalid(name, `comes back to itself: ${[...visited, source].join(' → ')}`);
  }
  const further = hasKeys(profile) ? undefined : roleOf(source, files, env, [...visited, source]);
  const login = further ?? ownLogin(source, files, {});
  if (!login) throw invalid(name, `has the source_profile ${source}, which has no login`);
  return login;
}

/** Of one profile, but for roles that another login takes. */
function ownLogin(name: string, files: AwsFiles, env: Env): Login | undefined {
  const profile = files.profiles.get(name);
  const process = wordIn(profile, 'credential_process');
  return (
    webIdentityOf(name, profile, env) ??
    ssoOf(name, profile, files) ??
    keysIn(name, files.credentials.get(name)) ??
    (profile?.has('login_session') ? { kind: 'login', profile: name } : undefined) ??
    (process === undefined ? undefined : { kind: 'process', command: process }) ??
    keysIn(name, files.configured.get(name))
  );
}

function webIdentityOf(name: string, profile: Section | undefined, env: Env): Login | undefined {
  const word = (key: string, variable: string) => env[variable] || wordIn(profile, key);
  const tokenFile = word('web_identity_token_file', 'AWS_WEB_IDENTITY_TOKEN_FILE');
  if (tokenFile === undefined) return undefined;
  const arn = word('role_arn', 'AWS_ROLE_ARN');
  if (arn === undefined) throw invalid(name, 'has a web identity, and no role_arn');
  const sessionName = word('role_session_name', 'AWS_ROLE_SESSION_NAME');
  return { kind: 'web identity', tokenFile, arn, ...(sessionName === undefined ? {} : { sessionName }) };
}

function ssoOf(name: string, profile: Section | undefined, files: AwsFiles): Login | undefined {
  if (!profile?.has('sso_role_name') && !profile?.has('sso_account_id')) return undefined;
  const session = wordIn(profile, 'sso_session');
  const shared = session === undefined ? new Map() : files.ssoSessions.get(session);
  if (!shared) throw invalid(name, `has the sso_session ${session}, which is not there`);
  for (const [key, value] of shared) {
    if ((profile.get(key) ?? value) !== value) throw invalid(name, `has another ${key} than its sso_session`);
  }
  const word = (key: string): string => {
    const value = wordIn(profile, key) ?? wordIn(shared, key);
    if (value === undefined) throw invalid(name, `uses single sign-on, and has no ${key}`);
    return value;
  };
  return {
    kind: 'sso',
    profile: name,
    startUrl: word('sso_start_url'),
    region: word('sso_region'),
    account: word('sso_account_id'),
    role: word('sso_role_name'),
    ...(session === undefined ? {} : { session }),
  };
}

function keysIn(name: string, section: Section | undefined): Login | undefined {
  if (!section?.has('aws_access_key_id')) return undefined;
  const [accessKeyId, secretAccessKey] = [
    wordIn(section, 'aws_access_key_id'),
    wordIn(section, 'aws_secret_access_key'),
  ];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw invalid(name, 'has only one half of its access key');
  }
  const token = section.has('aws_security_token') ? 'aws_security_token' : 'aws_session_token';
  const sessionToken = wordIn(section, token);
  return { kind: 'keys', keys: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}
