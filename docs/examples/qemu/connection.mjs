/** The live link to one host, in the words of drover's contract. */
import { disksIn, nicsIn } from './parts.mjs';
import { createPower } from './power.mjs';
import { createWatch } from './watch.mjs';

const HAS = [
  'vm.info',
  'vm.start',
  'vm.stop',
  'vm.restart',
  'vm.pause',
  'vm.resume',
  'disk.list',
  'nic.list',
  'node.info',
];

export function createConnection({ drover, endpoint, context, host, vms, facts }) {
  const { FleetError, ids, lists } = drover;
  const closing = new AbortController();
  const node = {
    id: ids.nodeId(endpoint.name, 'host'),
    name: facts.name,
    pool: undefined,
    state: 'up',
    address: endpoint.values.host || undefined,
    cpus: facts.cpus,
    memory: facts.memory,
    version: facts.version,
  };
  const watch = createWatch({ drover, context, vms, facts, node, closed: closing.signal });
  const power = createPower({ drover, vms, changed: watch.wake });

  return {
    whyNot: {
      ...lists.lackingAllBut(HAS, 'this plugin starts and stops QEMU, and leaves the files on the host alone'),
      'console.serial': 'the serial socket of a QEMU process has room for one, and does not say that it is taken',
    },
    vm: {
      async info(id, signal) {
        const vm = await vms.find(id, signal);
        const started = vm.process && facts.bootedAt + (vm.process.started / facts.hertz) * 1000;
        return {
          state: vm.state,
          disks: disksIn(vm.arguments),
          nics: nicsIn(vm.arguments),
          snapshots: [],
          created: undefined,
          ...(started === undefined ? {} : { started }),
          description: vm.description,
          more: [
            ...(vm.process ? [['Process', String(vm.process.pid)]] : []),
            ...(vm.arguments.length > 0 ? [['Arguments', vm.arguments.join(' ')]] : []),
          ],
        };
      },
      ...power,
    },
    disk: {
      list: async (id, signal) =>
        listed(disksIn((await vms.find(id, signal)).arguments), (device) => ids.diskId(id, device)),
    },
    nic: {
      list: async (id, signal) =>
        listed(nicsIn((await vms.find(id, signal)).arguments), (device) => ids.nicId(id, device)).map((nic) => ({
          ...nic,
          identity: nic.mac,
        })),
    },
    node: {
      async info(id, signal) {
        signal.throwIfAborted();
        if (id !== node.id) throw new FleetError('node.not-found', `${endpoint.name} has no node ${ids.nativeOf(id)}`);
        const { name, kernel, architecture, version, cpus, bootedAt } = await vms.readHost(signal);
        return {
          facts: { kernel, architecture, threads: cpus, started: bootedAt },
          lines: [
            ['System', 'Name', name],
            ['System', 'Kernel', kernel],
            ['System', 'Architecture', architecture],
            ['System', 'QEMU', version],
          ],
        };
      },
    },
    watch: watch.run,
    async close() {
      closing.abort();
      host.close();
    },
  };
}

const listed = (parts, idOf) => parts.map((part) => ({ id: idOf(part.device), name: part.device, ...part }));
