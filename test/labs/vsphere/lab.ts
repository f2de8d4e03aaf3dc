import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { PASSWORD, USER } from '../../../src/platforms/vsphere/testkit/vcsim.ts';
import type { DownOptions, Lab, Status, UpOptions } from '../lab-contract.ts';
import { goProgram, isBuilt, provideVcsim } from './build.ts';
import { addressOf, runningPid, startServer, stopServer } from './server.ts';
import { type Site, siteFrom } from './site.ts';

const VMS = 1_000;

async function writeConfig(site: Site, url: string): Promise<void> {
  const { files } = site;
  const vcenter = { platform: 'vsphere', url, user: USER, password: `file:${files.password}`, ca: files.ca };
  await writeFile(files.password, PASSWORD, { mode: 0o600 });
  await writeFile(files.config, stringify({ endpoints: { vcenter } }), { mode: 0o600 });
}

async function up({ flags, tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  const { vms = VMS } = flags;
  await mkdir(site.dir, { recursive: true });
  await provideVcsim(site, tell);
  if (runningPid(site) === undefined) {
    tell(`Making ${vms} VMs …`);
    await startServer(site, vms);
  }
  const url = addressOf(site);
  await writeConfig(site, url);
  const { config, ca } = site.files;
  return { DROVER_CONFIG: config, GOVC_URL: url, GOVC_USERNAME: USER, GOVC_PASSWORD: PASSWORD, GOVC_TLS_CA_CERTS: ca };
}

async function down({ tell }: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  await stopServer(site);
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
  tell('The vSphere lab is down.');
}

async function status(): Promise<Status> {
  const site = siteFrom(process.env);
  const isUp = runningPid(site) !== undefined && existsSync(site.files.config);
  return { up: isUp, lines: [isUp ? `vcenter  ${addressOf(site)}  up` : 'vcenter  down'] };
}

export const lab: Lab = {
  title: 'vSphere lab',
  packages: [],
  options: { vms: 'so many VMs instead of a thousand' },
  missing: () => (isBuilt(siteFrom(process.env)) || goProgram() ? [] : ['Go 1.25 or later (https://go.dev/dl)']),
  up,
  down,
  status,
};
