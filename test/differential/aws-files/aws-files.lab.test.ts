/**
 * The files of the AWS tools as botocore reads them, which is the aws command. One difference is deliberate: the region of
 * a profile that was named counts before AWS_DEFAULT_REGION, so that an endpoint does not move with the shell that drover
 * is started from. drover says more where nothing can log in: the half of a key, a role without its ARN.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { type Login, loginOf } from '../../../src/platforms/aws/user-files/login.ts';
import { caBundle, type Service, serviceUrl, switchIn } from '../../../src/platforms/aws/user-files/places.ts';
import { around, readAwsFiles, wordIn } from '../../../src/platforms/aws/user-files/profiles.ts';
import { askPython, pythonWith } from '../python.ts';
import { createChances } from '../random.ts';
import { type Case, makeCase } from './cases.ts';

const COUNT = 500;
const SERVICES: readonly Service[] = ['ec2', 'cloudwatch', 'sts'];
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'drover-aws-'));
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function put({ config, credentials, env, profile }: Case, index: number) {
  const home = join(root, String(index));
  await mkdir(join(home, '.aws'), { recursive: true });
  if (config !== undefined) await writeFile(join(home, '.aws/config'), config);
  if (credentials !== undefined) await writeFile(join(home, '.aws/credentials'), credentials);
  return { home, env, profile };
}
type Put = Awaited<ReturnType<typeof put>>;

type Answer = Readonly<Record<string, unknown>>;
interface SdkAnswer {
  readonly error?: string;
  readonly why?: string;
  readonly profiles: readonly string[];
  readonly scoped: unknown;
  readonly region: string | null;
  readonly ca: string | null;
  readonly fips: boolean | null;
  readonly urls: Readonly<Record<Service, string | null>>;
  readonly login: { readonly roles: readonly Answer[]; readonly kind: string | null; readonly values: unknown };
}

const ofBotocore = ({ profiles, scoped, region, ca, fips, urls, login }: SdkAnswer): Answer => ({
  profiles,
  scoped,
  region: region || undefined,
  ca: ca || undefined,
  fips: fips ?? false,
  urls: SERVICES.map((service) => urls[service] || undefined),
  login,
});

async function ofDrover({ home, env: more, profile }: Put): Promise<Answer> {
  const env: Readonly<Record<string, string | undefined>> = { HOME: home, ...more };
  const files = await readAwsFiles(around(env));
  const section = files.profiles.get(profile ?? env['AWS_DEFAULT_PROFILE'] ?? env['AWS_PROFILE'] ?? 'default');
  const scoped = Object.fromEntries([...(section ?? [])].map(([key, value]) => [key, plain(value)]));
  return {
    profiles: [...files.profiles.keys()],
    scoped,
    region: env['AWS_DEFAULT_REGION'] ?? wordIn(section, 'region'),
    ca: caBundle(section, env),
    fips: switchIn(section, 'use_fips_endpoint', env, 'AWS_USE_FIPS_ENDPOINT') ?? false,
    urls: SERVICES.map((service) => serviceUrl(service, section, files, env)),
    login: botocoreWords(loginOf(profile, files, env)),
  };
}

const plain = (value: string | ReadonlyMap<string, string>) =>
  typeof value === 'string' ? value : Object.fromEntries(value);

/** In botocore's words. */
function botocoreWords(login: Login, roles: readonly Answer[] = []): Answer {
  switch (login.kind) {
    case 'role': {
      const { arn, externalId, mfaSerial, sessionName, durationSeconds } = login.role;
      const role = {
        role_arn: arn,
        external_id: externalId,
        mfa_serial: mfaSerial,
        role_session_name: sessionName,
        duration_seconds: durationSeconds,
      };
      return botocoreWords(login.source, [...roles, role]);
    }
    case 'keys': {
      const { accessKeyId: id, secretAccessKey: secret, sessionToken: token = null } = login.keys;
      return { roles, kind: 'keys', values: { id, secret, token } };
    }
    case 'web identity': {
      const { tokenFile, arn, sessionName = null } = login;
      return { roles, kind: login.kind, values: { tokenFile, arn, sessionName } };
    }
    case 'sso': {
      const { account, role, startUrl, region, session } = login;
      const values = { sso_role_name: role, sso_account_id: account, sso_start_url: startUrl, sso_region: region };
      return { roles, kind: 'sso', values: session === undefined ? values : { ...values, sso_session: session } };
    }
    case 'process':
      return { roles, kind: 'process', values: login.command };
    default:
      return { roles, kind: login.kind === 'container or instance' ? 'container' : login.kind, values: {} };
  }
}

it(`reads ${COUNT} pairs of files as botocore does`, async () => {
  const by = createChances(20_260_502);
  const cases = await Promise.all(Array.from({ length: COUNT }, () => makeCase(by)).map(put));
  const answers = await askPython<SdkAnswer[]>(await pythonWith(own('requirements.txt')), own('ask-botocore.py'), {
    cases,
  });

  const refusals = new Map<string, number>();
  const kinds = new Map<string, number>();
  const differing: unknown[] = [];
  for (const [index, one] of cases.entries()) {
    const theirs = answers[index] as SdkAnswer;
    const mine = await ofDrover(one).catch((error: unknown) => {
      if (error instanceof FleetError && error.code === 'config.invalid') return error;
      throw error;
    });
    if (theirs.error !== undefined || mine instanceof FleetError) {
      refusals.set(`${theirs.error}`, (refusals.get(`${theirs.error}`) ?? 0) + 1);
      if (theirs.error === undefined || !(mine instanceof FleetError)) {
        differing.push({
          at: one,
          botocore: theirs.why,
          drover: mine instanceof FleetError ? mine.message : 'takes it',
        });
      }
      continue;
    }
    kinds.set(`${theirs.login.kind}`, (kinds.get(`${theirs.login.kind}`) ?? 0) + 1);
    const others = differences(ofBotocore(theirs), mine);
    if (others.length > 0) differing.push({ at: one, others });
  }
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
  console.log(`${COUNT} pairs of files compared; refused: ${list(refusals)}; logins: ${list(kinds)}`);
  expect(differing.slice(0, 12)).toEqual([]);
});

/** `key: theirs | mine` */
const differences = (theirs: Answer, mine: Answer): readonly string[] =>
  Object.keys(theirs).flatMap((key) => {
    const [one, other] = [theirs[key], mine[key]].map((value) => JSON.stringify(sorted(value)));
    return one === other ? [] : `${key}: ${one} | ${other}`;
  });

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([key, inner]) => [key, sorted(inner)]));
};
