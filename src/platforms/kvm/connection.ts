import { FleetError } from '../../errors.ts';
import type {
  Connection,
  ConsoleOps,
  Context,
  Endpoint,
  GroupName,
  NodeOps,
  OperationName,
  VolumeOps,
} from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import { readHost } from './host/host.ts';
import { type Host, onHost } from './host/host-call.ts';
import { createHostFiles } from './host/host-files.ts';
import { readHostInfo } from './host/host-info.ts';
import { addressOf, hostOf } from './link/address.ts';
import { createDaemon } from './link/daemon.ts';
import { createDialer } from './link/dial.ts';
import { normalizeError } from './link/normalize-error.ts';
import { createNetworkOps } from './network/network-ops.ts';
import { readImages } from './storage/images.ts';
import { createStorageOps } from './storage/storage-ops.ts';
import { createVolumeOps } from './storage/volume-ops.ts';
import { createSerial } from './vm/console.ts';
import { createDelete } from './vm/delete.ts';
import type { GuestCalls } from './vm/guest-call.ts';
import { readInfo } from './vm/info.ts';
import { createLifecycle } from './vm/lifecycle.ts';
import { createSettings } from './vm/settings.ts';
import { createSnapshots } from './vm/snapshots.ts';
import { createGuestEvents } from './watch/events.ts';
import { watchHost } from './watch/watch.ts';

/** A libvirt host, connected. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const { signal, clock, wire } = context;
  const address = addressOf(endpoint);
  const { driver } = address;
  const dialer = await createDialer(endpoint.name, address, context);
  const daemon = await createDaemon({ endpoint: endpoint.name, dialer, driver, clock, wire }, signal).catch(
    (error: unknown) => {
      dialer.close();
      throw error;
    },
  );
  const facts = await readHost(daemon.poll, endpoint.name, hostOf(address), signal).catch((error: unknown) => {
    daemon.close();
    throw normalizeError(error, `libvirt on ${dialer.host}`);
  });
  const { node } = facts;
  const events = createGuestEvents(daemon.poll);
  let onTouched = (_uuid: string): void => {};
  const files = dialer.run && { files: createHostFiles(dialer.run, clock) };
  const calls: GuestCalls = { daemon, touched: (uuid) => onTouched(uuid), libvirt: facts.libvirt, ...files };
  const place = { endpoint: endpoint.name, node: node.id };
  const beside: Host = { daemon, place, clock, ...files };
  let closed = false;
  const whyNot: Partial<Record<OperationName | GroupName, string>> = {
    'console.output': 'libvirt keeps nothing of what a guest has written: open its console',
    ...lacking('an image of libvirt is a volume: it comes and goes as one', ['image'], ['image.list']),
    flavor: 'libvirt has no flavors: a VM has what it is given',
  };

  const serial: ConsoleOps = driver.startsWith('test:') ? {} : { serial: createSerial(calls) };
  if (!serial.serial) whyNot['console.serial'] = "libvirt's test driver has no consoles";

  const { resize, ...volumes } = createVolumeOps(beside);
  const volume: VolumeOps = driver.startsWith('test:') ? volumes : { resize, ...volumes };
  if (!volume.resize) whyNot['volume.resize'] = "libvirt's test driver can't resize a volume";

  const { shell } = dialer;
  const here = (id: string) => {
    if (id !== node.id) throw new FleetError('node.not-found', `there is no host ${id}`);
  };
  const host: NodeOps = {
    async info(id, infoSignal) {
      here(id);
      return readHostInfo(daemon, dialer, facts, clock, infoSignal);
    },
    ...(shell && {
      async shell(id, size, shellSignal) {
        here(id);
        return shell(size, shellSignal);
      },
    }),
  };
  if (!shell)
    whyNot['node.shell'] = `${dialer.host} is reached by ${address.transport}: only an endpoint over ssh has a shell`;

  return {
    vm: {
      info: (id, infoSignal) => readInfo(calls, id, infoSignal),
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
    },
    console: serial,
    node: host,
    snapshot: createSnapshots(calls),
    storage: createStorageOps(beside),
    volume,
    network: createNetworkOps(beside),
    image: { list: (of, listSignal) => onHost(beside, of, listSignal, (call) => readImages(beside, call)) },
    whyNot,
    async watch(options) {
      const listen = (touched: (uuid: string) => void) => {
        onTouched = touched;
      };
      try {
        await watchHost({ daemon, events, facts, place, clock, onTouched: listen }, options);
      } catch (error) {
        if (closed) return;
        // Other calls in flight get no answer either: they fail now instead of each at its deadline.
        if (error instanceof FleetError && error.code === 'host.unreachable') daemon.close(error);
        throw normalizeError(error, `libvirt on ${dialer.host}`);
      }
    },
    async close() {
      closed = true;
      daemon.close();
    },
  };
}
