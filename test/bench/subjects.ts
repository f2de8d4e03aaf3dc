import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../labs/command.ts';
import { serveKubeApi } from './kube-api.ts';
import type { Subject } from './screen.ts';

const drover = (program: string, vms: number): Subject => ({
  name: `drover, ${vms.toLocaleString('en')} VMs`,
  argv: [program, `--demo=${vms}`],
  isFrame: (screen) => screen.includes('endpoint') && screen.includes('? help'),
  isWhole: (screen) => /● running .*\d+%/.test(screen),
  down: 'j',
  up: 'k',
  toBottom: 'j'.repeat(40),
  quit: 'q',
});

/** htop has as many rows as this machine has processes, and repaints once a second here. */
const htop: Subject = {
  name: 'htop',
  argv: ['htop', '--delay=10'],
  isFrame: (screen) => screen.includes('Load average') && screen.includes('F10Quit'),
  isWhole: (screen) => /^ *\d+ root /m.test(screen),
  down: '\x1b[B',
  up: '\x1b[A',
  toBottom: '\x1b[B'.repeat(40),
  quit: 'q',
};

/** More than the keys that are pressed, so that each of them moves the cursor. */
const DIRT_DOMAINS = 200;

/** A terminal manager for libvirt, over the library's own test driver: https://github.com/llcoolkm/dirt */
const dirt = (domains: string): Subject => ({
  name: `dirt, ${DIRT_DOMAINS} domains`,
  argv: ['dirt', '--uri', `test://${domains}`],
  isFrame: (screen) => screen.includes('vm001'),
  isWhole: (screen) => /vm001 .*running/.test(screen),
  down: 'j',
  up: 'k',
  toBottom: 'j'.repeat(40),
  quit: 'q',
});

/** The test driver's description of a host that has these domains, all running. */
async function writeDomains(file: string): Promise<void> {
  const domains = Array.from({ length: DIRT_DOMAINS }, (_, index) => {
    const name = `vm${String(index + 1).padStart(3, '0')}`;
    return `<domain type='test'><name>${name}</name><memory>1048576</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>`;
  });
  await writeFile(file, `<node>${domains.join('')}</node>`);
}

const PODS = 1_000;

/**
 * A terminal manager for Kubernetes, beside a server of ours whose pods stand still: https://k9scli.io
 * Without the second that it shows its logo, and without asking for a newer version.
 */
async function k9s(): Promise<Subject> {
  const { url } = await serveKubeApi(PODS);
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-k9s-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'bench', cluster: { server: url } }],
      users: [{ name: 'bench', user: {} }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      'current-context': 'bench',
    }),
  );
  await writeFile(join(folder, 'config.yaml'), 'k9s:\n  skipLatestRevCheck: true\n');
  return {
    name: `k9s, ${PODS.toLocaleString('en')} pods that stand still`,
    argv: ['k9s', '--kubeconfig', kubeconfig, '--splashless', '--command', 'pods'],
    env: { K9S_CONFIG_DIR: folder },
    isFrame: (screen) => screen.includes('Context:') && screen.includes('<?>'),
    isWhole: (screen) => /pod-0001 .*Running/.test(screen),
    down: 'j',
    up: 'k',
    toBottom: 'j'.repeat(40),
    quit: '\x03',
  };
}

const isThere = (program: string): Promise<boolean> =>
  run(['sh', '-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );

/** drover on the simulated fleet, all of whose VMs change every second; and what people know, as far as it is installed. */
export async function subjects(program: string): Promise<readonly Subject[]> {
  const domains = join(tmpdir(), `drover-bench-domains-${process.pid}.xml`);
  await writeDomains(domains);
  return [
    drover(program, 10_000),
    drover(program, 1_000),
    drover(program, 100_000),
    ...((await isThere('htop')) ? [htop] : []),
    ...((await isThere('dirt')) ? [dirt(domains)] : []),
    ...((await isThere('k9s')) ? [await k9s()] : []),
  ];
}
