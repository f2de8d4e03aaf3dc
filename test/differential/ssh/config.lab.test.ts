/** Our reader of the SSH configuration beside `ssh -G`: it agrees or refuses, and never answers another host. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { sentence } from '../../../src/errors.ts';
import { readSshConfig, type SshHostConfig } from '../../../src/platforms/transport/ssh/config.ts';
import { sshCase } from './generate.ts';
import { ownHome, requireTools } from './own-home.ts';
import { run } from './real-sshd.ts';

const SEED = 20_261_128;
const CASES = 600;
const AT_ONCE = 4;
const ENVIRONMENT = { KEYS: '/var/keys', AGENT: '/run/agent.sock', SSH_AUTH_SOCK: '/run/usual.sock' };
const patience = { clock: systemClock, signal: new AbortController().signal };

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  await requireTools(dir);
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

type Outcome = SshHostConfig | string;

/** The settings, or why there are none. */
const outcomeOf = (reading: Promise<SshHostConfig>): Promise<Outcome> =>
  reading.catch((error: unknown) => sentence(error));

interface Compared {
  readonly seed: number;
  readonly ssh: Outcome;
  readonly ours: Outcome;
  readonly config: string;
}

async function compare(seed: number): Promise<Compared> {
  const { files, ...given } = sshCase(seed);
  const home = join(dir, String(seed));
  const source = await ownHome(home, files, ENVIRONMENT);
  const ssh = await outcomeOf(readSshConfig(given, patience, source));
  const ours = await outcomeOf(readSshConfig(given, patience, { ...source, openssh: undefined }));
  await rm(home, { recursive: true });
  const included = Object.entries(files).map(([name, text]) => `--- ${name}\n${text}`);
  return { seed, ssh, ours, config: `${JSON.stringify(given)}\n${included.join('\n')}` };
}

const isEqual = (a: Outcome, b: Outcome): boolean => JSON.stringify(a) === JSON.stringify(b);

function differences(ssh: Outcome, ours: Outcome): string {
  if (typeof ssh === 'string' || typeof ours === 'string')
    return `ssh: ${JSON.stringify(ssh)}\nours: ${JSON.stringify(ours)}`;
  return Object.entries(ssh)
    .map(([key, value]) => [
      key,
      JSON.stringify(value),
      JSON.stringify(Object.entries(ours).find(([k]) => k === key)?.[1]),
    ])
    .filter(([, a, b]) => a !== b)
    .map(([key, a, b]) => `${key}: ssh ${a}, ours ${b}`)
    .join('\n');
}

it('answers as ssh -G does, or refuses with the reason', async () => {
  const compared: Compared[] = [];
  for (let from = 0; from < CASES; from += AT_ONCE) {
    compared.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => compare(SEED + from + i)))));
  }
  const answered = compared.filter(({ ours }) => typeof ours !== 'string');
  const different = answered.filter(({ ssh, ours }) => !isEqual(ssh, ours));
  const refused = compared.filter(({ ssh, ours }) => typeof ours === 'string' && typeof ssh !== 'string');
  const both = compared.filter(({ ssh, ours }) => typeof ours === 'string' && typeof ssh === 'string');
  console.log(
    `${compared.length} configurations: ${answered.length - different.length} alike, ${refused.length} refused by ours alone, ${both.length} by both, ${different.length} different`,
  );
  if (process.env['DROVER_SHOW_REFUSED']) {
    const reasons = Map.groupBy(refused, ({ ours }) => String(ours).replace(/^.*line \d+: /, ''));
    console.log([...reasons].map(([reason, cases]) => `${cases.length} ${reason}`).join('\n'));
  }
  for (const { seed, ssh, ours, config } of different.slice(0, 20)) {
    console.log(`seed ${seed}\n${differences(ssh, ours)}\n${config}`);
  }
  expect(different.map(({ seed }) => seed)).toEqual([]);
  // A reader that refuses everything would agree with all.
  expect(answered.length).toBeGreaterThan(CASES / 2);
});

it('reads what ssh -G prints, as it stands there', async () => {
  const promised = Array.from({ length: 60 }, async (_, i): Promise<number> => {
    const { files, ...given } = sshCase(SEED + i * 7);
    const home = join(dir, `plain${i}`);
    const source = await ownHome(home, files, ENVIRONMENT);
    const argv = ['-G', ...(given.port ? ['-p', `${given.port}`] : []), ...(given.user ? ['-l', given.user] : [])];
    const printed = await run(source.openssh, [...argv, '--', given.host]).catch(() => undefined);
    const ours = await outcomeOf(readSshConfig(given, patience, source));
    if (typeof ours === 'string' || !printed) return 0;
    const line = (keyword: string) => new RegExp(`^${keyword} (.*)$`, 'm').exec(printed.stdout)?.[1];
    const jump = ours.proxyJump.map(({ host }) => host);
    expect([ours.hostName, `${ours.port}`, ours.user, ours.hostKeyAlias, jump.length > 0]).toEqual([
      line('hostname'),
      line('port'),
      line('user'),
      line('hostkeyalias'),
      line('proxyjump') !== undefined,
    ]);
    return 1;
  });
  const compared = (await Promise.all(promised)).reduce((sum: number, one) => sum + one, 0);
  console.log(`${compared} answers of ssh -G compared line by line`);
  expect(compared).toBeGreaterThan(40);
});
