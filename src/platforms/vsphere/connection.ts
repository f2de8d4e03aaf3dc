import type { Absences, Connection, Context, Endpoint, VmOps } from '../contract.ts';
import { noCloudNouns } from '../lib/cloud-nouns.ts';
import { lacking } from '../lib/listed.ts';
import { addressOf } from './address.ts';
import { createDiskOps } from './disk/disk-ops.ts';
import { createDisplay } from './display.ts';
import { createMaintenance } from './host/maintenance.ts';
import { createDownload } from './image/download.ts';
import { createImageChanges } from './image/image-ops.ts';
import { createImageOps } from './image/images.ts';
import { createUpload } from './image/upload.ts';
import { createClone } from './make/clone.ts';
import { createMake } from './make/create.ts';
import { createCounters } from './metrics/counters.ts';
import { readHistory } from './metrics/history.ts';
import { createMigration } from './migrate/migrate.ts';
import { createNetworkChanges } from './network/network-ops.ts';
import { createNetworkOps } from './network/networks.ts';
import { createNicOps } from './nic/nic-ops.ts';
import { readNodeInfo } from './node-info.ts';
import { openSession } from './session.ts';
import { createSnapshotOps } from './snapshot/snapshot-ops.ts';
import { createStorageOps } from './storage/storages.ts';
import { createVolumeOps } from './storage/volume-ops.ts';
import { createTasks, lookAtTask } from './tasks.ts';
import { createDelete } from './vm/delete.ts';
import { readInfo } from './vm/info.ts';
import { createLifecycle } from './vm/lifecycle.ts';
import { createSettings } from './vm/settings.ts';
import type { VmCalls } from './vm-call.ts';
import { watchInventory } from './watch.ts';

const NO_TEXT = 'a VM of vSphere is a tree of objects: no text of it is edited';
const NO_FILES = {
  'vm.save': 'vSphere writes memory into snapshots and suspended VMs alone: suspend it',
  'vm.restore': 'vSphere takes memory from snapshots and suspended VMs alone: start it',
  'vm.definition': NO_TEXT,
  'vm.define': NO_TEXT,
  'vm.planConfigure': 'vSphere checks a change when it is made',
} as const;

const WHY_NOT: Absences = {
  'vm.pause': 'vSphere has no pause that keeps the memory in place: suspend the VM, which writes it to disk',
  'console.serial':
    'vSphere passes no text console on: a serial port is a TCP port of the ESX host, where a VM has one',
  'console.viewer': 'displays of vSphere are websockets of its own kind: open them in its own client',
  'console.command': 'vSphere passes no text console on',
  'console.output': 'vSphere keeps nothing of what a VM has written to its serial port',
  ...lacking(
    'vSphere gives no shell on a host: log in to the ESX host itself over SSH',
    ['node'],
    ['node.info', 'node.enterMaintenance', 'node.exitMaintenance'],
  ),
  ...NO_FILES,
  ...noCloudNouns('vSphere'),
  'node.planReceive': 'drover moves VMs within one vCenter alone',
  'node.receive': 'drover moves VMs within one vCenter alone',
  ...lacking('drover does not make or delete datastores yet', ['storage'], ['storage.list', 'storage.refresh']),
  ...lacking(
    'a port group has no settings that drover changes yet',
    ['network'],
    ['network.list', 'network.create', 'network.planDelete', 'network.delete'],
  ),
  'image.create': 'a vCenter fetches nothing by itself: get the OVA, and import it with drover image upload',
  'image.update': 'a template is a VM: drover vm edit changes its notes, its metadata and its custom attributes',
  lease: 'vSphere hands out no addresses: a DHCP server in the network does',
  dns: 'vSphere has no names of its own',
  flavor: 'vSphere has no flavors: a VM has what it is given',
};

/** A vCenter, or a single ESX host, with a session of its own. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const address = addressOf(endpoint);
  const session = await openSession(endpoint.name, address, context);
  const tasks = createTasks(session.clock, lookAtTask(session));
  const calls: VmCalls = { session, tasks };
  const closing = new AbortController();

  const info: VmOps['info'] = (id, signal) => readInfo(calls, id, signal);

  const counters = createCounters(session);

  return {
    vm: {
      info,
      history: (id, range, signal) => readHistory(calls, counters, id, range, signal),
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
      create: createMake(calls),
      ...createClone(calls),
      ...createMigration(calls),
    },
    snapshot: createSnapshotOps(calls),
    disk: createDiskOps(calls, info),
    nic: createNicOps(calls, info),
    storage: createStorageOps(session),
    volume: createVolumeOps(calls),
    network: { ...createNetworkOps(session), ...createNetworkChanges(calls) },
    image: {
      ...createImageOps(session),
      ...createImageChanges(calls),
      download: createDownload(calls, { session, own: address.target, wire: context.wire }),
      upload: createUpload(calls, { session, own: address.target, wire: context.wire }),
    },
    console: {
      display: createDisplay({ calls, target: address.target, wire: context.wire, closed: closing.signal }),
    },
    node: { info: (id, signal) => readNodeInfo(session, id, signal), ...createMaintenance(calls) },
    whyNot: WHY_NOT,
    watch: (options) =>
      watchInventory(
        session,
        { tasks, counters },
        { ...options, signal: AbortSignal.any([options.signal, closing.signal]) },
      ),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await session.close();
    },
  };
}
