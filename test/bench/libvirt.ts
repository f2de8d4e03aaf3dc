import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { endpointName } from '../../src/ids.ts';
import { addressOf } from '../../src/platforms/kvm/address.ts';
import { createDaemon, type Daemon } from '../../src/platforms/kvm/daemon.ts';
import { createDialer } from '../../src/platforms/kvm/dial.ts';
import { createFastTick } from '../../src/platforms/kvm/fast-tick.ts';
import { readHost } from '../../src/platforms/kvm/host.ts';
import { listGuests } from '../../src/platforms/kvm/list-guests.ts';
import { createMeters } from '../../src/platforms/kvm/meters.ts';
import { createNodeMeter } from '../../src/platforms/kvm/node-meter.ts';
import { createRoster } from '../../src/platforms/kvm/roster.ts';
import { LIST, procedures } from '../../src/platforms/kvm/rpc/protocol.ts';
import { readDomainStats } from '../../src/platforms/kvm/rpc/stats.ts';
import { run } from '../labs/command.ts';
import { guestState, type Host, host3, site, untilLoginPrompt, virsh } from '../labs/libvirt/hosts.ts';
import { lab } from '../labs/libvirt/lab.ts';
import { until } from '../labs/until.ts';
import { type Figures, figuresOf } from './figures.ts';

export interface LibvirtFigures {
  readonly domains: number;
  readonly running: number;
  /** One refresh each way, ms. In each round every way had its turn, one after the other. */
  readonly ways: Readonly<Record<Way, Figures>>;
}

export type Way = 'rpc-all' | 'ssh-virsh-all' | 'open-virsh-all' | 'fast-tick' | 'ssh-virsh-tick';

const DOMAINS = 1_010;
/** A host that is in use. */
const RUNNING = ['ci1', 'ci2', 'playground'] as const;
const ROUNDS = 15;
const WARM_UP = 2;
const ALL_GROUPS = 0;
/** What the fast tick tells: states, network counters and CPU times of what runs. */
const TICK_GROUPS = ['--state', '--interface', '--cpu-total', '--list-active'];

const virshCommand = (...options: readonly string[]): string =>
  ['virsh', '--connect', 'qemu:///system', 'domstats', ...options].join(' ');

/** Needs root and the packages of the libvirt lab. */
export async function measureLibvirt(tell: (line: string) => void): Promise<LibvirtFigures> {
  const wasUp = (await lab.status()).up;
  await lab.up({ flags: { domains: DOMAINS }, tell });
  const started: string[] = [];
  try {
    for (const name of RUNNING) {
      if ((await guestState(host3, name)) === 'running') continue;
      await virsh(host3, 'start', name);
      started.push(name);
      await untilLoginPrompt(host3, name);
    }
    tell('Asking in turns …');
    return await compare(host3);
  } finally {
    for (const name of started) await virsh(host3, 'destroy', name).catch(() => undefined);
    if (!wasUp) await lab.down({ tell });
  }
}

async function compare(host: Host): Promise<LibvirtFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  const ssh = await openMaster(host, join(folder, 'control'));
  const open = openVirsh(ssh.argv);
  const drover = await openDrover(host);
  try {
    const ways: Readonly<Record<Way, () => Promise<unknown>>> = {
      'rpc-all': drover.allGroups,
      'ssh-virsh-all': () => run([...ssh.argv, virshCommand()]),
      'open-virsh-all': open.domstats,
      'fast-tick': drover.fastTick,
      'ssh-virsh-tick': () => run([...ssh.argv, virshCommand(...TICK_GROUPS)]),
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
    const figures = Object.fromEntries([...took].map(([way, ms]) => [way, figuresOf(ms)])) as Record<Way, Figures>;
    return { domains: drover.domains, running: drover.running(), ways: figures };
  } finally {
    drover.close();
    open.close();
    ssh.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One SSH connection that all further ssh processes share, as people set it up who want it fast. */
async function openMaster(host: Host, socket: string) {
  const { key, knownHosts } = site.files;
  const options = ['-o', `ControlPath=${socket}`, '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'BatchMode=yes'];
  const argv = ['ssh', '-F', 'none', '-i', key, ...options, `root@${host.address}`] as const;
  const [program, ...args] = argv;
  const master = spawn(program, ['-M', '-N', ...args], { stdio: 'ignore' });
  await until('the shared SSH connection', 10_000, () => existsSync(socket));
  return { argv, close: () => master.kill() };
}

/** A virsh that stays open at the other end: no process and no connection is made for a refresh. */
function openVirsh(ssh: readonly [string, ...string[]]) {
  const [program, ...args] = ssh;
  const child = spawn(program, [...args, 'virsh', '--quiet', '--connect', 'qemu:///system'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let text = '';
  let count = 0;
  let seen = () => {};
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    seen();
  });
  return {
    domstats: () =>
      new Promise<void>((resolve) => {
        const mark = `end-${++count}`;
        text = '';
        seen = () => {
          // at the start of a line: the command itself comes back too, behind a prompt
          if (new RegExp(`^${mark}`, 'm').test(text.slice(-200))) resolve();
        };
        child.stdin.write(`domstats\necho ${mark}\n`);
      }),
    close: () => child.kill(),
  };
}

/** drover's own way: its SSH connection, its client, its fast tick. */
async function openDrover(host: Host) {
  const name = endpointName('bench');
  const { signal } = new AbortController();
  const { key, knownHosts } = site.files;
  const values = { transport: 'ssh', host: host.address, user: 'root', key, 'known-hosts': knownHosts };
  const address = addressOf({ name, platform: 'kvm', values });
  const context = { signal, clock: systemClock, wire: () => {}, ask: {} };
  const dialer = await createDialer(name, address, context);
  const daemon: Daemon = await createDaemon(
    { endpoint: name, dialer, driver: address.driver, clock: systemClock, wire: () => {} },
    signal,
  );
  const { poll } = daemon;
  const { node } = await readHost(poll, name, host.address, signal);
  const place = { endpoint: name, node: node.id };
  const listed = await listGuests(poll, signal);
  const roster = await createRoster(listed, {
    poll,
    place,
    clock: systemClock,
    signal,
    seen: () => [],
    emit: () => {},
    onIdle: () => {},
    onComplete: () => {},
  });
  const fast = createFastTick({
    poll,
    place,
    clock: systemClock,
    signal,
    roster,
    meters: createMeters(),
    nodeMeter: createNodeMeter(node.id, systemClock),
    seen: () => [],
  });
  return {
    domains: listed.size,
    running: () => roster.running().length,
    /** Running guests and the others in two calls of one write, as drover lists them: the daemon works on both at once. */
    async allGroups() {
      const ask = (filter: number) =>
        poll.call(procedures.domainStats, { domains: [], groups: ALL_GROUPS, flags: filter }, { signal });
      const bodies = await Promise.all([ask(LIST.active), ask(LIST.inactive)]);
      const domains = bodies.flatMap((body) => [...readDomainStats(body)]);
      if (domains.length !== listed.size) throw new Error(`${domains.length} of ${listed.size} domains were told`);
    },
    async fastTick() {
      const { blocks } = await fast();
      if (blocks.length === 0) throw new Error('the fast tick told nothing');
    },
    close: () => daemon.close(),
  };
}
