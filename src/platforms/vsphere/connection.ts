import type { Absences, Connection, Context, Endpoint, VmOps } from '../contract.ts';
import { noCloudNouns } from '../lib/cloud-nouns.ts';
import { lacking } from '../lib/listed.ts';
import { noHardware, partLists } from '../lib/parts.ts';
import { addressOf } from './address.ts';
import { createDisplay } from './display.ts';
import { createImageOps } from './image/images.ts';
import { readInfo } from './info.ts';
import { createNetworkOps } from './network/networks.ts';
import { readNodeInfo } from './node-info.ts';
import { openSession } from './session.ts';
import { createSnapshotOps } from './snapshot/snapshot-ops.ts';
import { createStorageOps } from './storage/storages.ts';
import { createTasks, lookAtTask } from './tasks.ts';
import { createDelete } from './vm/delete.ts';
import { createLifecycle } from './vm/lifecycle.ts';
import { createSettings } from './vm/settings.ts';
import type { VmCalls } from './vm-call.ts';
import { watchInventory } from './watch.ts';

const WHY_NOT: Absences = {
  'vm.pause': 'vSphere has no pause that keeps the memory in place: suspend the VM, which writes it to disk',
  'console.serial':
    'vSphere passes no text console on: a serial port is a TCP port of the ESX host, where a VM has one',
  'console.viewer': 'displays of vSphere are websockets of its own kind: open them in its own client',
  'console.command': 'vSphere passes no text console on',
  'console.output': 'vSphere keeps nothing of what a VM has written to its serial port',
  ...lacking('vSphere gives no shell on a host: log in to the ESX host itself over SSH', ['node'], ['node.info']),
  ...noHardware('vSphere'),
  ...noCloudNouns('vSphere'),
  ...lacking('drover does not make or change datastores yet', ['storage'], ['storage.list']),
  volume: 'drover does not manage the files of datastores yet',
  ...lacking('drover does not make or change networks of vSphere yet', ['network'], ['network.list']),
  ...lacking(
    'drover lists templates alone, without content libraries, and does not make or delete any yet',
    ['image'],
    ['image.list'],
  ),
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

  return {
    vm: {
      info,
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
    },
    snapshot: createSnapshotOps(calls),
    ...partLists(info),
    storage: createStorageOps(session),
    network: createNetworkOps(session),
    image: createImageOps(session),
    console: {
      display: createDisplay({ calls, target: address.target, wire: context.wire, closed: closing.signal }),
    },
    node: { info: (id, signal) => readNodeInfo(session, id, signal) },
    whyNot: WHY_NOT,
    watch: (options) =>
      watchInventory(session, tasks, { ...options, signal: AbortSignal.any([options.signal, closing.signal]) }),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await session.close();
    },
  };
}
