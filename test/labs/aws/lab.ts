import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import type { DownOptions, Lab, Status, UpOptions } from '../lab-contract.ts';
import { isInstalled, provideMoto, pythonProgram } from './moto.ts';
import { REGION } from './region.ts';
import { addressOf, runningPid, startServer, stopServer } from './server.ts';
import { type Site, siteFrom } from './site.ts';

/** Enough for more than one page. */
const VMS = 340;

async function writeConfig(site: Site): Promise<void> {
  const { files } = site;
  await writeFile(files.secret, KEYS.secretAccessKey, { mode: 0o600 });
  const account = {
    platform: 'aws',
    region: REGION,
    'endpoint-url': addressOf(site),
    'access-key-id': KEYS.accessKeyId,
    'secret-access-key': `file:${files.secret}`,
    metrics: true,
    'metrics-every': '60s',
  };
  await writeFile(files.config, stringify({ endpoints: { account } }), { mode: 0o600 });
}

async function up({ flags, tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  const { vms = VMS } = flags;
  await mkdir(site.dir, { recursive: true });
  await provideMoto(site, tell);
  if (runningPid(site) === undefined) {
    tell(`Launching ${vms} instances …`);
    await startServer(site, vms);
  }
  await writeConfig(site);
  return { DROVER_CONFIG: site.files.config };
}

async function down({ tell }: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  await stopServer(site);
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
  tell('The AWS lab is down.');
}

async function status(): Promise<Status> {
  const site = siteFrom(process.env);
  const isUp = runningPid(site) !== undefined && existsSync(site.files.config);
  return { up: isUp, lines: [isUp ? `account  ${addressOf(site)}  up` : 'account  down'] };
}

export const lab: Lab = {
  title: 'AWS lab',
  packages: ['python3', 'python3-venv'],
  options: { vms: 'so many instances instead of 340' },
  missing: () => (isInstalled(siteFrom(process.env)) || pythonProgram() ? [] : ['Python 3 with venv']),
  up,
  down,
  status,
};
