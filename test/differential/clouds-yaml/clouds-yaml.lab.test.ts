/**
 * clouds.yaml as openstacksdk reads it. One difference is deliberate: ids, names, users and passwords are the words that
 * are written, where PyYAML makes numbers, dates or yes and no of them. So the SDK is asked with a reader that keeps such
 * words, and nothing may differ then; how many clouds the SDK as it is reads otherwise is counted.
 * Not compared: a domain or project that is null, of which the SDK makes the word None; a user without a domain, whom
 * drover takes to be of the domain Default; and which certificates count where they are not looked at (drover looks).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { readCloud } from '../../../src/platforms/openstack/user-files/cloud-entry.ts';
import { here, readCloudsFiles } from '../../../src/platforms/openstack/user-files/clouds-files.ts';
import { askPython, pythonWith } from '../python.ts';
import { createChances } from '../random.ts';
import { type Case, makeCase } from './cases.ts';

const COUNT = 400;
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface SdkAnswer {
  readonly error?: string;
  readonly why?: string;
  readonly file: string;
  readonly auth: Readonly<Record<string, string>>;
  readonly auth_type: string;
  readonly verify: boolean | string | null;
  readonly cert: string | readonly string[] | null;
  readonly services: Readonly<Record<string, Readonly<Record<string, string | readonly string[] | null>>>>;
}

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'drover-clouds-'));
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function put(one: Case, index: number) {
  const at = join(root, String(index));
  await mkdir(join(at, 'home'), { recursive: true });
  await mkdir(join(at, 'work'), { recursive: true });
  for (const [path, text] of Object.entries(one.files)) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), text);
  }
  return { home: join(at, 'home'), directory: join(at, 'work'), env: one.env, cloud: one.cloud, region: one.region };
}

/** Both in the same words; what drover does not look at is left out. */
function ofSdk({ file, auth, auth_type, verify, cert, services }: SdkAnswer, home: string) {
  const login = withDefaultDomain(auth);
  const [compute, image, volume] = ['compute', 'image', 'block-storage'].map((kind) => services[kind] ?? {});
  const unverified = verify === false || verify === '';
  const path = typeof verify === 'string' ? verify : undefined;
  return {
    file,
    auth: Object.fromEntries(Object.entries(login).filter(([key, value]) => LOGIN_KEYS.has(key) && value !== '')),
    authType: auth_type,
    unverified,
    ca: unverified ? undefined : path?.replace(/^~(?=\/)/, home),
    cert: cert ?? undefined,
    services: [compute, image, volume].map((one = {}) => ({
      region: one['region'] || undefined,
      interfaces: [one['interface'] || 'public'].flat().map((word) => word.replace(/URL$/, '')),
      url: one['url'] || undefined,
      type: one['type'] || undefined,
      name: one['name'] || undefined,
    })),
  };
}

const LOGIN_KEYS = new Set([
  ...['auth_url', 'username', 'user_id', 'password', 'token', 'passcode', 'project_id', 'project_name'],
  ...['user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name'],
]);

/** keystoneauth takes the default domain for user and project at the login (keystoneauth1/identity/generic). */
function withDefaultDomain(auth: SdkAnswer['auth']): Readonly<Record<string, string>> {
  const filled: Record<string, string> = { ...auth };
  for (const kind of ['id', 'name']) {
    const fallback = auth[`default_domain_${kind}`];
    if (!fallback) continue;
    for (const whose of ['user', 'project']) filled[`${whose}_domain_${kind}`] ||= fallback;
  }
  return filled;
}

async function ofDrover({ home, directory, env, cloud, region }: Awaited<ReturnType<typeof put>>) {
  const files = await readCloudsFiles(undefined, { ...here(), home, directory, env });
  const entry = readCloud(cloud, files, region);
  return {
    file: files.clouds?.path,
    auth: entry.auth,
    authType: entry.authType,
    unverified: entry.unverified,
    // With a file drover looks at certificates all the same.
    ca: entry.unverified ? undefined : entry.ca?.replace(/^~(?=\/)/, home),
    cert: entry.cert === undefined ? undefined : entry.key === undefined ? entry.cert : [entry.cert, entry.key],
    services: (['compute', 'image', 'volume'] as const).map(entry.service),
  };
}

it(`reads ${COUNT} clouds as openstacksdk does, but for words that look like numbers`, async () => {
  const by = createChances(20_260_501);
  const cases = await Promise.all(Array.from({ length: COUNT }, () => makeCase(by)).map(put));
  const python = await pythonWith(own('requirements.txt'));
  const answers = await askPython<{ plain: SdkAnswer; words: SdkAnswer }[]>(python, own('ask-openstacksdk.py'), {
    cases,
  });

  let [refused, deliberate] = [0, 0];
  const kinds = new Map<string, number>();
  const differing: unknown[] = [];
  for (const [index, one] of cases.entries()) {
    const { plain, words } = answers[index] as { plain: SdkAnswer; words: SdkAnswer };
    const mine = await ofDrover(one).catch((error: unknown) => {
      if (error instanceof FleetError && error.code === 'config.invalid') return error;
      throw error;
    });
    if (words.error !== undefined || mine instanceof FleetError) {
      refused++;
      kinds.set(`${words.error}`, (kinds.get(`${words.error}`) ?? 0) + 1);
      // A login that misses something is refused when the endpoint's own fields were added (address.ts).
      const isLater = ['MissingRequiredOptions', 'OptionError', 'TypeError'].includes(words.error ?? '');
      if (words.error === undefined || !(mine instanceof FleetError || isLater)) {
        differing.push({
          at: one.home,
          sdk: words.why,
          drover: mine instanceof FleetError ? mine.message : 'takes it',
        });
      }
      continue;
    }
    const theirs = ofSdk(words, one.home);
    const others = differences(theirs, mine);
    if (others.length > 0) differing.push({ at: one.home, others });
    if (JSON.stringify(plain) !== JSON.stringify(words)) deliberate++;
  }
  console.log(
    `${COUNT} clouds compared, ${refused} of them refused (${[...kinds].join('; ')}); ${deliberate} hold words that PyYAML takes for something else`,
  );
  expect(differing.slice(0, 12)).toEqual([]);
});

type Answer = Readonly<Record<string, unknown>>;

/** `key: theirs | mine` */
const differences = (theirs: Answer, mine: Answer): readonly string[] =>
  Object.keys(theirs).flatMap((key) => {
    const [one, other] = [theirs[key], mine[key]].map((value) => JSON.stringify(sorted(value)));
    return one === other ? [] : `${key}: ${one} | ${other}`;
  });

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
