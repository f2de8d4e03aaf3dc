import { FleetError } from '../../errors.ts';
import type { Connection, Context, OperationName } from '../contract.ts';
import { createBackupOps } from './backup-ops.ts';
import { type Calls, createCalls } from './call.ts';
import { type CloudOps, createCloudOps } from './cloud/ops.ts';
import { createConsoleOps, createNodeShell } from './console.ts';
import { createDiskOps } from './disk-ops.ts';
import { createFlavorOps, createImageOps } from './image-ops.ts';
import { createMaintenance } from './maintenance.ts';
import { createMigration } from './migrate.ts';
import { createDnsOps, createLeaseOps } from './name-ops.ts';
import { createNetworkOps } from './network-ops.ts';
import { createNicOps } from './nic-ops.ts';
import { createNodeFiles } from './node-files.ts';
import { createNodeRun } from './node-run.ts';
import { createNodeInfo, createVmOps } from './operations.ts';
import type { FakeServer } from './server.ts';
import { createSnapshotOps } from './snapshot-ops.ts';
import { createStorageOps } from './storage-ops.ts';
import { createVolumeOffers } from './volume-offers.ts';
import { createVolumeOps } from './volume-ops.ts';
import { createVolumeSnapshotOps } from './volume-snapshot-ops.ts';
import { watch } from './watch.ts';

export function createConnection(server: FakeServer, context: Context): Connection {
  const closed = new AbortController();
  const alive = AbortSignal.any([server.link.lost, closed.signal]);
  const lifeline = { alive, closed: closed.signal };
  const calls = createCalls(server, context, alive);
  const { without, dropEveryMs, dropForMs } = server.options;
  const leave = server.visit();
  const stay = dropEveryMs > 0 ? server.agenda.plan(dropEveryMs, () => server.link.cut(dropForMs)) : () => {};

  return {
    vm: lacking('vm', without, createVmOps(server, calls)),
    console: lacking('console', without, createConsoleOps(server, calls, lifeline)),
    node: lacking('node', without, {
      info: createNodeInfo(server, calls),
      shell: createNodeShell(server, calls, lifeline),
      ...createMigration(server, calls).node,
      // the addresses may be those of real machines
      route: (id, signal) =>
        calls.node('node.route', id, signal, ({ name }) => ({
          jump: undefined,
          unreachable: `the VMs of ${name} are simulated: nothing of theirs answers at these addresses`,
        })),
      run: createNodeRun(server, calls),
      ...createNodeFiles(server, calls),
      ...createMaintenance(server, calls),
    }),
    snapshot: lacking('snapshot', without, createSnapshotOps(server, calls)),
    disk: lacking('disk', without, createDiskOps(server, calls)),
    nic: lacking('nic', without, createNicOps(server, calls)),
    storage: lacking('storage', without, createStorageOps(server, calls)),
    volume: lacking('volume', without, { ...createVolumeOps(server, calls), ...createVolumeOffers(server, calls) }),
    volumesnapshot: lacking('volumesnapshot', without, createVolumeSnapshotOps(server, calls)),
    network: lacking('network', without, createNetworkOps(server, calls)),
    lease: lacking('lease', without, createLeaseOps(server, calls)),
    dns: lacking('dns', without, createDnsOps(server, calls)),
    ...cloudGroups(server, calls, without),
    image: lacking('image', without, createImageOps(server, calls)),
    backup: lacking('backup', without, createBackupOps(server, calls)),
    flavor: lacking('flavor', without, createFlavorOps(server, calls)),
    whyNot: {
      ...(server.options.reusesIds ? {} : { 'vm.identity': 'the id of a VM is never used again here' }),
      ...Object.fromEntries(without.map((name) => [name, `this fleet was made without ${name}`])),
    },
    async watch(options) {
      const end = AbortSignal.any([options.signal, closed.signal]);
      await watch(server, alive, { ...options, signal: end });
    },
    async close() {
      if (closed.signal.aborted) return;
      closed.abort(new FleetError('host.unreachable', `the connection to ${server.endpoint} was closed`));
      stay();
      leave();
    },
  };
}

const cloudGroups = (server: FakeServer, calls: Calls, without: readonly OperationName[]): CloudOps =>
  Object.fromEntries(
    Object.entries(createCloudOps(server, calls)).map(([group, ops]) => [group, lacking(group, without, ops)]),
  ) as unknown as CloudOps;

/** The group without the methods that the endpoint lacks. */
function lacking<Ops extends object>(group: string, without: readonly OperationName[], ops: Ops): Ops {
  const lack = (name: string) => without.some((operation) => operation === `${group}.${name}`);
  return Object.fromEntries(Object.entries(ops).filter(([name]) => !lack(name))) as Ops;
}
