/** What the pretended cluster tells of itself, in the fields of the real one. */
import { storageResources } from './storages.ts';
import type { World, WorldGuest, WorldTask } from './world.ts';

const MIB = 1024 ** 2;

function guestRow(world: World, guest: WorldGuest): Readonly<Record<string, unknown>> {
  const { kind, vmid, node, config, status } = guest;
  const online = world.nodes.get(node)?.online ?? false;
  const running = status === 'running';
  const pool = [...world.pools].find(([, members]) => members.has(vmid))?.[0];
  const uptime = running ? Math.floor((world.clock.now() - guest.startedAt) / 1000) + 60 : 0;
  return {
    id: `${kind}/${vmid}`,
    type: kind,
    vmid,
    node,
    name: nameOf(guest),
    status: online ? status : 'unknown',
    template: config['template'] === '1' ? 1 : 0,
    maxcpu: Number(config['cores']) * Number(config['sockets'] ?? 1),
    maxmem: Number(config['memory']) * MIB,
    maxdisk: 8 * 1024 ** 3,
    disk: 0,
    cpu: running ? 0.0249060195469461 : 0,
    mem: running ? 200 * MIB : 0,
    memhost: running ? 220 * MIB : 0,
    uptime,
    netin: running ? uptime * 1500 : 0,
    netout: running ? uptime * 700 : 0,
    diskread: running ? uptime * 4096 : 0,
    diskwrite: running ? uptime * 512 : 0,
    ...(config['lock'] === undefined ? {} : { lock: config['lock'] }),
    ...(config['tags'] === undefined ? {} : { tags: config['tags'] }),
    ...(guest.ha === undefined ? {} : { hastate: guest.ha }),
    ...(pool === undefined ? {} : { pool }),
  };
}

export const nameOf = ({ kind, vmid, config }: WorldGuest): string =>
  config[kind === 'qemu' ? 'name' : 'hostname'] ?? `${kind === 'qemu' ? 'VM ' : 'CT'}${vmid}`;

/** `type`: of these only, `storage` or `node`. */
export function resources(world: World, type?: string): readonly Readonly<Record<string, unknown>>[] {
  const nodes = [...world.nodes].map(([node, { online }]) => ({
    id: `node/${node}`,
    type: 'node',
    node,
    status: online ? 'online' : 'offline',
    level: '',
    'cgroup-mode': 2,
    ...(online
      ? {
          cpu: 0.0349,
          maxcpu: 8,
          mem: 2113265664,
          maxmem: 65919459328,
          disk: 10486546432,
          maxdisk: 951055941632,
          uptime: 872854,
        }
      : {}),
  }));
  const storage = storageResources(world);
  if (type === 'storage') return storage;
  if (type === 'node') return nodes;
  const guests = [...world.guests.values()].map((guest) => guestRow(world, guest));
  return type === 'vm' ? guests : [...guests, ...nodes, ...storage];
}

export function current(world: World, guest: WorldGuest): Readonly<Record<string, unknown>> {
  const { maxcpu, ...row } = guestRow(world, guest);
  return {
    ...row,
    cpus: maxcpu,
    ha: { managed: 0 },
    ...(guest.kind === 'qemu' ? { qmpstatus: guest.runState, agent: guest.config['agent'] === '1' ? 1 : 0 } : {}),
  };
}

export const taskRow = (task: WorldTask): Readonly<Record<string, unknown>> => ({
  upid: task.upid,
  node: task.node,
  type: task.type,
  id: task.about,
  user: task.user,
  starttime: Math.floor(task.startedAt / 1000),
  pid: 4711,
  pstart: 1024,
  ...(task.endedAt === undefined ? {} : { endtime: Math.floor(task.endedAt / 1000), status: task.exit }),
});

export const clusterStatus = ({ clusterName, nodes }: World): readonly Readonly<Record<string, unknown>>[] => [
  { type: 'cluster', id: 'cluster', name: clusterName, version: 4, quorate: 1, nodes: nodes.size },
  ...[...nodes].map(([name, { online }], i) => ({
    type: 'node',
    id: `node/${name}`,
    name,
    nodeid: i + 1,
    ip: `192.0.2.${i + 1}`,
    online: online ? 1 : 0,
    local: i === 0 ? 1 : 0,
    level: '',
  })),
];

/** GET /nodes/{node}/network: an Ethernet port below a bridge, and another bridge. With `type` of that kind only. */
export const networkOf = (type?: string): readonly object[] =>
  type === 'any_bridge'
    ? [
        ...nodeNetwork.filter((row) => row.type === 'bridge'),
        { iface: 'web', type: 'vnet', active: 1, method: 'manual' },
      ]
    : nodeNetwork;

export const nodeNetwork = [
  { iface: 'eno1', type: 'eth', active: 1, method: 'manual' },
  {
    iface: 'vmbr0',
    type: 'bridge',
    active: 1,
    bridge_ports: 'eno1',
    bridge_vlan_aware: 1,
    mtu: 9000,
    method: 'static',
    address: '10.11.12.13',
    cidr: '10.11.12.13/24',
    address6: '2001:db8::13',
    cidr6: '2001:db8::13/64',
  },
  { iface: 'vmbr1', type: 'bridge', active: 1, bridge_ports: '', method: 'manual' },
];

export const nodeStatus = {
  pveversion: 'pve-manager/9.1-1/9a1b2c3d',
  'current-kernel': { sysname: 'Linux', release: '6.14.8-2-pve', version: '#1 SMP', machine: 'x86_64' },
  'boot-info': { mode: 'efi', secureboot: 0 },
  cpu: 0.0123456789,
  cpuinfo: { model: 'Intel(R) Xeon(R) CPU E5-2680 v4', cores: 4, cpus: 8, sockets: 1 },
  memory: { used: 2147483648, total: 8589934592, free: 6442450944, available: 6442450944 },
  swap: { used: 0, total: 1073741824, free: 1073741824 },
  rootfs: { used: 10486546432, total: 100861726720, avail: 90375180288, free: 90375180288 },
  loadavg: ['0.15', '0.25', '0.30'],
  uptime: 86400,
};

export const certificates = [
  {
    filename: 'pve-root-ca.pem',
    fingerprint: '7A:11:F2:03:5B:64:C8:90:17:F1:B6:52:8B:0C:22:4A:97:1F:B2:F2:90:3D:29:0A:D0:DF:BE:0E:76:5A:B5:EC',
    subject: '/CN=Proxmox Virtual Environment/OU=0f3f8a7e/O=PVE Cluster Manager CA',
    issuer: '/CN=Proxmox Virtual Environment/OU=0f3f8a7e/O=PVE Cluster Manager CA',
  },
];
