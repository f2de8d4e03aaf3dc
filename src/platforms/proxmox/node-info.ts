import { FleetError } from '../../errors.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import type { NodeFacts, NodeInfo } from '../contract.ts';
import { asRow, asRows, type Row, textOf } from '../lib/json.ts';
import { type Api, segment } from './api.ts';
import { numberOf, sizeOf } from './json.ts';

/** ConVirt's server information, from two requests. */
export async function readNodeInfo(api: Pick<Api, 'get'>, node: string, signal: AbortSignal): Promise<NodeInfo> {
  const [answer, interfaces] = await Promise.all([
    api.get(`/nodes/${segment(node)}/status`, { signal, subject: node }),
    readInterfaces(api, node, signal),
  ]);
  const status = asRow(answer, node);
  const addresses = interfaces.flatMap(addressesOf);
  const part = (key: string): Row => partOf(status, key);
  const kernel = part('current-kernel');
  const cpu = part('cpuinfo');
  const used = (key: string): string | undefined => {
    const [total, taken] = [numberOf(part(key), 'total'), numberOf(part(key), 'used')];
    return total === undefined ? undefined : `${formatBytes(taken ?? Number.NaN)} of ${formatBytes(total)}`;
  };
  const load = status['loadavg'];
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['General', 'Version', textOf(status, 'pveversion')],
    [
      'General',
      'Kernel',
      [textOf(kernel, 'sysname'), textOf(kernel, 'release')].filter(Boolean).join(' ') || textOf(status, 'kversion'),
    ],
    ['General', 'Architecture', textOf(kernel, 'machine')],
    ['General', 'Boot mode', textOf(part('boot-info'), 'mode')],
    ['General', 'Up for', upFor(numberOf(status, 'uptime'))],
    ['CPU', 'Model', textOf(cpu, 'model')],
    ['CPU', 'Threads', textOf(cpu, 'cpus')],
    ['CPU', 'Sockets', textOf(cpu, 'sockets')],
    ['CPU', 'In use', formatRatio(numberOf(status, 'cpu') ?? Number.NaN)],
    ['CPU', 'Load', Array.isArray(load) ? load.map(String).join(' ') : undefined],
    ['Memory', 'In use', used('memory')],
    ['Memory', 'Swap', used('swap')],
    ['Disk', 'Root', used('rootfs')],
    ...addresses.map(({ device, address }) => ['Network', device, address] as const),
  ];
  const networks = interfaces.filter((row) => /bridge/i.test(textOf(row, 'type') ?? ''));
  const bridges = networks.flatMap((row) => textOf(row, 'iface') ?? []);
  const routed = networks.find((row) => (textOf(row, 'gateway') ?? textOf(row, 'gateway6')) !== undefined);
  const defaultBridge = routed ? textOf(routed, 'iface') : bridges.length === 1 ? bridges[0] : undefined;
  return {
    facts: {
      ...factsOf(status),
      addresses,
      networks: bridges,
      ...(defaultBridge !== undefined && { defaultBridge }),
    },
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
}

/** What is asked beside the status is left out, if it must be. */
const NETWORK_MS = 5_000;

/** The interfaces of a node (GET /nodes/{node}/network), which wants the right Sys.Audit; none without it. */
async function readInterfaces(api: Pick<Api, 'get'>, node: string, signal: AbortSignal): Promise<readonly Row[]> {
  try {
    const options = { signal, subject: node, deadlineMs: NETWORK_MS };
    return asRows(await api.get(`/nodes/${segment(node)}/network`, options), node);
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return [];
    throw error;
  }
}

/** With the length of their prefix where the server says it. */
function addressesOf(row: Row): NonNullable<NodeFacts['addresses']> {
  const device = textOf(row, 'iface') ?? '';
  const found = [textOf(row, 'cidr') ?? textOf(row, 'address'), textOf(row, 'cidr6') ?? textOf(row, 'address6')];
  return found.flatMap((address) => (address === undefined ? [] : [{ device, address }]));
}

function factsOf(status: Row): NodeFacts {
  const kernel = partOf(status, 'current-kernel');
  const cpu = partOf(status, 'cpuinfo');
  const root = partOf(status, 'rootfs');
  const facts: { readonly [Key in keyof NodeFacts]: NodeFacts[Key] | undefined } = {
    kernel: textOf(kernel, 'release') ?? textOf(status, 'kversion'),
    architecture: textOf(kernel, 'machine'),
    cpuModel: textOf(cpu, 'model'),
    sockets: numberOf(cpu, 'sockets'),
    cores: numberOf(cpu, 'cores'),
    threads: numberOf(cpu, 'cpus'),
    memoryUsed: sizeOf(partOf(status, 'memory'), 'used'),
    storage: [{ name: '/', kind: 'filesystem', size: sizeOf(root, 'total'), free: sizeOf(root, 'avail') }],
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function partOf(row: Row, key: string): Row {
  const value = row[key];
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}

function upFor(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return `${days} days ${hours} h`;
}
