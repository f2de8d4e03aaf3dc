import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import { lab as aws } from '../aws/lab.ts';
import type { DownOptions, Lab, Status, UpOptions } from '../lab-contract.ts';
import { lab as libvirt } from '../libvirt/lab.ts';
import { lab as openstack } from '../openstack/lab.ts';
import { lab as proxmox } from '../proxmox/lab.ts';
import { lab as vsphere } from '../vsphere/lab.ts';
import { siteFrom } from './site.ts';

/** In the order in which they are brought up: what takes longest is last, when the others need the processor no more. */
const labs: readonly Lab[] = [aws, proxmox, libvirt, openstack, vsphere];

/** Few enough to see all platforms on one screen, and to make them in seconds. */
const VMS = 24;

/** The first configuration of a lab has the endpoints that it is about; of the libvirt lab one host is enough. */
async function endpointsOf(config: string): Promise<Readonly<Record<string, unknown>>> {
  const { endpoints } = parse(await readFile(config, 'utf8')) as { endpoints: Record<string, unknown> };
  const [first] = Object.entries(endpoints);
  return first ? Object.fromEntries([first]) : {};
}

async function up({ tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  const endpoints: Record<string, unknown> = {};
  let variables: Readonly<Record<string, string>> = {};
  for (const lab of labs) {
    tell(`The ${lab.title} …`);
    const own = await lab.up({ flags: 'vms' in lab.options ? { vms: VMS } : {}, tell });
    const { DROVER_CONFIG: config, ...others } = own;
    if (config !== undefined) Object.assign(endpoints, await endpointsOf(config));
    variables = { ...variables, ...others };
  }
  await mkdir(site.dir, { recursive: true });
  await writeFile(site.config, stringify({ endpoints }), { mode: 0o600 });
  return { ...variables, DROVER_CONFIG: site.config };
}

async function down(options: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  for (const lab of labs.toReversed()) await lab.down(options);
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
}

async function status(): Promise<Status> {
  const all = await Promise.all(labs.map((lab) => lab.status()));
  return { up: all.every((one) => one.up), lines: all.flatMap(({ lines }) => lines) };
}

/** Five platforms at once, as somebody has them who has them all: what the other labs have, in one configuration. */
export const lab: Lab = {
  title: 'lab of all platforms together',
  packages: [...new Set(labs.flatMap(({ packages }) => packages))],
  options: {},
  missing: () => [...new Set(labs.flatMap((lab) => lab.missing()))],
  up,
  down,
  status,
};
