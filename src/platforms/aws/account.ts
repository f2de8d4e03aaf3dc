import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Endpoint } from '../contract.ts';
import { readHttpTarget } from '../transport/http-target.ts';
import { type Env, type Profile, readProfiles } from './shared-config.ts';

/** Which account in which region, and who logs in: the fields of an endpoint, checked. */
export interface Account {
  readonly endpoint: EndpointName;
  readonly region: string;
  readonly profile: string | undefined;
  readonly keys: Keys | undefined;
  readonly role: { readonly arn: string; readonly mfaSerial: string | undefined } | undefined;
  /** Of a cloud that is compatible; otherwise the SDK knows where each service is. */
  readonly url: string | undefined;
  readonly ca: string | undefined;
  /** Undefined: CloudWatch is not asked. */
  readonly metricsEveryMs: number | undefined;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const METRICS_EVERY = '5m';

/** Rejects with config.invalid for fields that lead nowhere. */
export async function accountOf(endpoint: Endpoint, env: Env = process.env): Promise<Account> {
  const { name, values } = endpoint;
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const invalid = (why: string, fix = `drover endpoint edit ${name}`) =>
    new FleetError('config.invalid', `${name}: ${why}`, { fix });

  const profile = text('profile');
  const keys = keysOf(text, invalid);
  if (profile !== undefined && keys) throw invalid('it has a profile and an access key: one of them must go');
  const profiles = await readProfiles(env);
  const region = text('region') ?? regionOf(profile, profiles, env);
  if (region === undefined) {
    throw invalid(`the region is missing${profile === undefined ? '' : `, and the profile ${profile} has none`}`);
  }
  const url = text('endpoint-url');
  // Signed requests say nothing secret, but what comes back does, and somebody in between could change it.
  if (url !== undefined) readHttpTarget(url, { endpoint: name, port: 443, plainAllowed: false });
  const arn = text('role-arn');
  const mfaSerial = text('mfa-serial');
  if (mfaSerial !== undefined && arn === undefined) throw invalid('an MFA device needs a role that is assumed with it');
  return {
    endpoint: name,
    region,
    profile,
    keys,
    role: arn === undefined ? undefined : { arn, mfaSerial },
    url,
    ca: text('ca'),
    metricsEveryMs:
      values['metrics'] === true
        ? everyMs(text('metrics-every') ?? METRICS_EVERY, url === undefined ? BILLED_EVERY_MS : SHORTEST_MS)
        : undefined,
  };
}

function keysOf(text: (key: string) => string | undefined, invalid: (why: string) => FleetError): Keys | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    text('access-key-id'),
    text('secret-access-key'),
    text('session-token'),
  ];
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw invalid('access-key-id and secret-access-key belong together');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** A profile that was named counts before the environment; without one it is as the AWS tools do it. */
function regionOf(profile: string | undefined, profiles: ReadonlyMap<string, Profile>, env: Env): string | undefined {
  const fromEnv = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
  if (profile !== undefined) return profiles.get(profile)?.['region'] ?? fromEnv;
  return fromEnv ?? profiles.get(env['AWS_PROFILE'] || 'default')?.['region'];
}

/** Amazon's CloudWatch has nothing newer, and bills each question. */
const BILLED_EVERY_MS = 60_000;
const SHORTEST_MS = 1_000;

/** `5m`, `60s`, `60`; not below `least`. */
function everyMs(text: string, least: number): number {
  const minutes = text.endsWith('m');
  return Math.max(least, Number.parseFloat(text) * (minutes ? 60_000 : 1_000));
}
