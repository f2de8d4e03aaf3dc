import type { Connection, Context, Endpoint, VmOps } from '../contract.ts';
import { noCloudNouns } from '../lib/cloud-nouns.ts';
import { lacking } from '../lib/listed.ts';
import { partLists } from '../lib/parts.ts';
import { addressOf } from './address.ts';
import { openCloud } from './cloud.ts';
import { createAddressOps } from './cloud-nouns/address-ops.ts';
import { createKeyPairOps } from './cloud-nouns/key-pair-ops.ts';
import { createSecurityGroupOps, createSecurityRuleOps } from './cloud-nouns/security-ops.ts';
import { createSubnetOps } from './cloud-nouns/subnet-ops.ts';
import { createConsoles } from './console.ts';
import { createDiskOps } from './disk/disk-ops.ts';
import type { News } from './follow.ts';
import { createImageFiles } from './image/image-files.ts';
import { createImageOps } from './image/image-ops.ts';
import { createImages } from './image/images.ts';
import { readInfo } from './info.ts';
import { createLists, type Lists } from './lists.ts';
import { createMake } from './make/create.ts';
import { createLimits } from './make/limits.ts';
import { createHistory } from './metrics/history.ts';
import { createMigration } from './migrate/migrate.ts';
import { createDnsOps } from './names/dns-ops.ts';
import { createZoneOps } from './names/zone-ops.ts';
import { createNetworkEdit } from './network/network-edit.ts';
import { createNetworkOps } from './network/network-ops.ts';
import { createNicOps } from './nic/nic-ops.ts';
import { readNodeInfo } from './node/node-info.ts';
import { createBucketOps } from './objects/bucket-ops.ts';
import { createFileOps } from './objects/file-ops.ts';
import { createSwift } from './objects/swift.ts';
import { missing, type Project } from './project.ts';
import { createRouterOps } from './router/router-ops.ts';
import { onServer, type ServerCalls } from './server-call.ts';
import { createSnapshotOps } from './snapshot/snapshot-ops.ts';
import { readSnapshots } from './snapshot/snapshots.ts';
import { ABSENT } from './vm/absent.ts';
import { createDelete } from './vm/delete.ts';
import { createExport } from './vm/export.ts';
import { createLifecycle } from './vm/lifecycle.ts';
import { createModes } from './vm/modes.ts';
import { createSettings } from './vm/settings.ts';
import { createVolumeSnapshotOps } from './volume/snapshot-ops.ts';
import { createTransferOps } from './volume/transfer-ops.ts';
import { createTypeOps } from './volume/type-ops.ts';
import { createVolumeOps } from './volume/volume-ops.ts';
import { watchCloud } from './watch.ts';

const NOUNS = ['keypair', 'zone', 'bucket', 'file', 'volumesnapshot'] as const;
const WITH_NEUTRON = [...NOUNS, 'subnet', 'router', 'securitygroup', 'securityrule', 'address'] as const;

/** The lists of what the services have, with what changes it. */
const withChanges = (
  project: Project,
  { storage, volume, network, image, ...groups }: Lists['groups'],
  files = project.cloud.files('image'),
): Lists['groups'] => ({
  ...groups,
  ...(storage && { storage: { ...storage, ...createTypeOps(project) } }),
  ...(volume && { volume: { ...volume, ...createVolumeOps(project), ...createTransferOps(project) } }),
  ...(network && { network: { ...network, ...createNetworkOps(project), ...createNetworkEdit(project) } }),
  ...(image && { image: { ...image, ...createImageOps(project), ...(files && createImageFiles(project, files)) } }),
});

/** A project, connected: logged in, with Nova found. Polls and figures have connections of their own, so that none waits for others. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const cloud = await openCloud(endpoint, await addressOf(endpoint), context);
  const closing = new AbortController();
  const [glance, cinder, neutron] = [cloud.other('image'), cloud.other('volume'), cloud.other('network')];
  const [designate, gnocchi] = [cloud.other('dns'), cloud.other('metric')];
  const objects = cloud.files('object');
  const swift = objects && createSwift(objects);
  const images = createImages(glance);
  const api = cloud.compute('control');
  let onNews = (_news: News): void => {};
  const calls: ServerCalls = { cloud, api, images, news: (news) => onNews(news) };
  const neighbours = { glance, cinder };

  const project: Project = {
    ...{ cloud, calls, glance, cinder, neutron, designate },
    clock: context.clock,
    nova: api,
  };
  const own = createLists(cloud, { nova: cloud.compute('lists'), glance, cinder, neutron });
  const lists = { ...own, groups: withChanges(project, own.groups) };

  const info: VmOps['info'] = (id, signal) => readInfo(calls, neighbours, id, signal);

  const { disk, nic } = partLists(info);

  return {
    vm: {
      info,
      create: createMake(project),
      limits: createLimits(project),
      ...createLifecycle(calls),
      ...createModes(calls, neighbours),
      ...createDelete(calls, neighbours),
      ...createSettings(calls),
      ...createMigration(project),
      ...(glance && { export: createExport(project) }),
      ...(gnocchi && createHistory(project, gnocchi)),
    },
    console: createConsoles(calls),
    node: { info: (id, signal) => readNodeInfo({ nova: api, cinder, neutron }, cloud, id, signal) },
    snapshot: {
      list: (id, signal) => onServer(calls, id, signal, (call) => readSnapshots(id, glance, call)),
      ...(glance && createSnapshotOps(project)),
    },
    disk: { ...disk, ...(cinder && createDiskOps(project)) },
    nic: { ...nic, ...(neutron && createNicOps(project)) },
    ...lists.groups,
    keypair: createKeyPairOps(project),
    ...(cinder && { volumesnapshot: createVolumeSnapshotOps(project) }),
    ...(swift && { bucket: createBucketOps(swift, cloud), file: createFileOps(swift, context.clock) }),
    ...(designate && { zone: createZoneOps(project), dns: createDnsOps(project) }),
    ...(neutron && {
      subnet: createSubnetOps(project),
      router: createRouterOps(project),
      securitygroup: createSecurityGroupOps(project),
      securityrule: createSecurityRuleOps(project),
      address: createAddressOps(project),
    }),
    whyNot: {
      ...lacking('OpenStack has no login to its hosts', ['node'], ['node.info']),
      'console.command': 'the consoles of OpenStack are websockets, which no command of a terminal opens',
      ...(glance
        ? {}
        : { ...lacking(missing('Glance'), ['snapshot'], ['snapshot.list']), 'vm.export': missing('Glance') }),
      ...(cinder ? {} : { ...lacking(missing('Cinder'), ['disk'], ['disk.list']), volumesnapshot: missing('Cinder') }),
      ...(neutron ? {} : lacking(missing('Neutron'), ['nic'], ['nic.list'])),
      ...ABSENT,
      ...noCloudNouns('OpenStack', neutron ? WITH_NEUTRON : NOUNS),
      ...(swift ? {} : { bucket: missing('Swift'), file: missing('Swift') }),
      ...(gnocchi ? {} : { 'vm.history': missing('Gnocchi') }),
      ...(designate ? {} : { zone: missing('Designate'), dns: missing('Designate') }),
      ...lists.whyNot,
    },
    async watch(options) {
      const listen = (listener: (news: News) => void) => {
        onNews = listener;
      };
      const [poll, figures] = [cloud.compute('poll'), cloud.compute('figures')];
      const signal = AbortSignal.any([options.signal, closing.signal]);
      if (signal.aborted) return;
      await watchCloud({ cloud, clock: context.clock, images, poll, figures, onNews: listen }, { ...options, signal });
    },
    async close() {
      closing.abort();
      cloud.close();
    },
  };
}
