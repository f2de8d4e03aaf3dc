import { type NodeId, nativeOf } from '../../ids.ts';
import { formatBytes, mib } from '../../units.ts';
import type { NodeInfo } from '../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../transport/xml.ts';
import { normalizeError } from './normalize-error.ts';
import { retrieveOne } from './properties.ts';
import type { Session } from './session.ts';

const PATHS = ['summary.hardware', 'summary.config.product', 'summary.quickStats', 'runtime.bootTime', 'vm'];
const MIB = 1024 ** 2;

const counted = <Key extends string>(key: Key, value: number): { readonly [K in Key]?: number } =>
  Number.isFinite(value) ? ({ [key]: value } as { readonly [K in Key]: number }) : {};

/** An ESX host, F-040. */
export async function readNodeInfo(session: Session, id: NodeId, signal: AbortSignal): Promise<NodeInfo> {
  const ref = { type: 'HostSystem', value: nativeOf(id) };
  const values = await retrieveOne(session, ref, PATHS, signal).catch((error: unknown) => {
    throw normalizeError(error, id, 'node');
  });
  const hardware = values.get('summary.hardware');
  const product = values.get('summary.config.product');
  const stats = values.get('summary.quickStats');
  const number = (element: XmlElement | undefined, name: string) => Number(textAt(element, name) ?? Number.NaN);
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['General', 'Version', textAt(product, 'fullName')],
    ['General', 'Vendor', textAt(hardware, 'vendor')],
    ['General', 'Model', textAt(hardware, 'model')],
    ['General', 'Booted', values.get('runtime.bootTime')?.text],
    ['CPU', 'Model', textAt(hardware, 'cpuModel')],
    ['CPU', 'Packages', textAt(hardware, 'numCpuPkgs')],
    ['CPU', 'Cores', textAt(hardware, 'numCpuCores')],
    ['CPU', 'Threads', textAt(hardware, 'numCpuThreads')],
    ['CPU', 'MHz per core', textAt(hardware, 'cpuMhz')],
    ['CPU', 'MHz in use', textAt(stats, 'overallCpuUsage')],
    ['Memory', 'Total', formatBytes(number(hardware, 'memorySize'))],
    ['Memory', 'In use', formatBytes(number(stats, 'overallMemoryUsage') * MIB)],
    ['Network', 'Adapters', textAt(hardware, 'numNics')],
    ['VMs', 'Registered', String(childrenOf(values.get('vm'), 'ManagedObjectReference').length)],
  ];
  const cpuModel = textAt(hardware, 'cpuModel');
  const used = number(stats, 'overallMemoryUsage');
  const booted = Date.parse(values.get('runtime.bootTime')?.text ?? '');
  return {
    facts: {
      ...(cpuModel === undefined ? {} : { cpuModel }),
      ...counted('sockets', number(hardware, 'numCpuPkgs')),
      ...counted('cores', number(hardware, 'numCpuCores')),
      ...counted('threads', number(hardware, 'numCpuThreads')),
      ...counted('mhz', number(hardware, 'cpuMhz')),
      ...(Number.isSafeInteger(used) ? { memoryUsed: mib(used) } : {}),
      ...counted('started', booted),
    },
    lines: lines.flatMap(([section, label, value]) => (value ? [[section, label, value] as const] : [])),
  };
}
