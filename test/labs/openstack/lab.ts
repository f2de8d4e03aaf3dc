import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DownOptions, Lab, Status, Tell, UpOptions } from '../lab-contract.ts';
import { createHosts, createPeople, createSchemas, layDatabase, moveCatalog } from './birth.ts';
import { hasSnapshot, keepSnapshot, layersOf, providePackages } from './cache.ts';
import { writeCertificates } from './certificates.ts';
import { boot, isBooted, powerOff } from './cloud.ts';
import { publicUrl } from './cloud-api.ts';
import { writeConfigs } from './drover-config.ts';
import { populate } from './population.ts';
import { mendCloud, startMost, startRest } from './ready.ts';
import { missing, packages } from './requirements.ts';
import { endService, GROUND, runs, serviceNames, startGround } from './services.ts';
import { type Site, siteFrom } from './site.ts';

/** A database or queue that was killed needs minutes to recover: they end in their own time, the others need not. */
async function shutDown(site: Site): Promise<void> {
  const names = serviceNames(site);
  const upper = names.filter((name) => !GROUND.some((lower) => lower === name));
  await Promise.all(upper.map((name) => endService(site, name)));
  await Promise.all(GROUND.map((name) => endService(site, name)));
  await powerOff(site);
}

/** Makes the cloud from nothing, and keeps it as it is then. */
async function giveBirth(site: Site, tell: Tell): Promise<void> {
  tell('Making the cloud: databases …');
  await boot(site, await layersOf(site));
  await layDatabase(site);
  await startGround(site);
  await createSchemas(site);
  tell('… services …');
  await startMost(site);
  await createPeople(site);
  await startRest(site);
  await createHosts(site);
  tell('… servers …');
  await populate(site);
  await shutDown(site);
  await keepSnapshot(site);
}

async function up({ tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  const { files } = site;
  await mkdir(site.dir, { recursive: true });
  await providePackages(site, tell);
  if (!existsSync(files.ca)) await writeCertificates(site);
  // without a snapshot it is one of another recipe, or one whose birth was broken off
  if (isBooted(site) && !hasSnapshot(site)) await powerOff(site);
  if (!isBooted(site)) {
    if (!hasSnapshot(site)) await giveBirth(site, tell);
    tell(`Starting the cloud at ${site.address} …`);
    await boot(site, await layersOf(site));
  }
  await startGround(site);
  await moveCatalog(site);
  await mendCloud(site);
  await writeConfigs(site);
  return { DROVER_CONFIG: files.config, OS_CLIENT_CONFIG_FILE: files.cloudsYaml, OS_CLOUD: 'fleet' };
}

async function down({ tell }: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  await powerOff(site);
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
  tell('The OpenStack lab is down.');
}

async function status(): Promise<Status> {
  const site = siteFrom(process.env);
  if (!isBooted(site)) return { up: false, lines: ['cloud  down'] };
  const names = serviceNames(site);
  const running = await Promise.all(names.map((name) => runs(site, name)));
  const lines = names.map((name, place) => `${name}  ${running[place] ? 'up' : 'down'}`);
  return { up: running.every(Boolean), lines: [`cloud  ${publicUrl(site, 'identity')}`, ...lines] };
}

export const lab: Lab = { title: 'OpenStack lab', packages, options: {}, missing, up, down, status };
