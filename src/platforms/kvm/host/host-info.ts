import type { Clock } from '../../../clock.ts';
import { endpointOf } from '../../../ids.ts';
import { type Bytes, bytes, formatBytes } from '../../../units.ts';
import type { NodeBridge, NodeFacts, NodeInfo, NodeStorage } from '../../contract.ts';
import type { Daemon } from '../link/daemon.ts';
import type { Dialer } from '../link/dial.ts';
import { readNodeDevices } from '../node/node-devices.ts';
import { GROUPS_SCRIPT, readGroups, SECTION, storagesOfGroups, withStorage } from '../node/volume-groups.ts';
import { procedures } from '../rpc/protocol.ts';
import { createNodeMeter } from '../samples/node-meter.ts';
import { unlessGone } from '../vm/guest.ts';
import { SYSTEM_COMMAND, systemIn } from '../watch/host-system.ts';
import type { HostFacts } from './host.ts';

type Line = NodeInfo['lines'][number];
const NOTHING: NodeInfo = { facts: {}, lines: [] };

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** ConVirt's server information: what libvirt reports, and what only a login on the host can find out. */
export async function readHostInfo(
  daemon: Daemon,
  dialer: Dialer,
  facts: HostFacts,
  clock: Clock,
  signal: AbortSignal,
): Promise<NodeInfo> {
  const endpoint = endpointOf(facts.node.id);
  const [platform, system] = await Promise.all([
    readPlatform(daemon, facts, clock, signal),
    dialer.run?.(SCRIPT, signal).then(readReport) ?? NOTHING,
  ]);
  return {
    facts: {
      ...platform.facts,
      ...system.facts,
      storage: [...(platform.facts.storage ?? []), ...(system.facts.storage ?? [])],
      networks: [...(platform.facts.networks ?? []), ...(system.facts.networks ?? [])],
    },
    ...(platform.devices && { devices: platform.devices }),
    ...(system.bridges && { bridges: system.bridges }),
    ...(system.mounts && { mounts: system.mounts }),
    lines: [
      ...system.lines.filter(([section]) => section === 'General'),
      ...platform.lines,
      ...system.lines.flatMap((line) => {
        if (line[0] === 'General') return [];
        return [line[0] === SECTION ? withStorage(line, platform.groups, endpoint) : line];
      }),
    ],
  };
}

async function readPlatform(
  daemon: Daemon,
  { node, cpu, capabilities }: HostFacts,
  clock: Clock,
  signal: AbortSignal,
): Promise<NodeInfo & { readonly groups: ReadonlyMap<string, string> }> {
  const client = await daemon.control(signal);
  const listing = { needResults: true, flags: 0 };
  const [sample, { pools }, { networks }, devices] = await Promise.all([
    createNodeMeter(node.id, clock).read(client, signal),
    client.call(procedures.listPools, listing, { signal }).catch(unlessGone({ pools: [], count: 0 })),
    client.call(procedures.listNetworks, listing, { signal }).catch(unlessGone({ networks: [], count: 0 })),
    readNodeDevices(client, signal),
  ]);
  const storage = await Promise.all(
    pools.map(async (pool): Promise<NodeStorage> => {
      const info = await client.call(procedures.poolInfo, { pool }, { signal }).catch(unlessGone(undefined));
      return {
        name: pool.name,
        kind: 'pool',
        size: info && bytes(info.capacity),
        free: info && bytes(info.available),
      };
    }),
  );
  const groups = await storagesOfGroups(client, pools, signal);
  const inUse = Number.isSafeInteger(sample.memory) ? bytes(sample.memory) : undefined;
  const model = capabilities.cpuModel ?? cpu.model;
  const topology = [count(cpu.sockets, 'socket'), count(cpu.cores, 'core'), count(cpu.threads, 'thread')].join(', ');
  const facts: NodeFacts = {
    ...(capabilities.arch === undefined ? {} : { architecture: capabilities.arch }),
    ...(model === '' ? {} : { cpuModel: model }),
    sockets: cpu.sockets,
    cores: cpu.sockets * cpu.cores,
    threads: node.cpus,
    ...(cpu.mhz > 0 ? { mhz: cpu.mhz } : {}),
    ...(inUse === undefined ? {} : { memoryUsed: inUse }),
    networks: networks.map(({ name }) => name),
    storage,
  };
  const lines: readonly Line[] = [
    ['CPU', 'CPUs', `${node.cpus} (${topology})`],
    ['CPU', 'Model', [capabilities.cpuVendor, model].filter(Boolean).join(' ')],
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
    ...storage.map((pool): Line => ['Storage pools', pool.name, freeOf(pool)]),
    ['Networks', 'Virtual', networks.map(({ name }) => name).join(', ') || '-'],
  ];
  return { facts, lines, groups, ...(devices && { devices }) };
}

const freeOf = ({ size, free }: NodeStorage): string =>
  size === undefined ? '-' : `${formatBytes(free ?? Number.NaN)} free of ${formatBytes(size)}`;

/** POSIX sh, nothing that changes anything. `==` starts a part. */
const SCRIPT = `
echo '== kernel'; uname -srm
echo '== release'; ${SYSTEM_COMMAND} 2>/dev/null
echo '== disks'; df -P -k 2>/dev/null | sed 1d
echo '== types'; cut -d ' ' -f 2,3 /proc/mounts 2>/dev/null
echo '== groups'; ${GROUPS_SCRIPT}
echo '== bridges'; ls -d /sys/class/net/*/bridge 2>/dev/null
echo '== ports'; ls -d /sys/class/net/*/brif/* 2>/dev/null
echo '== states'; for each in /sys/class/net/*/bridge; do echo "$each $(cat "\${each%bridge}operstate")"; done 2>/dev/null
echo '== bonds'; for each in /sys/class/net/*/bonding; do [ -d "$each" ] && echo "$each $(cat "$each/mode") | $(cat "$each/slaves")"; done 2>/dev/null
echo '== default'; ip -o route show default 2>/dev/null
echo '== addresses'; ip -o addr show 2>/dev/null`;

/** Virtual file systems that say nothing about the host's room. */
const NO_DISK = /^(tmpfs|devtmpfs|udev|overlay|none|proc|sysfs|cgroup\w*|efivarfs)$/;

/** Bridges of container programs, and those that libvirt makes for its networks: what is behind them is no network of the site. */
const OF_THE_HOST_ALONE = /^(docker\d+|br-[0-9a-f]{12}|cni\d+|podman\d+|virbr\d+)$/;

export function readReport(report: string): NodeInfo {
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
  const route = /dev (\S+)/.exec(of('default')[0] ?? '')?.[1];
  const outward = bridges.filter((name) => !OF_THE_HOST_ALONE.test(name));
  const defaultBridge = outward.find((name) => name === route) ?? (outward.length === 1 ? outward[0] : undefined);
  const os = systemIn(of('release')[0]);
  const architecture = words.length > 2 ? words.at(-1) : undefined;
  const release = words[1];
  const systems = of('disks').flatMap(readFileSystem);
  const addresses = of('addresses').flatMap(readAddress);
  return {
    ...(report === ''
      ? {}
      : {
          bridges: bridges.map((name) => bridgeOf(name, of, addresses)),
          mounts: systems.map(({ mount, ...rest }) => ({ path: mount, ...rest, type: typeOf(mount, of('types')) })),
        }),
    facts: {
      ...(os === undefined ? {} : { os }),
      ...(release === undefined ? {} : { kernel: release }),
      ...(architecture === undefined ? {} : { architecture }),
      ...(addresses.length > 0 ? { addresses } : {}),
      storage: systems.map(({ mount, size, free }) => ({ name: mount, kind: 'filesystem', size, free })),
      networks: bridges,
      ...(defaultBridge === undefined ? {} : { defaultBridge }),
    },
    lines: [
      ['General', 'System', os ?? '-'],
      ['General', 'Kernel', words.slice(0, -1).join(' ')],
      ['General', 'Architecture', words.at(-1) ?? '-'],
      ...systems.map(({ mount, device, size, free }): Line => {
        const room = `${formatBytes(free)} free of ${formatBytes(size)}`;
        return ['Disks', mount, `${device}, ${room}`];
      }),
      ...readGroups(of('groups')),
      ...addresses.map(({ device, address }): Line => ['Networks', device, address]),
      ['Networks', 'Bridges', bridges.join(', ') || '-'],
      ...of('bonds').flatMap(readBond),
      ['Networks', 'Default bridge', defaultBridge ?? '-'],
      ['Networks', 'Default route', route ?? '-'],
    ],
  };
}

interface FileSystem {
  readonly mount: string;
  readonly device: string;
  readonly size: Bytes;
  readonly free: Bytes;
}

/** A line of `df -P -k`. */
function readFileSystem(line: string): readonly FileSystem[] {
  const match = /^(\S+)\s+(\d+)\s+\d+\s+(\d+)\s+\S+\s+(.+)$/.exec(line);
  if (!match) return [];
  const [, device = '', total, free, mount = ''] = match;
  if (NO_DISK.test(device)) return [];
  return [{ mount, device, size: bytes(Number(total) * 1024), free: bytes(Number(free) * 1024) }];
}

type Parts = (name: string) => readonly string[];

/** `/sys/class/net/br0/brif/vnet0`, `/sys/class/net/br0/bridge up` */
function bridgeOf(name: string, of: Parts, addresses: NonNullable<NodeFacts['addresses']>): NodeBridge {
  const at = `/sys/class/net/${name}/`;
  const state = of('states').find((line) => line.startsWith(`${at}bridge `));
  const word = state?.split(' ').at(-1);
  return {
    name,
    addresses: addresses.filter(({ device }) => device === name).map(({ address }) => address),
    ports: of('ports').flatMap((path) => (path.startsWith(`${at}brif/`) ? [path.split('/').at(-1) ?? ''] : [])),
    active: word === 'up' ? true : word === 'down' ? false : undefined,
  };
}

/** `/sys/class/net/bond0/bonding 802.3ad 4 | eth0 eth1`: its mode by name and number, and its members. */
function readBond(line: string): readonly Line[] {
  const [, name, mode = '', members = ''] = /^\/sys\/class\/net\/([^/]+)\/bonding (\S*)[^|]*\|(.*)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const words = members.trim().replaceAll(/ +/g, ', ');
  return [['Networks', name, `bond of ${words || 'no interfaces'}${mode && `, ${mode}`}`]];
}

/** The kernel writes a blank in a path as `\040`. */
const typeOf = (mount: string, types: readonly string[]): string | undefined =>
  types.findLast((line) => line.split(' ')[0] === mount.replaceAll(' ', '\\040'))?.split(' ')[1];

/** A line of `ip -o addr show`: an IPv4 or IPv6 address with its prefix. */
function readAddress(line: string): NonNullable<NodeFacts['addresses']> {
  const match = /^\d+:\s+(\S+)\s+inet6?\s+(\S+)/.exec(line);
  const [, name, address] = match ?? [];
  return name === undefined || address === undefined || name === 'lo' ? [] : [{ device: name, address }];
}
