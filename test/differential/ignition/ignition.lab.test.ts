/** What drover writes for Ignition is what Ignition takes, by its own validator: built once, and kept in the cache of the labs. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Settings } from '../../../src/platforms/contract.ts';
import { readGuest } from '../../../src/platforms/lib/seed/guest-spec.ts';
import { writeSeed } from '../../../src/platforms/lib/seed/seed.ts';
import { outputOf, run } from '../../labs/command.ts';
import { goProgram } from '../../labs/vsphere/build.ts';

const SOURCES = join(import.meta.dirname, 'validate');
const PROGRAM = 'github.com/coreos/ignition/v2/validate';
const CACHE = process.env['DROVER_LAB_CACHE'] ?? join(homedir(), '.cache/drover-lab');
const BUILD_MS = 150_000;
const KEY = `ssh-ed25519 ${'A'.repeat(68)} me@here`;

let validator: string;
let folder: string;

beforeAll(async () => {
  const mark = createHash('sha256')
    .update(readFileSync(join(SOURCES, 'go.sum')))
    .digest('hex')
    .slice(0, 12);
  validator = join(CACHE, `ignition-validate-${mark}`);
  folder = await mkdtemp(join(tmpdir(), 'ignition-'));
  if (existsSync(validator)) return;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${validator}.${process.pid}`;
  await run([goProgram() ?? 'go', '-C', SOURCES, 'build', '-mod=readonly', '-o', unfinished, PROGRAM], BUILD_MS);
  await rename(unfinished, validator);
}, BUILD_MS);
afterAll(() => rm(folder, { recursive: true }));

/** What the validator says; '' is nothing to complain of. */
async function saidOf(config: string): Promise<string> {
  const file = join(folder, 'config.ign');
  await writeFile(file, config);
  const { stdout, stderr } = await outputOf([validator, file]).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  return `${stdout}${stderr}`.trim();
}
async function configOf(spec: Settings): Promise<string> {
  const { seed, network } = readGuest(spec, 'fcos');
  const macs = ['52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'];
  const rest = { image: 'fcos', macs, instance: 'u', date: new Date(0), metadata: { plan: 'shop' } };
  return (await writeSeed({ name: 'web1', seed, network, ...rest }))?.bytes.toString() ?? '';
}

it.each<Settings>([
  {},
  { user: 'root', keys: KEY },
  { keys: `${KEY}\n${KEY}`, 'root-login': true },
  { user: 'fred', keys: KEY, password: 'Sesam', 'store-metadata': true, commands: 'echo "a: b"\nfalse', domain: 'a.b' },
  { file: [{ path: '/opt/a', content: 'x', mode: '0750', owner: 'fred:1000' }, { path: '/etc/empty' }] },
  { ips: '10.0.0.5/24 fd00::5/64\ndhcp\nnone', gateway: '10.0.0.1 fd00::1', dns: '9.9.9.9', domain: 'lan.test' },
])('%j is a config without a complaint', async (spec) => {
  expect(await saidOf(await configOf(spec))).toBe('');
});

it('a config with a fault is complained of', async () => {
  const config = (await configOf({})).replace('/etc/hostname', 'etc/hostname');
  expect(await saidOf(config)).toContain('path not absolute');
});
