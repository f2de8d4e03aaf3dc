import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../labs/command.ts';
import { type Host, host3, untilLoginPrompt, virsh } from '../labs/libvirt/hosts.ts';
import { lab } from '../labs/libvirt/lab.ts';
import { openDrover } from './drover-poll.ts';
import { type Figures, figuresOf } from './figures.ts';
import { openMaster, openVirsh } from './virsh-over-ssh.ts';

/** One host, as many guests running as told; ms for one refresh each way. */
export interface LibvirtFigures {
  readonly domains: number;
  readonly running: number;
  /** In each round every way had its turn, one after the other. */
  readonly ways: Readonly<Partial<Record<Way, Figures>>>;
}

export type Way = 'rpc-all' | 'rpc-parts' | 'ssh-virsh-all' | 'open-virsh-all' | 'fast-tick' | 'ssh-virsh-tick';

const DOMAINS = 1_010;
/** A host that is in use. */
const RUNNING = ['ci1', 'ci2', 'playground'] as const;
const ROUNDS = 40;
/** After the login prompt guests still have work of their own. */
const SETTLE_MS = 15_000;
const WARM_UP = 2;
/** One less than the calls of one connection that a daemon works on at once. */
const IN_FLIGHT = 4;
/** What the fast tick tells: states, network counters and CPU times of what runs. */
const TICK_GROUPS = ['--state', '--interface', '--cpu-total', '--list-active'];

const virshCommand = (...options: readonly string[]): string =>
  ['virsh', '--connect', 'qemu:///system', 'domstats', ...options].join(' ');

/** Needs root and the packages of the libvirt lab. */
export async function measureLibvirt(tell: (line: string) => void): Promise<readonly LibvirtFigures[]> {
  const wasUp = (await lab.status()).up;
  await lab.up({ flags: { domains: DOMAINS }, tell });
  try {
    for (const name of RUNNING) await virsh(host3, 'destroy', name).catch(() => undefined); // is off already
    tell('Asking in turns, all guests off …');
    const idle = await compare(host3);
    for (const name of RUNNING) {
      await virsh(host3, 'start', name);
      await untilLoginPrompt(host3, name);
    }
    await pause(SETTLE_MS);
    tell(`Asking in turns, ${RUNNING.length} guests running …`);
    return [idle, await compare(host3)];
  } finally {
    for (const name of RUNNING) await virsh(host3, 'destroy', name).catch(() => undefined);
    if (!wasUp) await lab.down({ tell });
  }
}

async function compare(host: Host): Promise<LibvirtFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  const ssh = await openMaster(host, join(folder, 'control'));
  const open = openVirsh(ssh.argv);
  const drover = await openDrover(host);
  try {
    const ways: Readonly<Partial<Record<Way, () => Promise<unknown>>>> = {
      'rpc-all': () => drover.allGroups(1),
      'rpc-parts': () => drover.allGroups(IN_FLIGHT),
      'ssh-virsh-all': () => run([...ssh.argv, virshCommand()]),
      'open-virsh-all': open.domstats,
      // of guests that are off it has nothing to tell
      ...(drover.running() > 0 && {
        'fast-tick': drover.fastTick,
        'ssh-virsh-tick': () => run([...ssh.argv, virshCommand(...TICK_GROUPS)]),
      }),
    };
    const took = new Map<Way, number[]>();
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const [way, refresh] of Object.entries(ways) as [Way, () => Promise<unknown>][]) {
        const startedAt = performance.now();
        await refresh();
        const ms = performance.now() - startedAt;
        if (round >= 0) took.set(way, [...(took.get(way) ?? []), ms]);
      }
    }
    const figures = Object.fromEntries([...took].map(([way, ms]) => [way, figuresOf(ms)]));
    return { domains: drover.domains, running: drover.running(), ways: figures };
  } finally {
    drover.close();
    open.close();
    ssh.close();
    await rm(folder, { recursive: true, force: true });
  }
}
