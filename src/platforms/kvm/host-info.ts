import type { Clock } from '../../clock.ts';
import { formatBytes } from '../../units.ts';
import type { NodeInfo } from '../contract.ts';
import type { Daemon } from './daemon.ts';
import type { Dialer } from './dial.ts';
import { unlessGone } from './guest.ts';
import type { HostFacts } from './host.ts';
import { createNodeMeter } from './node-meter.ts';
import { procedures } from './rpc/protocol.ts';

type Line = NodeInfo['lines'][number];

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** ConVirt's server information: what libvirt tells, and what only a login on the host can tell. */
export async function readHostInfo(
  daemon: Daemon,
  dialer: Dialer,
  facts: HostFacts,
  clock: Clock,
  signal: AbortSignal,
): Promise<NodeInfo> {
  const [platform, system] = await Promise.all([
    platformLines(daemon, facts, clock, signal),
    dialer.run?.(SCRIPT, signal).then(readReport) ?? [],
  ]);
  return {
    name: facts.node.name,
    lines: [
      ...system.filter(([section]) => section === 'General'),
      ...platform,
      ...system.filter(([section]) => section !== 'General'),
    ],
  };
}

async function platformLines(
  daemon: Daemon,
  { node, cpu, capabilities }: HostFacts,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Line[]> {
  const client = await daemon.control(signal);
  const listing = { needResults: true, flags: 0 };
  const [sample, { pools }, { networks }] = await Promise.all([
    createNodeMeter(node.id, clock).read(client, signal),
    client.call(procedures.listPools, listing, { signal }).catch(unlessGone({ pools: [], count: 0 })),
    client.call(procedures.listNetworks, listing, { signal }).catch(unlessGone({ networks: [], count: 0 })),
  ]);
  const storage = await Promise.all(
    pools.map(async (pool): Promise<Line> => {
      const info = await client.call(procedures.poolInfo, { pool }, { signal }).catch(unlessGone(undefined));
      return [
        'Storage pools',
        pool.name,
        info ? `${formatBytes(info.available)} free of ${formatBytes(info.capacity)}` : '-',
      ];
    }),
  );
  const topology = [count(cpu.sockets, 'socket'), count(cpu.cores, 'core'), count(cpu.threads, 'thread')].join(', ');
  return [
    ['CPU', 'CPUs', `${node.cpus} (${topology})`],
    ['CPU', 'Model', [capabilities.cpuVendor, capabilities.cpuModel ?? cpu.model].filter(Boolean).join(' ')],
    ['CPU', 'Speed', cpu.mhz > 0 ? `${cpu.mhz} MHz` : '-'],
    ['Memory', 'Total', formatBytes(node.memory)],
    ['Memory', 'Available', formatBytes(node.memory - sample.memory)],
    ['Platform', 'Version', node.version],
    ['Platform', 'Guests', capabilities.domainTypes.join(', ')],
    [
      'Platform',
      'Acceleration',
      capabilities.domainTypes.includes('kvm') ? 'KVM' : 'none: guests are emulated, and slow',
    ],
    ...storage,
    ['Networks', 'Virtual', networks.map(({ name }) => name).join(', ') || '-'],
  ];
}

/** POSIX sh, nothing that changes anything. `==` starts a part. */
const SCRIPT = `
echo '== kernel'; uname -srm
echo '== release'; sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null
echo '== disks'; df -P -k 2>/dev/null | sed 1d
echo '== bridges'; ls -d /sys/class/net/*/bridge 2>/dev/null
echo '== default'; ip -o route show default 2>/dev/null
echo '== addresses'; ip -o addr show 2>/dev/null`;

/** Virtual file systems that say nothing about the host's room. */
const NO_DISK = /^(tmpfs|devtmpfs|udev|overlay|none|proc|sysfs|cgroup\w*|efivarfs)$/;

export function readReport(report: string): readonly Line[] {
  const parts = new Map<string, string[]>();
  let part: string[] = [];
  for (const line of report.split('\n')) {
    if (line.startsWith('== ')) {
      part = [];
      parts.set(line.slice(3), part);
    } else if (line.trim() !== '') part.push(line.trim());
  }
  const of = (name: string) => parts.get(name) ?? [];
  const [kernel = '-'] = of('kernel');
  const words = kernel.split(' ');
  const bridges = of('bridges').map((path) => path.split('/').at(-2) ?? '');
  return [
    ['General', 'System', of('release')[0]?.replaceAll('"', '') ?? '-'],
    ['General', 'Kernel', words.slice(0, -1).join(' ')],
    ['General', 'Architecture', words.at(-1) ?? '-'],
    ...of('disks').flatMap(diskLine),
    ...of('addresses').flatMap(addressLine),
    ['Networks', 'Bridges', bridges.join(', ') || '-'],
    ['Networks', 'Default route', /dev (\S+)/.exec(of('default')[0] ?? '')?.[1] ?? '-'],
  ];
}

function diskLine(line: string): Line[] {
  const match = /^(\S+)\s+(\d+)\s+\d+\s+(\d+)\s+\S+\s+(.+)$/.exec(line);
  if (!match) return [];
  const [, device = '', total, free, mount = ''] = match;
  if (NO_DISK.test(device)) return [];
  return [
    ['Disks', mount, `${device}, ${formatBytes(Number(free) * 1024)} free of ${formatBytes(Number(total) * 1024)}`],
  ];
}

function addressLine(line: string): Line[] {
  const match = /^\d+:\s+(\S+)\s+inet6?\s+(\S+)/.exec(line);
  const [, name, address] = match ?? [];
  return name === undefined || address === undefined || name === 'lo' ? [] : [['Networks', name, address]];
}
