import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import type { DownOptions, Lab, Status, UpOptions } from '../lab-contract.ts';
import { builtPath, goProgram, provideMock, SOURCES } from './build.ts';
import { runningPid, saidBy, startServer, stopServer } from './server.ts';
import { type Site, siteFrom } from './site.ts';

/** Any is right: the mock asks for none. */
const PASSWORD = 'drover-lab';

async function writeConfig(site: Site): Promise<void> {
  const { files } = site;
  const { url, fingerprint } = saidBy(site);
  const login = { login: 'password', user: 'root@pam', password: `file:${files.password}` };
  await writeFile(files.password, PASSWORD, { mode: 0o600 });
  const endpoints = { pve: { platform: 'proxmox', host: url, fingerprint, ...login } };
  await writeFile(files.config, stringify({ endpoints }), { mode: 0o600 });
}

async function up({ tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  await mkdir(site.dir, { recursive: true });
  const binary = await provideMock(site, tell);
  if (runningPid(site) === undefined) {
    await copyFile(`${SOURCES}/cluster.yml`, site.files.cluster);
    await startServer(site, binary);
  }
  await writeConfig(site);
  return { DROVER_CONFIG: site.files.config };
}

async function down({ tell }: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  await stopServer(site);
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
  tell('The Proxmox lab is down.');
}

async function status(): Promise<Status> {
  const site = siteFrom(process.env);
  const isUp = runningPid(site) !== undefined && existsSync(site.files.config);
  return { up: isUp, lines: [isUp ? `pve  ${saidBy(site).url}  up` : 'pve  down'] };
}

export const lab: Lab = {
  title: 'Proxmox lab',
  packages: [],
  options: {},
  missing: () =>
    existsSync(builtPath(siteFrom(process.env))) || goProgram() ? [] : ['Go 1.26 or later (https://go.dev/dl)'],
  up,
  down,
  status,
};
