import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { PASSWORD, startVcsim, USER } from '../../src/platforms/vsphere/testkit/vcsim.ts';
import { outputOf, run } from '../labs/command.ts';
import { provideVcsim } from '../labs/vsphere/build.ts';
import { siteFrom } from '../labs/vsphere/site.ts';
import { type Figures, figuresOf } from './figures.ts';

/** The list of one vCenter, from the start of the process to its end: ms. */
export interface VsphereFigures {
  readonly vms: number;
  /** In turns, against the same vCenter. */
  readonly drover: Figures;
  readonly kcli: Figures;
}

const KCLI = '99.0.202610251748';
/** Of the list of kcli, which leaves the template out. */
const VMS = 1_000;
const MADE_BEFORE = 3;
const ROUNDS = 5;
/** kcli knows no other port than 443, and this machine may use that of 127.0.0.1. */
const HOST = '127.0.0.9';
const LIST_MS = 180_000;

/** Needs root (for port 443), Go or the lab's cache, and Python with its package index. */
export async function measureVsphere(program: string, tell: (line: string) => void): Promise<VsphereFigures> {
  const site = siteFrom(process.env);
  await provideVcsim(site, tell);
  const kcli = await provideKcli(dirname(site.binary), tell);
  const home = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  tell(`Making ${VMS} VMs …`);
  const flags = ['-listen', `${HOST}:443`, '-datacenters', '1'];
  const vcsim = await startVcsim(site.binary, VMS - MADE_BEFORE, ...flags);
  try {
    const config = await writeConfigs(home, vcsim.ca);
    const ways = {
      drover: [program, '--config', config, 'vm', 'list'],
      kcli: ['env', `HOME=${home}`, kcli, 'list', 'vm'],
    } as const;
    const times: Record<keyof typeof ways, number[]> = { drover: [], kcli: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of ['drover', 'kcli'] as const) {
        const began = performance.now();
        const { stdout } = await outputOf(ways[way], LIST_MS);
        times[way].push(performance.now() - began);
        const rows = stdout.match(/\b(?:app|web|db|ci|cache)-\d{4}\b/g)?.length ?? 0;
        if (rows !== VMS - MADE_BEFORE) throw new Error(`${way} lists ${rows} VMs: ${stdout.slice(-500)}`);
      }
    }
    return { vms: VMS, drover: figuresOf(times.drover), kcli: figuresOf(times.kcli) };
  } finally {
    await vcsim.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Without libvirt's bindings, which it declares and needs for KVM alone. */
async function provideKcli(cache: string, tell: (line: string) => void): Promise<string> {
  const folder = join(cache, `kcli-${KCLI}`);
  const kcli = join(folder, 'bin', 'kcli');
  if (existsSync(kcli)) return kcli;
  tell(`Installing kcli ${KCLI} …`);
  await run(['python3', '-m', 'venv', '--clear', folder]);
  const pip = [join(folder, 'bin', 'pip'), 'install', '-q'] as const;
  await run([...pip, 'argcomplete', 'PyYAML', 'prettytable', 'jinja2', 'pyvmomi', 'cryptography'], LIST_MS);
  await run([...pip, '--no-deps', `kcli==${KCLI}`], LIST_MS);
  return kcli;
}

async function writeConfigs(home: string, ca: string): Promise<string> {
  const config = join(home, 'config.yaml');
  const password = join(home, 'password');
  const vcenter = { platform: 'vsphere', url: HOST, user: USER, password: `file:${password}`, ca };
  await writeFile(password, PASSWORD, { mode: 0o600 });
  await writeFile(config, stringify({ endpoints: { vcenter } }), { mode: 0o600 });
  const client = { type: 'vsphere', host: HOST, user: USER, password: PASSWORD, datacenter: 'DC0', cluster: 'DC0_C0' };
  await mkdir(join(home, '.kcli'));
  await writeFile(join(home, '.kcli', 'config.yml'), stringify({ default: { client: 'vcenter' }, vcenter: client }));
  return config;
}
