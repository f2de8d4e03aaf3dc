import { type Bytes, formatBytes, formatRatio } from '../../units.ts';
import type { NodeFacts, NodeInfo } from '../contract.ts';
import { type Api, segment } from './api.ts';
import { asRow, bytesOf, numberOf, type Row, textOf } from './json.ts';

/** ConVirt's server information, from one request. */
export async function readNodeInfo(api: Api, node: string, signal: AbortSignal): Promise<NodeInfo> {
  const status = asRow(await api.get(`/nodes/${segment(node)}/status`, { signal, subject: node }), node);
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
  ];
  return {
    facts: factsOf(status),
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
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
    memoryUsed: sizeIn(partOf(status, 'memory'), 'used'),
    storage: [{ name: '/', kind: 'filesystem', size: sizeIn(root, 'total'), free: sizeIn(root, 'avail') }],
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

const sizeIn = (row: Row, key: string): Bytes | undefined =>
  numberOf(row, key) === undefined ? undefined : bytesOf(row, key);

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
