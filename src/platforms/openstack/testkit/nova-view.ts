/** What nova tells, as its api_samples have it: the keys of 2.93, and of older ones what was there. */
import { isAtLeast, type Microversion } from '../microversion.ts';
import { pageOf } from './pages.ts';
import { HOSTS, spellTime, type WorldServer } from './world.ts';

/** nova/api/openstack/common.py, _STATE_MAP: the words that depend on what is being done. */
const STATUS: Readonly<Record<string, string>> = {
  active: 'ACTIVE',
  building: 'BUILD',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  stopped: 'SHUTOFF',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  error: 'ERROR',
  deleted: 'DELETED',
  'soft-delete': 'SOFT_DELETED',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
};

function statusOf({ vmState, taskState }: WorldServer): string {
  if (vmState === 'active' && taskState?.startsWith('reboot')) {
    return taskState.endsWith('hard') ? 'HARD_REBOOT' : 'REBOOT';
  }
  return STATUS[vmState] ?? 'UNKNOWN';
}

const SIZE = { ephemeral: 0, extra_specs: {}, ram: 512, swap: 0, vcpus: 2 };

export function serverView(server: WorldServer, admin: boolean, version: Microversion): object {
  if (server.cellDown) {
    const { id, project, createdAt } = server;
    return { id, status: 'UNKNOWN', tenant_id: project, created: spellTime(createdAt), links: [] };
  }
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server),
    tenant_id: server.project,
    user_id: 'drover',
    created: spellTime(server.createdAt),
    updated: spellTime(server.updatedAt),
    'OS-DCF:diskConfig': 'AUTO',
    'OS-EXT-AZ:availability_zone': server.host === null ? '' : server.zone,
    'OS-EXT-STS:power_state': server.powerState,
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    ...(admin
      ? {
          'OS-EXT-SRV-ATTR:host': server.host,
          'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host,
          'OS-EXT-SRV-ATTR:instance_name': 'instance-00000001',
        }
      : {}),
    addresses: server.addresses,
    config_drive: '',
    description: server.description,
    flavor: { ...SIZE, disk: server.flavor === 'm1.small' ? 8 : 0, original_name: server.flavor },
    hostId: '2091634baaccdc4c5a1d57069c833e402921df696b7f970791b12ec6',
    image: server.imageId === '' ? '' : { id: server.imageId, links: [] },
    key_name: server.keyName,
    links: [],
    locked: server.locked,
    ...(isAtLeast(version, [2, 73]) ? { locked_reason: server.lockedReason } : {}),
    metadata: server.metadata,
    'os-extended-volumes:volumes_attached': server.volumes.map(({ id, deleteOnTermination }) => ({
      id,
      delete_on_termination: deleteOnTermination,
    })),
    progress: 0,
    tags: server.tags,
    ...(server.fault ? { fault: server.fault } : {}),
  };
}

/** Counters grow with the time that it runs: a fifth of its two vCPUs, 100 kB/s of disk, 10 kB/s of network. */
export function diagnosticsView({ startedAt }: WorldServer, now: number): object {
  const seconds = Math.max(0, now - startedAt) / 1000;
  const share = (perSecond: number) => Math.round(seconds * perSecond);
  return {
    state: 'running',
    driver: 'libvirt',
    hypervisor: 'kvm',
    hypervisor_os: 'linux',
    uptime: share(1),
    config_drive: false,
    num_cpus: 2,
    num_nics: 1,
    num_disks: 1,
    cpu_details: [0, 1].map((id) => ({ id, time: share(2e8), utilisation: null })),
    memory_details: { maximum: 0, used: 0 },
    nic_details: [
      { mac_address: 'fa:16:3e:00:00:01', rx_octets: share(10_000), tx_octets: share(5_000), rx_rate: null },
    ],
    disk_details: [{ read_bytes: share(100_000), write_bytes: share(50_000), errors_count: -1 }],
  };
}

export function hypervisorsView(
  version: Microversion,
  counts: (host: string) => number,
  down: ReadonlySet<string>,
): object {
  const withFigures = !isAtLeast(version, [2, 88]);
  return {
    hypervisors: HOSTS.map((host, index) => ({
      id: `1bb62a04-c576-402c-8147-9e89757a09e${index}`,
      hypervisor_hostname: host,
      hypervisor_type: 'QEMU',
      hypervisor_version: 7002022,
      host_ip: `192.0.2.${index + 1}`,
      state: down.has(host) ? 'down' : 'up',
      status: 'enabled',
      service: { host, id: `62f62f6e-a713-4cbe-87d3-3ecf8a1e0f8${index}`, disabled_reason: null },
      ...(withFigures
        ? {
            vcpus: 16,
            vcpus_used: counts(host) * 2,
            memory_mb: 65_536,
            memory_mb_used: counts(host) * 512,
            local_gb: 1028,
            local_gb_used: counts(host) * 8,
            running_vms: counts(host),
            cpu_info: { arch: 'x86_64', model: 'Nehalem', vendor: 'Intel' },
          }
        : {}),
    })),
  };
}

export const servicesView = (): object => ({
  services: HOSTS.map((host) => ({
    ...{ id: `service-${host}`, binary: 'nova-compute', host, zone: 'nova', status: 'enabled', state: 'up' },
    ...{ updated_at: '2026-01-01T00:00:00.000000', disabled_reason: null, forced_down: false },
  })),
});

export const zonesView = (): object => ({
  availabilityZoneInfo: [{ zoneName: 'nova', zoneState: { available: true }, hosts: null }],
});

export const limitsView = (count: number): object => ({
  limits: {
    rate: [],
    absolute: {
      maxTotalInstances: 40,
      totalInstancesUsed: count,
      maxTotalCores: 60,
      totalCoresUsed: 2 * count,
      maxTotalRAMSize: -1,
      totalRAMUsed: 512 * count,
    },
  },
});

export const versionView = ({ least, most }: { readonly least: string; readonly most: string }): object => ({
  version: {
    id: 'v2.1',
    status: 'CURRENT',
    version: most,
    min_version: least,
    updated: '2013-07-23T11:33:21Z',
    links: [],
  },
});

/** The first is of 2.55 and later, the keys of 2.75 (api_samples/flavors). */
export function flavorsView(query: URLSearchParams, pageSize: number, base: string): object {
  const flavor = (id: string, name: string, disk: number, description: string | null) => ({
    id,
    name,
    ram: 512,
    disk,
    vcpus: 2,
    swap: 0,
    'OS-FLV-EXT-DATA:ephemeral': 0,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': true,
    rxtx_factor: 1,
    description,
    extra_specs: {},
    links: [],
  });
  const all = [flavor('1', 'm1.small', 8, 'for the web'), flavor('2', 'm1.volume', 0, null)];
  return pageOf(all, 'flavors', query, { size: pageSize, url: `${base}/flavors/detail` });
}
