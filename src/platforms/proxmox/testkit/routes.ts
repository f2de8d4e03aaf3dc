import { vzdump } from './backups.ts';
import { configOf, configure, pendingOf } from './configure.ts';
import { answerGroups } from './firewall.ts';
import { answerFirewall, firewallAt } from './guest-firewall.ts';
import { answerHa, changePool } from './ha-pools.ts';
import { historyOf } from './history.ts';
import { clone, create, makeTemplate, nextId, resize } from './make-guest.ts';
import { migrate, preconditions } from './migrate.ts';
import { moveDisk } from './move-disk.ts';
import { switchPower } from './power.ts';
import { refusal } from './refusal.ts';
import { certificates, clusterStatus, current, networkOf, nodeStatus, resources, taskRow } from './reports.ts';
import { answerSdn } from './sdn.ts';
import { answerSnapshots } from './snapshots.ts';
import { answerStorage, storageConfigs, storagesOfNode } from './storages.ts';
import type { Terminals } from './terminals.ts';
import type { World, WorldGuest } from './world.ts';

export interface Call {
  readonly method: string;
  /** Below /api2/json, decoded. */
  readonly segments: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly user: string;
}

const GUEST_RIGHTS = [
  ...['VM.Allocate', 'VM.Audit', 'VM.Backup', 'VM.Clone', 'VM.Console', 'VM.Migrate', 'VM.PowerMgmt', 'VM.Snapshot'],
  ...['VM.Config.CDROM', 'VM.Config.Disk', 'VM.Config.Memory', 'VM.Config.Network'],
];
const TASKS_SHOWN = 25;
const DESTROY_MS = 100;
const ETH0 = { name: 'eth0', hwaddr: 'bc:24:11:00:00:07', 'hardware-address': 'bc:24:11:00:00:07' };

/** The `data` of the answer. Throws a refusal. */
export function answer(world: World, terminals: Terminals, call: Call): unknown {
  const { method, segments } = call;
  const [first, second] = segments;
  const path = `${method} /${segments.join('/')}`;
  if (path === 'GET /version') return { version: '9.1-1', release: '9.1', repoid: '9a1b2c3d' };
  if (path === 'GET /access/permissions')
    return {
      '/': { 'Sys.Audit': 1, 'Sys.Modify': 1, 'Sys.Console': 1, 'Sys.AccessNetwork': 1 },
      '/storage': {
        'Datastore.Allocate': 1,
        'Datastore.AllocateSpace': 1,
        'Datastore.AllocateTemplate': 1,
        'Datastore.Audit': 1,
      },
      '/vms': Object.fromEntries(GUEST_RIGHTS.map((name) => [name, 1])),
    };
  if (path === 'GET /cluster/resources') return resources(world, call.values['type']);
  if (path === 'GET /nodes') return resources(world, 'node');
  if (path === 'GET /storage') return storageConfigs(world);
  if (path === 'GET /cluster/nextid') return nextId(world);
  if (path === 'GET /cluster/status') return clusterStatus(world);
  const ofSdn = path.startsWith('GET /cluster/sdn/') ? answerSdn(path.slice('GET /cluster/sdn/'.length)) : undefined;
  if (ofSdn !== undefined) return ofSdn;
  if (path === 'GET /cluster/tasks') return world.tasks.slice(0, TASKS_SHOWN).map(taskRow);
  if (path.startsWith('PUT /pools')) return changePool(world, call.values);
  if (path.startsWith('GET /pools') || path.includes(' /cluster/ha/resources'))
    return answerHa(world, method, segments, call.values);
  if (path.includes(' /cluster/firewall/groups')) return answerGroups(world, method, segments.slice(3), call.values);
  const [, place, ofFirewall] = /^(cluster(?:\/sdn\/vnets\/[^/]+)?)\/firewall\/(.+)$/.exec(segments.join('/')) ?? [];
  if (place !== undefined && ofFirewall !== undefined)
    return answerFirewall(world, firewallAt(world, place), method, ofFirewall.split('/'), call.values);
  if (first === 'nodes' && second !== undefined) return onNode(world, terminals, call, second);
  throw refusal(501, `Method '${path}' not implemented`);
}

function onNode(world: World, terminals: Terminals, call: Call, node: string): unknown {
  const { method, segments, values } = call;
  const state = world.nodes.get(node);
  if (!state)
    throw refusal(
      500,
      `hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`,
    );
  if (!state.online) throw refusal(595, 'No route to host');
  const [, , group, name, ...rest] = segments;
  const below = `${method} ${[group, ...(name === undefined ? [] : [name]), ...rest].join('/')}`;
  if (below === 'GET status') return nodeStatus;
  if (group === 'firewall')
    return answerFirewall(world, firewallAt(world, `nodes/${node}`), method, segments.slice(3), values);
  if (below === 'GET storage') return storagesOfNode(world, values);
  if (below === 'GET network') return networkOf(values['type']);
  if (below === 'POST vzdump') return vzdump(world, node, call);
  if (below === 'POST qemu' || below === 'POST lxc')
    return create(world, node, group === 'qemu' ? 'qemu' : 'lxc', call);
  if (below === 'GET certificates/info') return certificates;
  if (below === 'POST termproxy') return terminals.offer(node, undefined, call.user);
  if (below === 'GET qemu') {
    return [...world.guests.values()]
      .filter((guest) => guest.kind === 'qemu' && guest.node === node)
      .map((guest) => current(world, guest));
  }
  if (below === 'GET tasks') {
    const active = world.tasks.filter((task) => task.node === node && task.exit === undefined);
    return active
      .filter(({ type, about }) => type === (values['typefilter'] ?? type) && about === (values['vmid'] ?? about))
      .map(taskRow);
  }
  if (group === 'storage' && name !== undefined) {
    const ofStorage = answerStorage(world, node, name, call, rest);
    if (ofStorage !== undefined) return ofStorage;
  }
  if (group === 'tasks' && name !== undefined) return onTask(world, name, method, rest);
  if ((group === 'qemu' || group === 'lxc') && name !== undefined) {
    const guest = world.guests.get(Number(name));
    if (!guest || guest.node !== node || guest.kind !== group) {
      const file = `nodes/${node}/${group === 'qemu' ? 'qemu-server' : 'lxc'}/${name}.conf`;
      throw refusal(500, `Configuration file '${file}' does not exist`);
    }
    if (rest[0] === 'firewall') return answerFirewall(world, guest.firewall, method, rest.slice(1), values, guest);
    const ofSnapshots = answerSnapshots(world, guest, method, rest, call);
    return ofSnapshots ?? onGuest(world, terminals, call, guest, `${method} ${rest.join('/')}`.trim());
  }
  throw refusal(501, `Method '${method} /${segments.join('/')}' not implemented`);
}

function onTask(world: World, upid: string, method: string, rest: readonly string[]): unknown {
  const task = world.tasks.find((one) => one.upid === upid);
  if (!task) throw refusal(500, 'no such task');
  if (method === 'DELETE') {
    task.stop();
    return null;
  }
  if (rest[0] !== 'status') throw refusal(501, 'not implemented');
  const { exit } = task;
  return {
    ...taskRow(task),
    ...(exit === undefined ? { status: 'running' } : { status: 'stopped', exitstatus: exit }),
  };
}

function onGuest(world: World, terminals: Terminals, call: Call, guest: WorldGuest, below: string): unknown {
  const { values, user } = call;
  const verb = /^POST status\/(\w+)$/.exec(below)?.[1];
  if (verb !== undefined) return switchPower(world, guest, verb, user, values);
  switch (below) {
    case 'GET status/current':
      return current(world, guest);
    case 'GET config':
      return configOf(world, guest, values['current'] === '1');
    case 'GET rrddata':
      return historyOf(world, guest, values['timeframe'] ?? '');
    case 'GET pending':
      return pendingOf(guest);
    case 'PUT config':
      return configure(world, guest, values, undefined);
    case 'POST config':
      return configure(world, guest, values, user);
    case 'GET migrate':
      return preconditions(world, guest);
    case 'POST migrate':
      return migrate(world, guest, call);
    case 'POST clone':
      return clone(world, guest, call);
    case 'POST template':
      return makeTemplate(world, guest, user);
    case 'PUT resize':
      return resize(world, guest, call);
    case 'POST move_disk':
    case 'POST move_volume':
      return moveDisk(world, guest, call);
    case 'GET agent/network-get-interfaces':
      if (guest.config['agent'] !== '1') throw refusal(500, 'No QEMU guest agent configured');
      return { result: [{ name: 'ens18', 'ip-addresses': guest.ips.map((ip) => ({ 'ip-address': ip, prefix: 24 })) }] };
    case 'GET interfaces':
      return [{ ...ETH0, 'ip-addresses': guest.ips.map((ip) => ({ 'ip-address': ip, prefix: 24 })) }];
    case 'POST termproxy':
      return terminals.offer(guest.node, guest, user);
    case 'POST vncproxy':
      if (guest.kind === 'qemu') return terminals.offerDisplay(guest, user);
      throw refusal(501, `Method '${below}' not implemented`);
    case 'DELETE':
      return destroy(world, guest, user);
    default:
      throw refusal(501, `Method '${below}' not implemented`);
  }
}

function destroy(world: World, guest: WorldGuest, user: string): string {
  const { vmid, config, status } = guest;
  if (config['protection'] === '1') throw refusal(500, `can't remove VM ${vmid} - protection mode enabled`);
  if (status === 'running') throw refusal(500, `VM ${vmid} is running - destroy failed`);
  return world.beginTask(guest.node, guest.kind === 'qemu' ? 'qmdestroy' : 'vzdestroy', String(vmid), user, (end) => {
    const failure = world.takeFailure('qmdestroy');
    world.clock.after(DESTROY_MS, () => {
      if (failure !== undefined) return end(failure);
      world.guests.delete(vmid);
      for (const [volid, volume] of world.volumes)
        if (volume.vmid === vmid && volume.content !== 'backup') world.volumes.delete(volid);
      end('OK');
    });
  }).upid;
}
