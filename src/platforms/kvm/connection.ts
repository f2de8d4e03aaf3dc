import { FleetError } from '../../errors.ts';
import type {
  Connection,
  Context,
  DiskOps,
  Endpoint,
  GroupName,
  NicOps,
  OperationName,
  VmOps,
  VolumeOps,
} from '../contract.ts';
import { noCloudNouns } from '../lib/cloud-nouns.ts';
import { listDisks } from '../lib/parts.ts';
import { readAddressRule } from './address/address-rule.ts';
import { createClone } from './clone/clone.ts';
import { createConsoles } from './console/consoles.ts';
import { createDiskOps } from './disk/disk-ops.ts';
import { createFileOps } from './files/files.ts';
import { readHost } from './host/host.ts';
import type { Host } from './host/host-call.ts';
import { createHostFiles } from './host/host-files.ts';
import { NO_MIGRATION, NOT_OF_TEST_DRIVER } from './host/test-driver.ts';
import { createImageOps } from './image/image-ops.ts';
import { addressOf, hostOf } from './link/address.ts';
import { createDaemon } from './link/daemon.ts';
import { createDialer } from './link/dial.ts';
import { normalizeError } from './link/normalize-error.ts';
import { createMake } from './make/create.ts';
import { createMigration } from './migrate/migrate.ts';
import { deleteWithNames } from './names/delete-with-names.ts';
import { createDnsOps } from './names/dns-ops.ts';
import { createLeaseOps } from './names/lease-ops.ts';
import { createNetworkOps } from './network/network-ops.ts';
import { createNicOps } from './nic/nic-ops.ts';
import { createNodeOps } from './node/node-ops.ts';
import { createSettings } from './settings/settings.ts';
import { createStorageOps } from './storage/storage-ops.ts';
import { createVolumeOps } from './storage/volume-ops.ts';
import { allTakenBack } from './transfer/given-up.ts';
import { createDelete } from './vm/delete.ts';
import type { GuestCalls } from './vm/guest-call.ts';
import { readInfo } from './vm/info.ts';
import { createLifecycle } from './vm/lifecycle.ts';
import { createSnapshots } from './vm/snapshots.ts';
import { createGuestEvents } from './watch/events.ts';
import { readHostSystem } from './watch/host-system.ts';
import { watchHost } from './watch/watch.ts';

/** A libvirt host, connected. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const { signal, clock, wire } = context;
  const address = addressOf(endpoint);
  const { driver } = address;
  const preferred = readAddressRule(String(endpoint.values['prefer-ip'] ?? ''));
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
  const calls: GuestCalls = { daemon, touched: (uuid) => onTouched(uuid), clock, libvirt: facts.libvirt, ...files };
  const place = { endpoint: endpoint.name, node: node.id, preferred };
  const beside: Host = { daemon, place, clock, ...files };
  const { run } = dialer;
  const system = run && ((ofWatch: AbortSignal) => readHostSystem(run, clock, ofWatch));
  const isTest = driver.startsWith('test:');
  let closed = false;
  const consoles = createConsoles(calls, dialer, address, isTest);
  const whyNot: Partial<Record<OperationName | GroupName, string>> = {
    ...consoles.whyNot,
    ...noCloudNouns('libvirt'),
    ...(isTest && NOT_OF_TEST_DRIVER),
    flavor: 'libvirt has no flavors: a VM has what it is given',
  };

  const touched = (uuid: string) => onTouched(uuid);
  const makes = driver.startsWith('qemu:') && {
    create: createMake({ host: beside, capabilities: facts.capabilities, touched }),
  };
  if (!makes)
    whyNot['vm.create'] = isTest
      ? "libvirt's test driver does not say what its guests can have, and takes no seed: no VMs are made there"
      : 'drover makes VMs of QEMU and KVM alone';

  const migration =
    driver.startsWith('qemu:') &&
    createMigration(calls, {
      host: beside,
      facts,
      address: hostOf(address),
      run: dialer.run,
      touched,
      async again(againSignal) {
        const other = await createDialer(endpoint.name, address, { ...context, signal: againSignal, ask: {} });
        const channels = { endpoint: endpoint.name, dialer: other, driver, clock, wire };
        return createDaemon(channels, againSignal).catch((error: unknown) => {
          other.close();
          throw error;
        });
      },
    });
  if (!migration) Object.assign(whyNot, NO_MIGRATION);

  const { resize, upload, download, ...volumes } = createVolumeOps(beside);
  const volume: VolumeOps = isTest ? volumes : { resize, upload, download, ...volumes };
  const { settings, update, ...networks } = createNetworkOps(beside);

  const nodes = createNodeOps({ daemon, dialer, facts, address, clock, beside });
  Object.assign(whyNot, nodes.whyNot);

  const info: VmOps['info'] = (id, infoSignal) => readInfo(calls, id, infoSignal, preferred);
  const { list, ...nics } = createNicOps(calls, beside, info);
  const disk: DiskOps = { list: listDisks(info), ...(!isTest && createDiskOps(calls, beside)) };
  const nic: NicOps = { list, ...(!isTest && nics) };

  return {
    vm: {
      info,
      ...createLifecycle(calls),
      ...deleteWithNames(createDelete(calls), calls, beside),
      ...createClone(calls, beside),
      ...createSettings(calls, isTest ? undefined : beside),
      ...createFileOps(calls, beside, isTest),
      ...makes,
      ...(migration ? migration.vm : {}),
    },
    console: consoles.ops,
    node: { ...nodes.ops, ...(migration ? migration.node : {}) },
    snapshot: createSnapshots(calls),
    disk,
    nic,
    storage: createStorageOps(beside),
    volume,
    network: isTest ? networks : { settings, update, ...networks },
    ...(!isTest && { lease: createLeaseOps(beside), dns: createDnsOps(beside) }),
    image: createImageOps(beside, dialer.run, isTest),
    whyNot,
    async watch(options) {
      const listen = (touched: (uuid: string) => void) => {
        onTouched = touched;
      };
      try {
        await watchHost({ daemon, events, facts, place, clock, onTouched: listen, system }, options);
      } catch (error) {
        if (closed) return;
        // Other calls in flight get no answer either: they fail now instead of each at its deadline.
        if (error instanceof FleetError && error.code === 'host.unreachable') daemon.close(error);
        throw normalizeError(error, `libvirt on ${dialer.host}`);
      }
    },
    async close() {
      closed = true;
      await allTakenBack(daemon, clock);
      daemon.close();
    },
  };
}
