import type { Absences, Connection, Context, Endpoint, VmOps } from '../contract.ts';
import { lacking } from '../lib/listed.ts';
import { noHardware } from '../lib/parts.ts';
import { accountOf } from './account.ts';
import { createCatalog } from './catalog.ts';
import { readConsoleOutput } from './console/output.ts';
import { createSerial } from './console/serial.ts';
import { createDelete } from './delete.ts';
import { listFlavors } from './flavors.ts';
import { createExport, createImageOps } from './image/images.ts';
import { readInfo } from './info.ts';
import { createLifecycle } from './lifecycle.ts';
import { createMaker } from './make/create.ts';
import { createRebuild } from './make/rebuild.ts';
import { createHistory } from './metrics/history.ts';
import { createDnsOps } from './names/dns.ts';
import { createZoneOps } from './names/zones.ts';
import { createAddressOps } from './network/addresses.ts';
import { createKeyPairOps } from './network/key-pairs.ts';
import { createNicOps } from './network/nics.ts';
import { createSecurityGroupOps } from './network/security-groups.ts';
import { createSecurityRuleOps } from './network/security-rules.ts';
import { createSubnetOps } from './network/subnets.ts';
import { createNetworkOps } from './network/vpcs.ts';
import { readNodeInfo } from './node-info.ts';
import type { AwsRegion } from './region.ts';
import { createBalancerOps } from './services/balancers.ts';
import { createBucketOps } from './services/buckets.ts';
import { createFileOps } from './services/files.ts';
import { checkLogin, openSession } from './session.ts';
import { createSettings } from './settings.ts';
import { createDiskOps } from './storage/disks.ts';
import { createVolumeSnapshotOps } from './storage/volume-snapshots.ts';
import { createVolumeOps } from './storage/volumes.ts';
import { watchRegion } from './watch.ts';

const without = (reasons: Absences, names: readonly string[]): Absences =>
  Object.fromEntries(Object.entries(reasons).filter(([name]) => !names.includes(name) && !/^(disk|nic)\./.test(name)));

const WHY_NOT: Absences = {
  'vm.pause': 'EC2 can not hold an instance in memory; one that was launched for it can be hibernated (suspend)',
  'console.command':
    'the key of a serial console lasts a minute: send one (aws ec2-instance-connect send-serial-console-ssh-public-key), then ssh',
  ...lacking(
    'EC2 shows no screen that takes keys',
    ['console'],
    ['console.serial', 'console.output', 'console.command'],
  ),
  snapshot: 'EC2 has snapshots of volumes, none of an instance that it could be put back to',
  ...lacking('a zone is a data centre of AWS: there is nothing to log in to', ['node'], ['node.info']),
  ...without(noHardware('AWS'), ['vm.create', 'vm.export', 'dns']),
  'vm.clone': 'EC2 copies no instance: make an image of it (vm export), and an instance of that',
  'disk.insert': 'instances of EC2 have no drives for media',
  'nic.connect': 'a network interface stays in its subnet: add one in the other, and delete this one',
  storage: 'EC2 has volumes without storages around them',
  ...lacking(
    'a volume of EBS is read and written by an instance: its snapshots are copied, its bytes are not handed out',
    ['volume'],
    ['volume.list', 'volume.create', 'volume.planDelete', 'volume.delete', 'volume.resize'],
  ),
  ...lacking(
    'a VPC routes by itself, and is not changed, started or stopped: its subnets and gateways are',
    ['network', 'router'],
    ['network.list', 'network.create', 'network.planDelete', 'network.delete'],
  ),
  'vm.planConfigure': 'EC2 keeps one set of settings: what is changed is changed',
  backup: 'drover makes no backups of AWS: make an image of an instance (vm export)',
  lease: 'AWS tells no leases: an address is kept by its network interface',
  'image.create': 'EC2 fetches no image from the web: it imports files of S3 (aws ec2 import-image)',
};

/** Where `metrics` is off. */
const NO_HISTORY =
  'CloudWatch has the past of an instance, and takes money for it: metrics: true of the endpoint allows that';

/** One account in one region, with a login that was seen to work. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const account = await accountOf(endpoint);
  const session = openSession(account, context);
  await checkLogin(session, account, context.signal).catch((error: unknown) => {
    session.close();
    throw error;
  });
  const { api } = session;
  const closing = new AbortController();
  const catalog = createCatalog(api);
  let onTouched = (_id: string): void => {};
  const calls: AwsRegion = {
    api,
    catalog,
    touched: (id) => onTouched(id),
    clock: context.clock,
    endpoint: endpoint.name,
    region: account.region,
  };

  const info: VmOps['info'] = (id, signal) =>
    readInfo(calls, { region: account.region, profile: account.profile }, id, signal);

  return {
    vm: {
      info,
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
      ...createRebuild(calls),
      create: createMaker(calls),
      export: createExport(calls),
      ...(account.metricsEveryMs !== undefined && { history: createHistory(calls) }),
    },
    console: {
      output: (id, signal) => readConsoleOutput(calls, id, signal),
      serial: createSerial({ ...calls, place: account.serialConsole, closed: closing.signal }),
    },
    node: { info: (id, signal) => readNodeInfo(api, id, signal) },
    disk: createDiskOps(calls, info),
    nic: createNicOps(calls, info),
    volume: createVolumeOps(calls),
    volumesnapshot: createVolumeSnapshotOps(calls),
    image: createImageOps(calls),
    network: createNetworkOps(calls),
    subnet: createSubnetOps(calls),
    securitygroup: createSecurityGroupOps(calls),
    securityrule: createSecurityRuleOps(calls),
    keypair: createKeyPairOps(calls),
    address: createAddressOps(calls),
    bucket: createBucketOps(calls),
    file: createFileOps(calls),
    zone: createZoneOps(calls),
    dns: createDnsOps(calls),
    balancer: createBalancerOps(calls),
    flavor: { list: (_of, signal) => listFlavors(calls, account.hasPrices, signal) },
    whyNot: account.metricsEveryMs === undefined ? { ...WHY_NOT, 'vm.history': NO_HISTORY } : WHY_NOT,
    async watch(options) {
      const signal = AbortSignal.any([options.signal, closing.signal]);
      if (signal.aborted) return;
      await watchRegion(
        {
          api,
          clock: context.clock,
          place: { endpoint: endpoint.name, region: account.region },
          catalog,
          metricsEveryMs: account.metricsEveryMs,
          onTouched: (listen) => {
            onTouched = listen;
          },
        },
        { ...options, signal },
      );
    },
    async close() {
      closing.abort();
      session.close();
    },
  };
}
