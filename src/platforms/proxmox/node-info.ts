import { formatBytes, formatRatio } from '../../units.ts';
import type { NodeInfo } from '../contract.ts';
import { type Api, segment } from './api.ts';
import { asRow, numberOf, type Row, textOf } from './json.ts';

/** ConVirt's server information, from one request. */
export async function readNodeInfo(api: Api, node: string, signal: AbortSignal): Promise<NodeInfo> {
  const status = asRow(await api.get(`/nodes/${segment(node)}/status`, { signal, subject: node }), node);
  const part = (key: string): Row => {
    const value = status[key];
    return typeof value === 'object' && value !== null ? (value as Row) : {};
  };
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
    name: node,
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
}

function upFor(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return `${days} days ${hours} h`;
}
