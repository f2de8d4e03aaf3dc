import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
import { procedures } from '../../src/platforms/kvm/rpc/protocol.ts';
import { readDomainStats } from '../../src/platforms/kvm/rpc/stats.ts';
import { run } from '../labs/command.ts';
import { type Host, host3, site, untilLoginPrompt, virsh } from '../labs/libvirt/hosts.ts';
import { lab } from '../labs/libvirt/lab.ts';
import { until } from '../labs/until.ts';
import { type Figures, figuresOf } from './figures.ts';

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
const ALL_GROUPS = 0;
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
  const all = Array.from(listed.values(), ({ domain }) => domain);
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
    domains: all.length,
    running: () => roster.running().length,
    /** In one call, or in several of one write, each for its share of the domains: the daemon works on them side by side. */
    async allGroups(calls: number) {
      const bodies = await Promise.all(
        Array.from({ length: calls }, (_, part) => {
          const share = calls === 1 ? [] : all.filter((_domain, at) => at % calls === part);
          return poll.call(procedures.domainStats, { domains: share, groups: ALL_GROUPS, flags: 0 }, { signal });
        }),
      );
      const told = bodies.flatMap((body) => [...readDomainStats(body)]);
      if (told.length !== all.length) throw new Error(`${told.length} of ${all.length} domains were told`);
    },
    async fastTick() {
      const { blocks } = await fast();
      const told = blocks.reduce((sum, { ids }) => sum + ids.length, 0);
      if (told !== roster.running().length) throw new Error(`the fast tick told of ${told} guests`);
    },
    close: () => daemon.close(),
  };
}
