import type { Absences, Connection, Context, Endpoint } from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import { addressOf } from './address.ts';
import { createDelete } from './delete.ts';
import { createImageOps } from './images.ts';
import { readInfo } from './info.ts';
import { createLifecycle } from './lifecycle.ts';
import { createNetworkOps } from './networks.ts';
import { readNodeInfo } from './node-info.ts';
import { openSession } from './session.ts';
import { createSettings } from './settings.ts';
import { createSnapshotOps } from './snapshot-ops.ts';
import { createStorageOps } from './storages.ts';
import { createTasks, lookAtTask } from './tasks.ts';
import type { VmCalls } from './vm-call.ts';
import { watchInventory } from './watch.ts';

const WHY_NOT: Absences = {
  'vm.pause': 'vSphere has no pause that keeps the memory in place: suspend the VM, which writes it to disk',
  'console.serial':
    'vSphere passes no text console on: a serial port is a TCP port of the ESX host, where a VM has one',
  'console.output': 'vSphere keeps nothing of what a VM has written to its serial port',
  'node.shell': 'vSphere gives no shell on a host: log in to the ESX host itself over SSH',
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
  const session = await openSession(endpoint.name, addressOf(endpoint), context);
  const tasks = createTasks(session.clock, lookAtTask(session));
  const calls: VmCalls = { session, tasks };
  const closing = new AbortController();

  return {
    vm: {
      info: (id, signal) => readInfo(calls, id, signal),
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
    },
    snapshot: createSnapshotOps(calls),
    storage: createStorageOps(session),
    network: createNetworkOps(session),
    image: createImageOps(session),
    console: {},
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
