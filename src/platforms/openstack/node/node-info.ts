import { FleetError } from '../../errors.ts';
import { type NodeId, nativeOf } from '../../ids.ts';
import { bytes, formatBytes, gib } from '../../units.ts';
import type { NodeFacts, NodeInfo } from '../contract.ts';
import { type Row, textOf } from '../lib/json.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { numberOf, rowIn, rowsIn } from './json.ts';
import { readHypervisors, spellHypervisor } from './places.ts';

type Line = readonly [section: string, label: string, value: string | undefined];

/** What a hypervisor has, or how much of a zone's cloud this project may use. */
export async function readNodeInfo(api: Api, cloud: Cloud, id: NodeId, signal: AbortSignal): Promise<NodeInfo> {
  const native = nativeOf(id);
  const [, kind, name = ''] = /^(host|zone)\/(.+)$/s.exec(native) ?? [];
  const missing = () => new FleetError('node.not-found', `there is no ${name || native} in ${cloud.name}`);
  signal.throwIfAborted();
  if (kind === undefined) throw missing();
  if (kind === 'host') {
    const hosts = await readHypervisors(api, cloud, signal);
    const row = hosts.find((host) => textOf(host, 'hypervisor_hostname') === name);
    if (!row) throw missing();
    return { facts: hypervisorFacts(row), lines: filled(hypervisorLines(row)) };
  }
  const [zones, limits] = await Promise.all([
    api.get('/os-availability-zone', { signal, subject: name }),
    api.get('/limits', { signal, subject: name }),
  ]);
  const row = rowsIn(zones, 'availabilityZoneInfo').find((zone) => textOf(zone, 'zoneName') === name);
  if (!row) throw missing();
  const { available } = rowIn(row, 'zoneState');
  return {
    facts: {},
    lines: filled([
      ['General', 'Zone', name],
      ['General', 'State', available === true ? 'available' : 'not available'],
      ['General', 'Region', cloud.region],
      ['General', 'Project', cloud.project.name],
      ...quotaLines(rowIn(rowIn(limits, 'limits'), 'absolute')),
    ]),
  };
}

const filled = (lines: readonly Line[]): NodeInfo['lines'] =>
  lines.flatMap(([section, label, value]) => (value === undefined || value === '' ? [] : [[section, label, value]]));

function hypervisorFacts(row: Row): NodeFacts {
  const cpu = rowIn(row, 'cpu_info');
  const architecture = textOf(cpu, 'arch');
  const cpuModel = textOf(cpu, 'model');
  const address = textOf(row, 'host_ip');
  const [size, used] = [numberOf(row, 'local_gb'), numberOf(row, 'local_gb_used')];
  const memory = numberOf(row, 'memory_mb_used');
  return {
    ...(architecture === undefined ? {} : { architecture }),
    ...(cpuModel === undefined ? {} : { cpuModel }),
    // Nova counts what it gave away, and that is what a scheduler has left.
    ...(memory === undefined ? {} : { memoryUsed: bytes(memory * 1024 ** 2) }),
    ...(address === undefined ? {} : { addresses: [{ device: '', address }] }),
    ...(size === undefined
      ? {}
      : {
          storage: [
            {
              name: 'local',
              kind: 'pool',
              size: gib(size),
              free: used === undefined ? undefined : gib(Math.max(0, size - used)),
            },
          ],
        }),
  };
}

function hypervisorLines(row: Row): readonly Line[] {
  const service = rowIn(row, 'service');
  const cpu = rowIn(row, 'cpu_info');
  const version = numberOf(row, 'hypervisor_version');
  const mib = (key: string): string => formatBytes((numberOf(row, key) ?? Number.NaN) * 1024 ** 2);
  const gib = (key: string): string => formatBytes((numberOf(row, key) ?? Number.NaN) * 1024 ** 3);
  return [
    ['General', 'Type', textOf(row, 'hypervisor_type')],
    ['General', 'Version', version === undefined ? undefined : spellHypervisor(version)],
    ['General', 'State', [textOf(row, 'state'), textOf(row, 'status')].filter(Boolean).join(', ')],
    ['General', 'Disabled because', textOf(service, 'disabled_reason')],
    ['General', 'Address', textOf(row, 'host_ip')],
    ['General', 'Service host', textOf(service, 'host')],
    ['General', 'Servers', textOf(row, 'running_vms')],
    ['CPU', 'Model', [textOf(cpu, 'vendor'), textOf(cpu, 'model'), textOf(cpu, 'arch')].filter(Boolean).join(' ')],
    ['CPU', 'vCPUs given away', `${numberOf(row, 'vcpus_used') ?? '-'} of ${numberOf(row, 'vcpus') ?? '-'}`],
    ['Memory', 'Given away', `${mib('memory_mb_used')} of ${mib('memory_mb')}`],
    ['Disk', 'Given away', `${gib('local_gb_used')} of ${gib('local_gb')}`],
  ];
}

/** -1 is no limit. */
function quotaLines(absolute: Row): readonly Line[] {
  const line = (label: string, used: string, most: string, spell: (value: number) => string): Line => {
    const [now, limit] = [numberOf(absolute, used), numberOf(absolute, most)];
    if (now === undefined || limit === undefined) return ['Quota', label, undefined];
    return ['Quota', label, limit < 0 ? `${spell(now)}, no limit` : `${spell(now)} of ${spell(limit)}`];
  };
  return [
    line('Servers', 'totalInstancesUsed', 'maxTotalInstances', String),
    line('vCPUs', 'totalCoresUsed', 'maxTotalCores', String),
    line('Memory', 'totalRAMUsed', 'maxTotalRAMSize', (value) => formatBytes(value * 1024 ** 2)),
  ];
}
