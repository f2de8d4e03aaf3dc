/**
 * How fast a file goes to a volume and comes back, beside virsh in the same run, over tcp and ssh; over a link of 100 Mbit/s; and what
 * memory that takes. `node test/bench/transfer.ts [--mib=1024] [--slow-mib=128] [--rounds=3]`, as root, with the libvirt lab up.
 */
import '../transport/without-native-parts.ts';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endpointName, type VolumeId } from '../../src/ids.ts';
import type { Connection, Endpoint } from '../../src/platforms/contract.ts';
import { openDestination, openSource } from '../../src/state/files/transfer-files.ts';
import { run } from '../labs/command.ts';
import { host3 as host, site, virsh } from '../labs/libvirt/hosts.ts';
import { sshEndpoint } from '../labs/libvirt/kvm-testkit.ts';
import { connectTo, patient } from '../labs/libvirt/kvm-watching.ts';
import { inHost } from '../labs/libvirt/namespaces.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    'slow-mib': { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
  },
});
const MIB = 1024 ** 2;
const LINE_MBIT = 100;
const VOLUME = 'bench-transfer.img';
const POOL = 'default';
const VIRSH_MS = 600_000;

type Way = 'tcp' | 'ssh';
const ENDPOINTS: Readonly<Record<Way, Endpoint>> = {
  tcp: {
    name: endpointName('tcp'),
    platform: 'kvm',
    values: { transport: 'tcp', host: host.address, insecure: true },
  },
  ssh: sshEndpoint(host, 'ssh'),
};

interface Taken {
  readonly seconds: number;
  /** Of this process alone: ssh is another one for virsh. */
  readonly cpuSeconds: number;
  /** The most memory in the first and in the second half, MiB. */
  readonly rss: readonly [number, number];
}

async function measured(work: () => Promise<unknown>, done: () => number): Promise<Taken> {
  const rss: [number, number] = [0, 0];
  const sample = setInterval(() => {
    const half = done() < 0.5 ? 0 : 1;
    rss[half] = Math.max(rss[half], Math.round(process.memoryUsage.rss() / MIB));
  }, 50);
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  try {
    await work();
  } finally {
    clearInterval(sample);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6, rss };
}

async function upload(connection: Connection, endpoint: Endpoint, file: string): Promise<Taken & { id: VolumeId }> {
  const { size } = await stat(file);
  let sent = 0;
  let id: VolumeId | undefined;
  const { source, close } = await openSource(file, (done) => {
    sent = done;
  });
  const spec = { name: VOLUME, storage: POOL, resume: false };
  const taken = await measured(
    async () => {
      id = (await connection.volume?.upload?.(endpoint.name, spec, source, patient()))?.id;
    },
    () => sent / size,
  );
  await close();
  return { ...taken, id: id as VolumeId };
}

async function download(connection: Connection, id: VolumeId, file: string, size: number): Promise<Taken> {
  let came = 0;
  const { to, close } = await openDestination(file, true, (done) => {
    came = done;
  });
  try {
    await to.clear();
    return await measured(
      () => connection.volume?.download?.(id, to, patient()) ?? Promise.resolve(),
      () => came / size,
    );
  } finally {
    await close();
  }
}

const gone = () => virsh(host, 'vol-delete', '--pool', POOL, VOLUME).catch(() => undefined);
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const rate = (size: number, seconds: number) => `${Math.round(size / 1e6 / seconds)} MB/s`.padStart(9);

async function beside(way: Way, uri: string, file: string, folder: string, rounds: number): Promise<void> {
  const { size } = await stat(file);
  const out = join(folder, 'out');
  const byVirsh = (...args: readonly string[]) => run(['virsh', '--quiet', '--connect', uri, ...args], VIRSH_MS);
  const connection = await connectTo(ENDPOINTS[way]);
  const all: Record<'up' | 'down', { drover: Taken[]; virsh: number[] }> = {
    up: { drover: [], virsh: [] },
    down: { drover: [], virsh: [] },
  };
  for (let round = 0; round < rounds; round++) {
    await gone();
    const { id, ...taken } = await upload(connection, ENDPOINTS[way], file);
    all.up.drover.push(taken);
    all.down.drover.push(await download(connection, id, out, size));
    await gone();
    const up = await measured(
      async () => {
        await byVirsh('vol-create-as', POOL, VOLUME, `${size}`, '--format', 'raw', '--allocation', '0');
        await byVirsh('vol-upload', '--pool', POOL, VOLUME, file);
      },
      () => 0,
    );
    all.up.virsh.push(up.seconds);
    const down = await measured(
      () => byVirsh('vol-download', '--pool', POOL, VOLUME, out),
      () => 0,
    );
    all.down.virsh.push(down.seconds);
  }
  await gone();
  await connection.close();
  for (const [direction, { drover, virsh: theirs }] of Object.entries(all)) {
    const seconds = median(drover.map((one) => one.seconds));
    const cpu = median(drover.map((one) => one.cpuSeconds));
    const [first, second] = [0, 1].map((half) => Math.max(...drover.map(({ rss }) => rss[half] ?? 0)));
    say(
      `${way} ${direction.padEnd(4)} drover ${rate(size, seconds)} (CPU ${cpu.toFixed(1)} s, RSS ${first} then ${second} MiB)` +
        `   virsh ${rate(size, median(theirs))}`,
    );
  }
}

async function overSlowLink(way: Way, file: string, folder: string): Promise<void> {
  const { size } = await stat(file);
  const shape = ['root', 'tbf', 'rate', `${LINE_MBIT}mbit`, 'burst', '64kb', 'latency', '50ms'];
  await run(['tc', 'qdisc', 'replace', 'dev', host.link, ...shape]);
  await inHost(host, 'tc', 'qdisc', 'replace', 'dev', 'eth0', ...shape);
  try {
    await gone();
    const connection = await connectTo(ENDPOINTS[way]);
    const { id, ...up } = await upload(connection, ENDPOINTS[way], file);
    const down = await download(connection, id, join(folder, 'out'), size);
    await gone();
    await connection.close();
    for (const [direction, { seconds, rss }] of Object.entries({ up, down })) {
      const share = Math.round((size * 8 * 100) / (LINE_MBIT * 1e6) / seconds);
      say(
        `${way} ${direction.padEnd(4)} at ${LINE_MBIT} Mbit/s: ${share} % of the line, RSS ${rss[0]} then ${rss[1]} MiB`,
      );
    }
  } finally {
    await unshape();
  }
}

/** Also what a run that was killed has left. */
async function unshape(): Promise<void> {
  await run(['tc', 'qdisc', 'del', 'dev', host.link, 'root']).catch(() => undefined);
  await inHost(host, 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root').catch(() => undefined);
}

async function makeFile(path: string, mebibytes: number): Promise<string> {
  await run(['sh', '-c', 'head -c "$1" /dev/urandom > "$0"', path, `${mebibytes * MIB}`], VIRSH_MS);
  return path;
}

const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
try {
  const { key, knownHosts } = site.files;
  const ssh = join(folder, 'ssh');
  const options = `-F none -i ${key} -o UserKnownHostsFile=${knownHosts} -o BatchMode=yes`;
  await writeFile(ssh, `#!/bin/sh\nexec ssh ${options} "$@"\n`, { mode: 0o700 });
  const uris: Readonly<Record<Way, string>> = {
    tcp: host.uri,
    ssh: `qemu+ssh://root@${host.address}/system?command=${ssh}`,
  };
  await unshape();
  const large = await makeFile(join(folder, 'large'), Number(values.mib));
  for (const way of ['tcp', 'ssh'] as const) await beside(way, uris[way], large, folder, Number(values.rounds));
  const small = await makeFile(join(folder, 'small'), Number(values['slow-mib']));
  for (const way of ['tcp', 'ssh'] as const) await overSlowLink(way, small, folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
