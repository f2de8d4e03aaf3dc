import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Endpoint } from '../contract.ts';
import { readHttpTarget } from '../transport/http/target.ts';
import { type Keys, type Login, loginOf } from './user-files/login.ts';
import { caBundle, regionOfEnv, type Service, serviceUrl, switchIn } from './user-files/places.ts';
import { type AwsFiles, around, type Env, readAwsFiles, wordIn } from './user-files/profiles.ts';

/** Which account in which region, and who logs in: the fields of an endpoint and what its profile says, checked. */
export interface Account {
  readonly endpoint: EndpointName;
  readonly region: string;
  /** For sentences, and for what the SDK keeps by the name of a profile: tokens. */
  readonly profile: string | undefined;
  readonly login: Login;
  readonly urls: ServiceUrls;
  readonly fips: boolean;
  readonly dualStack: boolean;
  readonly ca: string | undefined;
  readonly serialConsole: SerialPlace;
  /** Whether its prices are those of Amazon's list, or of one that is named. */
  readonly hasPrices: boolean;
  /** Undefined: CloudWatch is not asked. */
  readonly metricsEveryMs: number | undefined;
}

/** Where the serial consoles of a region answer, by SSH. */
export interface SerialPlace {
  readonly host: string;
  readonly port: number | undefined;
  /** `SHA256:…` of its key; undefined leaves that to the user's known_hosts. */
  readonly fingerprint: string | undefined;
}

/** Undefined: the SDK knows where Amazon's own is. */
export type ServiceUrls = Readonly<Record<Service, string | undefined>>;

const METRICS_EVERY = '5m';
/** Logins of these are not taken where Amazon's price list is. */
const OTHER_PARTITION = /^(cn|us-gov|(us|eu)-iso\w*|eusc)-/;

/** Rejects with config.invalid for fields that lead nowhere. */
export async function accountOf(endpoint: Endpoint, env: Env = process.env): Promise<Account> {
  const { name, values } = endpoint;
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const invalid: Invalid = (why, fix = `drover endpoint edit ${name}`) =>
    new FleetError('config.invalid', `${name}: ${why}`, { fix });

  const profile = text('profile');
  const keys = keysOf(text, invalid);
  if (profile !== undefined && keys) throw invalid('it has a profile and an access key: one of them must go');
  const files = await readAwsFiles(around(env));
  const section = files.profiles.get(profile ?? env['AWS_DEFAULT_PROFILE'] ?? env['AWS_PROFILE'] ?? 'default');
  const ofFile = wordIn(section, 'region');
  // A profile that was named counts before the environment; without one it is as the AWS tools do it.
  const region =
    text('region') ?? (profile === undefined ? (regionOfEnv(env) ?? ofFile) : (ofFile ?? regionOfEnv(env)));
  if (region === undefined) {
    throw invalid(`the region is missing${profile === undefined ? '' : `, and the profile ${profile} has none`}`);
  }
  const own = text('endpoint-url');
  const checked = (found: string | undefined) => {
    // Signed requests say nothing secret, but what comes back does, and a listener in between could change it.
    if (found !== undefined) readHttpTarget(found, { endpoint: name, port: 443, plainAllowed: false });
    return found;
  };
  const url = (service: Service) => checked(own ?? serviceUrl(service, section, files, env));
  const urls = {
    ec2: url('ec2'),
    cloudwatch: url('cloudwatch'),
    sts: url('sts'),
    s3: url('s3'),
    route53: url('route53'),
    elbv2: url('elbv2'),
    ec2connect: url('ec2connect'),
    // A cloud that is compatible has prices of its own.
    pricing: checked(serviceUrl('pricing', section, files, env)),
  };
  return {
    endpoint: name,
    region,
    profile,
    login: withRole(keys ? { kind: 'keys', keys } : loginFor(profile, files, env, invalid), text, invalid),
    urls,
    fips: switchIn(section, 'use_fips_endpoint', env, 'AWS_USE_FIPS_ENDPOINT') ?? false,
    dualStack: switchIn(section, 'use_dualstack_endpoint', env, 'AWS_USE_DUALSTACK_ENDPOINT') ?? false,
    ca: text('ca') ?? caBundle(section, env),
    hasPrices: urls.pricing !== undefined || (urls.ec2 === undefined && !OTHER_PARTITION.test(region)),
    serialConsole: serialPlaceOf(region, text('serial-console'), text('serial-console-key')),
    metricsEveryMs:
      values['metrics'] === true
        ? everyMs(text('metrics-every') ?? METRICS_EVERY, urls.cloudwatch === undefined ? BILLED_EVERY_MS : SHORTEST_MS)
        : undefined,
  };
}

/** Amazon's own of the region (EC2 user guide, serial console endpoints), or what the endpoint says. */
function serialPlaceOf(region: string, own: string | undefined, fingerprint: string | undefined): SerialPlace {
  const [host = '', port] = (own ?? `serial-console.ec2-instance-connect.${region}.aws`).split(':');
  return { host, port: port === undefined ? undefined : Number(port), fingerprint };
}

type Invalid = (why: string, fix?: string) => FleetError;

function loginFor(profile: string | undefined, files: AwsFiles, env: Env, invalid: Invalid): Login {
  try {
    return loginOf(profile, files, env);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw invalid(error.message, 'correct ~/.aws/config, or give the endpoint another profile');
  }
}

/** The role of the endpoint, taken with the login that it has otherwise. */
function withRole(login: Login, text: (key: string) => string | undefined, invalid: Invalid): Login {
  const arn = text('role-arn');
  const mfaSerial = text('mfa-serial');
  if (arn !== undefined) {
    return { kind: 'role', role: { arn, ...(mfaSerial === undefined ? {} : { mfaSerial }) }, source: login };
  }
  if (mfaSerial !== undefined) throw invalid('an MFA device needs a role that is assumed with it');
  return login;
}

function keysOf(text: (key: string) => string | undefined, invalid: Invalid): Keys | undefined {
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

/** Amazon's CloudWatch has nothing newer, and bills each question. */
const BILLED_EVERY_MS = 60_000;
const SHORTEST_MS = 1_000;

/** `5m`, `60s`, `60`; not below `least`. */
function everyMs(text: string, least: number): number {
  const minutes = text.endsWith('m');
  return Math.max(least, Number.parseFloat(text) * (minutes ? 60_000 : 1_000));
}
