/** What the simulated platform looks at before a VM moves. */
import { formatBytes, UNKNOWN_SIZE } from '../../units.ts';
import type { CopiedDisk, MigrateSpec, MigrationCheck, MigrationPlan, Node, Vm } from '../contract.ts';
import { error, ok, warning } from '../lib/migration.ts';
import { nodeInfo } from './info.ts';
import type { FakeServer } from './server.ts';

/** A VM, or where one goes. */
export interface Side {
  readonly server: FakeServer;
  readonly node: Node;
}

const final = (name: string, text: string): MigrationCheck => error(name, text, true);

export function planFor(from: Side, vm: Vm, row: number, to: Side, spec: MigrateSpec): MigrationPlan {
  const isElsewhere = to.server !== from.server;
  const copies: readonly CopiedDisk[] = isElsewhere
    ? from.server.drives
        .disks(row)
        .filter(({ readOnly }) => !readOnly)
        .map(({ path, size }) => ({ path, to: path, size: size ?? UNKNOWN_SIZE }))
    : [];
  return {
    node: to.node.id,
    checks: [
      checkNode(to.node),
      checkVm(from, vm, to),
      checkVersion(from.node, to.node),
      ...(isElsewhere ? [checkIdentity(vm, to), checkSnapshots(from.server, row)] : []),
      checkCpu(from, vm, to, spec),
      checkMemory(vm, to),
      checkDisks(copies, to, spec),
      ...(isElsewhere && spec.copyDisks ? [checkStorage(to, spec)] : []),
      checkNetworks(from.server, row, to),
    ],
    copies: spec.copyDisks ? copies : [],
    live: spec.live && vm.state === 'running',
  };
}

const checkNode = ({ name, state }: Node): MigrationCheck =>
  state === 'up' ? ok('node', `${name} is up`) : final('node', `${name} is ${state === 'unknown' ? 'silent' : state}`);

function checkVm(from: Side, vm: Vm, to: Side): MigrationCheck {
  if (from.node.id === to.node.id) return final('vm', `it is on ${to.node.name} already`);
  if (vm.state === 'running' || vm.state === 'paused' || vm.state === 'stopped') return ok('vm', `it is ${vm.state}`);
  return final('vm', `it is ${vm.state}: only one that runs, is paused or off can be moved`);
}

/** `Simulator 9.1` and `Simulator 10.2`: an older one may not know what a newer one has written. */
function checkVersion(from: Node, to: Node): MigrationCheck {
  const major = ({ version }: Node) => Number(/\d+/.exec(version)?.[0]);
  if (major(to) >= major(from)) return ok('platform', `${to.name} has ${to.version}`);
  return warning('platform', `${to.name} has ${to.version}, which is older than ${from.version} of ${from.name}`);
}

const checkIdentity = ({ name, uuid }: Vm, { server, node }: Side): MigrationCheck => {
  const { vms } = server.fleet.inventory();
  if (vms.some((other) => other.uuid === uuid)) return final('identity', `${node.name} has this VM already`);
  if (vms.some((other) => other.name === name))
    return final('identity', `${server.endpoint} has another VM ${name}: rename one of them`);
  return ok('identity', `its name and uuid are free on ${server.endpoint}`);
};

const checkSnapshots = (server: FakeServer, row: number): MigrationCheck => {
  const count = server.snapshots.of(row).length;
  return count === 0
    ? ok('snapshots', 'it has none')
    : final('snapshots', `it has ${count}, which would stay behind: delete them first`);
};

function checkCpu(from: Side, vm: Vm, to: Side, spec: MigrateSpec): MigrationCheck {
  const model = ({ server, node }: Side) => nodeInfo(server, node).facts.cpuModel ?? '';
  const [here, there] = [model(from), model(to)];
  const vendor = (text: string) => text.split(' ')[0];
  if (here === there || vm.state === 'stopped') return ok('cpu', `${to.node.name} has ${there}`);
  const text = `${from.node.name} has ${here}, ${to.node.name} has ${there}`;
  if (vendor(here) === vendor(there) || !spec.live) return warning('cpu', text);
  return error('cpu', `${text}: a guest that runs may crash there`);
}

function checkMemory(vm: Vm, { server, node }: Side): MigrationCheck {
  const used = server.fleet
    .inventory()
    .vms.filter((other) => other.node === node.id && other.state !== 'stopped' && other.id !== vm.id)
    .reduce((sum, other) => sum + other.memory, 0);
  const free = node.memory - used;
  const text = `${node.name} has ${formatBytes(Math.max(0, free))} free, it needs ${formatBytes(vm.memory)}`;
  return free >= vm.memory ? ok('memory', text) : error('memory', text);
}

function checkDisks(copies: readonly CopiedDisk[], { node }: Side, { copyDisks }: MigrateSpec): MigrationCheck {
  if (copies.length === 0) return ok('disks', `${node.name} has them too`);
  const size = formatBytes(copies.reduce((sum, disk) => sum + disk.size, 0));
  if (copyDisks) return ok('disks', `${copies.length} are copied, ${size}`);
  return final('disks', `${node.name} does not have them: copy them (copy disks), ${size}`);
}

function checkStorage({ server, node }: Side, { storage }: MigrateSpec): MigrationCheck {
  const name = storage === '' ? 'vms' : storage;
  const found = server.collections.storage.all().find((one) => one.name === name);
  if (!found) return final('storage', `${node.name} has no storage ${name}`);
  return found.active ? ok('storage', `${name} takes them`) : final('storage', `${name} of ${node.name} is off`);
}

function checkNetworks(server: FakeServer, row: number, to: Side): MigrationCheck {
  const there = new Set(
    to.server.collections.network
      .all()
      .filter(({ active }) => active)
      .map(({ name }) => name),
  );
  const wanted = [...new Set(server.nics.of(row).map(({ net }) => net))];
  const lacking = wanted.filter((net) => net !== undefined && !there.has(net));
  if (lacking.length === 0) return ok('networks', `${to.node.name} has ${wanted.join(', ') || 'what it needs'}`);
  return error('networks', `${to.node.name} has no network ${lacking.join(', ')} that is on`);
}
