import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { host3 } from '../labs/libvirt/hosts.ts';
import { lab } from '../labs/libvirt/lab.ts';
import { makeMany, manyConfig } from '../labs/libvirt/many-domains.ts';
import type { Figures } from './figures.ts';
import { holdKey } from './held-key.ts';
import { openTimed } from './timed-terminal.ts';

export interface ManyDomainsFigures {
  readonly domains: number;
  /** From the start of the process to the first row, and to the last: ms. */
  readonly firstRow: number;
  readonly allRows: number;
  /** From a key to the next paint, thirty keys a second: while all domains are being read, and after; ms. */
  readonly whileLoading: Figures;
  readonly loaded: Figures;
}

const DOMAINS = 10_000;
const KEYS = 120;
/** By then every domain has been read. */
const LOADED_AFTER_MS = 10_000;

/** A daemon with ten thousand domains of libvirt's test driver, read over its socket while somebody moves the cursor. */
export async function measureManyDomains(program: string, tell: (line: string) => void): Promise<ManyDomainsFigures> {
  const wasUp = (await lab.status()).up;
  await lab.up({ flags: {}, tell });
  const home = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  const config = join(home, 'config.yaml');
  await writeFile(config, manyConfig(host3), { mode: 0o600 });
  tell(`Defining ${DOMAINS} domains …`);
  const domains = await makeMany(host3, DOMAINS);
  const terminal = openTimed([program, '--config', config], { columns: 120, rows: 40, env: { HOME: home } });
  try {
    const whole = terminal.when((screen) => screen.includes(`/${DOMAINS + 1} VMs`));
    const firstRow = await terminal.when((screen) => screen.includes('many00001'));
    const [allRows, whileLoading] = await Promise.all([whole, holdKey(terminal, 'j', KEYS)]);
    await pause(LOADED_AFTER_MS);
    const loaded = await holdKey(terminal, 'j', KEYS);
    const since = (at: number) => Math.round(at - terminal.startedAt);
    return { domains: DOMAINS, firstRow: since(firstRow), allRows: since(allRows), whileLoading, loaded };
  } finally {
    terminal.close();
    domains.close();
    await rm(home, { recursive: true, force: true });
    if (!wasUp) await lab.down({ tell });
  }
}
