import { FleetError } from '../../../errors.ts';
import { type NodeId, nativeOf } from '../../../ids.ts';
import { bytes, formatBytes, gib } from '../../../units.ts';
import type { NodeFacts, NodeInfo } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import type { Cloud } from '../cloud.ts';
import { numberOf, rowIn, rowsIn } from '../json.ts';
import { readHypervisors, spellHypervisor } from '../places.ts';
import { type Quota, type QuotaServices, readQuotas, spellQuota } from './quotas.ts';

type Line = readonly [section: string, label: string, value: string | undefined];

/** What a hypervisor has, or how much of a zone's cloud this project may use. */
export async function readNodeInfo(
  services: QuotaServices,
  cloud: Cloud,
  id: NodeId,
  signal: AbortSignal,
): Promise<NodeInfo> {
  const { nova: api } = services;
  const native = nativeOf(id);
  const [, kind, name = ''] = /^(host|zone)\/(.+)$/s.exec(native) ?? [];
  const missing = () => new FleetError('node.not-found', `there is no ${name || native} in ${cloud.name}`);
  signal.throwIfAborted();
  if (kind === undefined) throw missing();
  if (kind === 'host') {
    const [hosts, running, quotas] = await Promise.all([
      readHypervisors(api, cloud, signal),
      unlessRefused(api.get('/os-services', { signal, subject: name })),
      readQuotas(services, cloud, signal).catch((error: unknown) => {
        if (error instanceof FleetError && !signal.aborted) return [];
        throw error;
      }),
    ]);
    const row = hosts.find((host) => textOf(host, 'hypervisor_hostname') === name);
    if (!row) throw missing();
    return {
      facts: hypervisorFacts(row),
      lines: filled([...hypervisorLines(row), ...serviceLines(row, running), ...quotaLines(cloud, quotas)]),
    };
  }
  const [zones, quotas] = await Promise.all([
    api.get('/os-availability-zone', { signal, subject: name }),
    readQuotas(services, cloud, signal),
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
      ...quotaLines(cloud, quotas),
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

/** What of Nova runs on a hypervisor's host (GET /os-services), which administrators are told. */
function serviceLines(hypervisor: Row, services: Row | undefined): readonly Line[] {
  const host = textOf(rowIn(hypervisor, 'service'), 'host');
  return rowsIn(services ?? {}, 'services')
    .filter((service) => textOf(service, 'host') === host)
    .map((service) => {
      const said = [textOf(service, 'state'), textOf(service, 'status'), textOf(service, 'disabled_reason')];
      return ['Services', textOf(service, 'binary') ?? 'service', said.filter(Boolean).join(', ')];
    });
}

const quotaLines = ({ project }: Cloud, quotas: readonly Quota[]): readonly Line[] =>
  quotas.map((quota) => [`Quota of ${project.name}`, quota.label, spellQuota(quota)]);
