/**
 * The procedures of libvirt's remote program that drover uses, as data. Numbers never change once given; an older
 * daemon answers error 39 for one that it doesn't know. Each line was tried against libvirtd 9.0.
 */
import {
  type Codec,
  chars,
  fixed,
  flag,
  int,
  list,
  optional,
  struct,
  text,
  uhyper,
  uint,
  type ValueOf,
} from './xdr.ts';

export interface Procedure<Args, Result> {
  /** As libvirt names it, without REMOTE_PROC_: for the wire log. */
  readonly name: string;
  readonly number: number;
  readonly args: Codec<Args>;
  readonly result: Codec<Result>;
}

const nothing: Codec<void> = { least: 0, read: () => undefined, write: () => undefined };
/** Left to its own decoder (stats.ts), which reads only what is wanted. */
const raw: Codec<Buffer> = { least: 0, read: (r) => r.opaque(r.left), write: (w, value) => w.opaque(value) };

const uuid = fixed(16);
/** `id` is -1 while it doesn't run. The daemon finds domains by uuid, so that an old `id` or `name` does no harm. */
const domain = struct({ name: text, uuid, id: int });
const snapshot = struct({ name: text, domain });
const checkpoint = struct({ name: text, domain });
const storagePool = struct({ name: text, uuid });
const volume = struct({ pool: text, name: text, key: text });
const network = struct({ name: text, uuid });
const secret = struct({ uuid, usageType: int, usageId: text });
const hostInterface = struct({ name: text, mac: text });
const counter = struct({ name: text, value: uhyper });
const address = struct({ type: int, address: text, prefix: uint });
const guestInterface = struct({ name: text, mac: optional(text), addresses: list(address) });
/** `until` is in seconds since 1970, 0 for one without an end. */
const dhcpLease = struct({
  bridge: text,
  until: uhyper,
  type: int,
  mac: optional(text),
  iaid: optional(text),
  address: text,
  prefix: uint,
  hostname: optional(text),
  client: optional(text),
});

export const domainCodec = domain;

export type Domain = ValueOf<typeof domain>;
export type DomainSnapshot = ValueOf<typeof snapshot>;
export type StoragePool = ValueOf<typeof storagePool>;
export type Volume = ValueOf<typeof volume>;
export type VirtualNetwork = ValueOf<typeof network>;
export type GuestInterface = ValueOf<typeof guestInterface>;
export type DhcpLease = ValueOf<typeof dhcpLease>;

/** The body of a reply with status 1. `code` and `domain` are stable, the message is translated. */
export const remoteError = struct({
  code: int,
  domain: int,
  message: optional(text),
  level: int,
  object: optional(domain),
  text1: optional(text),
  text2: optional(text),
  text3: optional(text),
  number1: int,
  number2: int,
  network: optional(network),
});

const define = <A, R>(number: number, name: string, args: Codec<A>, result: Codec<R>): Procedure<A, R> => ({
  name,
  number,
  args,
  result,
});

/** The argument lists that come again and again. */
const onDomain = struct({ domain });
const onDomainWith = struct({ domain, flags: uint });
/** The XML of one device of it. */
const onDevice = struct({ domain, xml: text, flags: uint });
const onSnapshotWith = struct({ snapshot, flags: uint });
const listing = struct({ needResults: flag, flags: uint });
const onPoolWith = struct({ pool: storagePool, flags: uint });

export const procedures = {
  // the connection and its host
  open: define(1, 'CONNECT_OPEN', struct({ name: optional(text), flags: uint }), nothing),
  type: define(3, 'CONNECT_GET_TYPE', nothing, text),
  version: define(4, 'CONNECT_GET_VERSION', nothing, uhyper),
  nodeInfo: define(
    6,
    'NODE_GET_INFO',
    nothing,
    struct({
      model: chars(32),
      memoryKib: uhyper,
      cpus: int,
      mhz: int,
      cells: int,
      sockets: int,
      cores: int,
      threads: int,
    }),
  ),
  capabilities: define(7, 'CONNECT_GET_CAPABILITIES', nothing, text),
  domainCapabilities: define(
    342,
    'CONNECT_GET_DOMAIN_CAPABILITIES',
    struct({
      emulator: optional(text),
      arch: optional(text),
      machine: optional(text),
      type: optional(text),
      flags: uint,
    }),
    text,
  ),
  /** Whether the CPU of a kind of guest can be that one; -1 is an error, 0 that it can't. */
  compareCpu: define(
    393,
    'CONNECT_COMPARE_HYPERVISOR_CPU',
    struct({
      emulator: optional(text),
      arch: optional(text),
      machine: optional(text),
      type: optional(text),
      xml: text,
      flags: uint,
    }),
    int,
  ),
  listNodeDevices: define(
    285,
    'CONNECT_LIST_ALL_NODE_DEVICES',
    struct({ needResults: flag, flags: uint }),
    struct({ devices: list(struct({ name: text })), count: int }),
  ),
  nodeDeviceByName: define(113, 'NODE_DEVICE_LOOKUP_BY_NAME', struct({ name: text }), struct({ name: text })),
  nodeDeviceXml: define(114, 'NODE_DEVICE_GET_XML_DESC', struct({ name: text, flags: uint }), text),
  hostname: define(59, 'CONNECT_GET_HOSTNAME', nothing, text),
  supportsFeature: define(60, 'CONNECT_SUPPORTS_FEATURE', struct({ feature: int }), int),
  authList: define(66, 'AUTH_LIST', nothing, list(int)),
  authPolkit: define(70, 'AUTH_POLKIT', nothing, int),
  libraryVersion: define(157, 'CONNECT_GET_LIB_VERSION', nothing, uhyper),
  nodeCpuStats: define(
    227,
    'NODE_GET_CPU_STATS',
    struct({ cpu: int, count: int, flags: uint }),
    struct({ counters: list(counter), count: int }),
  ),
  nodeMemoryStats: define(
    228,
    'NODE_GET_MEMORY_STATS',
    struct({ count: int, cell: int, flags: uint }),
    struct({ counters: list(counter), count: int }),
  ),

  // reading domains
  domainXml: define(14, 'DOMAIN_GET_XML_DESC', onDomainWith, text),
  domainAutostart: define(15, 'DOMAIN_GET_AUTOSTART', onDomain, flag),
  domainInfo: define(
    16,
    'DOMAIN_GET_INFO',
    onDomain,
    struct({ state: int, maxMemoryKib: uhyper, memoryKib: uhyper, cpus: int, cpuTimeNs: uhyper }),
  ),
  domainByName: define(23, 'DOMAIN_LOOKUP_BY_NAME', struct({ name: text }), domain),
  domainByUuid: define(24, 'DOMAIN_LOOKUP_BY_UUID', struct({ uuid }), domain),
  domainState: define(212, 'DOMAIN_GET_STATE', onDomainWith, struct({ state: int, reason: int })),
  domainMetadata: define(
    265,
    'DOMAIN_GET_METADATA',
    struct({ domain, type: int, uri: optional(text), flags: uint }),
    text,
  ),
  listDomains: define(273, 'CONNECT_LIST_ALL_DOMAINS', listing, struct({ domains: list(domain), count: uint })),
  domainStats: define(
    344,
    'CONNECT_GET_ALL_DOMAIN_STATS',
    struct({ domains: list(domain), groups: uint, flags: uint }),
    raw,
  ),
  domainAddresses: define(
    353,
    'DOMAIN_INTERFACE_ADDRESSES',
    struct({ domain, source: uint, flags: uint }),
    list(guestInterface),
  ),
  /** What libvirt does with it; 0 is nothing. How far that is comes behind it, in numbers that are not read. */
  jobInfo: define(163, 'DOMAIN_GET_JOB_INFO', onDomain, struct({ type: int, rest: raw })),
  domainIsPersistent: define(151, 'DOMAIN_IS_PERSISTENT', onDomain, flag),
  hasManagedSave: define(183, 'DOMAIN_HAS_MANAGED_SAVE_IMAGE', onDomainWith, flag),
  blockInfo: define(
    194,
    'DOMAIN_GET_BLOCK_INFO',
    struct({ domain, path: text, flags: uint }),
    struct({ allocation: uhyper, capacity: uhyper, physical: uhyper }),
  ),
  hasCurrentSnapshot: define(190, 'DOMAIN_HAS_CURRENT_SNAPSHOT', onDomainWith, flag),
  currentSnapshot: define(191, 'DOMAIN_SNAPSHOT_CURRENT', onDomainWith, snapshot),
  snapshotXml: define(186, 'DOMAIN_SNAPSHOT_GET_XML_DESC', onSnapshotWith, text),
  /** What the memory in a file is of: as the guest ran. */
  savedXml: define(235, 'DOMAIN_SAVE_IMAGE_GET_XML_DESC', struct({ path: text, flags: uint }), text),
  managedSaveXml: define(388, 'DOMAIN_MANAGED_SAVE_GET_XML_DESC', onDomainWith, text),
  listCheckpoints: define(
    413,
    'DOMAIN_LIST_ALL_CHECKPOINTS',
    struct({ domain, needResults: flag, flags: uint }),
    struct({ checkpoints: list(checkpoint), count: int }),
  ),
  listSnapshots: define(
    274,
    'DOMAIN_LIST_ALL_SNAPSHOTS',
    struct({ domain, needResults: flag, flags: uint }),
    struct({ snapshots: list(snapshot), count: int }),
  ),

  // changing domains
  resume: define(28, 'DOMAIN_RESUME', onDomain, nothing),
  reboot: define(27, 'DOMAIN_REBOOT', onDomainWith, nothing),
  setAutostart: define(29, 'DOMAIN_SET_AUTOSTART', struct({ domain, autostart: flag }), nothing),
  suspend: define(34, 'DOMAIN_SUSPEND', onDomain, nothing),
  managedSave: define(182, 'DOMAIN_MANAGED_SAVE', onDomainWith, nothing),
  removeManagedSave: define(184, 'DOMAIN_MANAGED_SAVE_REMOVE', onDomainWith, nothing),
  createSnapshot: define(185, 'DOMAIN_SNAPSHOT_CREATE_XML', struct({ domain, xml: text, flags: uint }), snapshot),
  revertToSnapshot: define(192, 'DOMAIN_REVERT_TO_SNAPSHOT', onSnapshotWith, nothing),
  deleteSnapshot: define(193, 'DOMAIN_SNAPSHOT_DELETE', onSnapshotWith, nothing),
  create: define(196, 'DOMAIN_CREATE_WITH_FLAGS', onDomainWith, domain),
  attachDevice: define(160, 'DOMAIN_ATTACH_DEVICE_FLAGS', onDevice, nothing),
  detachDevice: define(161, 'DOMAIN_DETACH_DEVICE_FLAGS', onDevice, nothing),
  updateDevice: define(174, 'DOMAIN_UPDATE_DEVICE_FLAGS', onDevice, nothing),
  blockResize: define(251, 'DOMAIN_BLOCK_RESIZE', struct({ domain, path: text, size: uhyper, flags: uint }), nothing),
  setCpus: define(199, 'DOMAIN_SET_VCPUS_FLAGS', struct({ domain, count: uint, flags: uint }), nothing),
  openConsole: define(201, 'DOMAIN_OPEN_CONSOLE', struct({ domain, device: optional(text), flags: uint }), nothing),
  setMemory: define(204, 'DOMAIN_SET_MEMORY_FLAGS', struct({ domain, kib: uhyper, flags: uint }), nothing),
  setMemoryReports: define(
    308,
    'DOMAIN_SET_MEMORY_STATS_PERIOD',
    struct({ domain, seconds: int, flags: uint }),
    nothing,
  ),
  undefine: define(231, 'DOMAIN_UNDEFINE_FLAGS', onDomainWith, nothing),
  destroy: define(234, 'DOMAIN_DESTROY_FLAGS', onDomainWith, nothing),
  reset: define(245, 'DOMAIN_RESET', onDomainWith, nothing),
  shutdown: define(258, 'DOMAIN_SHUTDOWN_FLAGS', onDomainWith, nothing),
  setMetadata: define(
    264,
    'DOMAIN_SET_METADATA',
    struct({ domain, type: int, metadata: optional(text), key: optional(text), uri: optional(text), flags: uint }),
    nothing,
  ),
  save: define(232, 'DOMAIN_SAVE_FLAGS', struct({ domain, path: text, xml: optional(text), flags: uint }), nothing),
  restore: define(233, 'DOMAIN_RESTORE_FLAGS', struct({ path: text, xml: optional(text), flags: uint }), nothing),
  wakeUp: define(267, 'DOMAIN_PM_WAKEUP', onDomainWith, nothing),
  rename: define(358, 'DOMAIN_RENAME', struct({ domain, name: optional(text), flags: uint }), int),
  define: define(350, 'DOMAIN_DEFINE_XML_FLAGS', struct({ xml: text, flags: uint }), domain),

  // storage
  definePool: define(77, 'STORAGE_POOL_DEFINE_XML', struct({ xml: text, flags: uint }), storagePool),
  createPool: define(78, 'STORAGE_POOL_CREATE', onPoolWith, nothing),
  buildPool: define(79, 'STORAGE_POOL_BUILD', onPoolWith, nothing),
  destroyPool: define(80, 'STORAGE_POOL_DESTROY', struct({ pool: storagePool }), nothing),
  undefinePool: define(82, 'STORAGE_POOL_UNDEFINE', struct({ pool: storagePool }), nothing),
  poolByName: define(84, 'STORAGE_POOL_LOOKUP_BY_NAME', struct({ name: text }), storagePool),
  poolByUuid: define(85, 'STORAGE_POOL_LOOKUP_BY_UUID', struct({ uuid }), storagePool),
  setPoolAutostart: define(90, 'STORAGE_POOL_SET_AUTOSTART', struct({ pool: storagePool, autostart: flag }), nothing),
  poolIsActive: define(154, 'STORAGE_POOL_IS_ACTIVE', struct({ pool: storagePool }), flag),
  poolIsPersistent: define(155, 'STORAGE_POOL_IS_PERSISTENT', struct({ pool: storagePool }), flag),
  createVolume: define(93, 'STORAGE_VOL_CREATE_XML', struct({ pool: storagePool, xml: text, flags: uint }), volume),
  createVolumeFrom: define(
    125,
    'STORAGE_VOL_CREATE_XML_FROM',
    struct({ pool: storagePool, xml: text, from: volume, flags: uint }),
    volume,
  ),
  uploadVolume: define(
    208,
    'STORAGE_VOL_UPLOAD',
    struct({ volume, offset: uhyper, length: uhyper, flags: uint }),
    nothing,
  ),
  downloadVolume: define(
    209,
    'STORAGE_VOL_DOWNLOAD',
    struct({ volume, offset: uhyper, length: uhyper, flags: uint }),
    nothing,
  ),
  volumeByName: define(95, 'STORAGE_VOL_LOOKUP_BY_NAME', struct({ pool: storagePool, name: text }), volume),
  resizeVolume: define(260, 'STORAGE_VOL_RESIZE', struct({ volume, capacity: uhyper, flags: uint }), nothing),
  deleteVolume: define(94, 'STORAGE_VOL_DELETE', struct({ volume, flags: uint }), nothing),
  volumeByPath: define(97, 'STORAGE_VOL_LOOKUP_BY_PATH', struct({ path: text }), volume),
  volumeInfo: define(
    98,
    'STORAGE_VOL_GET_INFO',
    struct({ volume }),
    struct({ type: int, capacity: uhyper, allocation: uhyper }),
  ),
  /** With VOLUME_PHYSICAL the allocation is the size of the file. */
  volumeInfoWith: define(
    378,
    'STORAGE_VOL_GET_INFO_FLAGS',
    struct({ volume, flags: uint }),
    struct({ type: int, capacity: uhyper, allocation: uhyper }),
  ),
  volumeXml: define(99, 'STORAGE_VOL_GET_XML_DESC', struct({ volume, flags: uint }), text),
  refreshPool: define(83, 'STORAGE_POOL_REFRESH', onPoolWith, nothing),
  poolXml: define(88, 'STORAGE_POOL_GET_XML_DESC', onPoolWith, text),
  listPools: define(281, 'CONNECT_LIST_ALL_STORAGE_POOLS', listing, struct({ pools: list(storagePool), count: uint })),
  listVolumes: define(
    282,
    'STORAGE_POOL_LIST_ALL_VOLUMES',
    struct({ pool: storagePool, needResults: flag, flags: uint }),
    struct({ volumes: list(volume), count: uint }),
  ),
  poolInfo: define(
    87,
    'STORAGE_POOL_GET_INFO',
    struct({ pool: storagePool }),
    struct({ state: int, capacity: uhyper, allocation: uhyper, available: uhyper }),
  ),

  // secrets, of which only their names are asked for
  secretByUuid: define(141, 'SECRET_LOOKUP_BY_UUID', struct({ uuid }), secret),
  secretByUsage: define(147, 'SECRET_LOOKUP_BY_USAGE', struct({ usageType: int, usageId: text }), secret),

  // networks
  createNetwork: define(39, 'NETWORK_CREATE', struct({ network }), nothing),
  defineNetwork: define(41, 'NETWORK_DEFINE_XML', struct({ xml: text }), network),
  destroyNetwork: define(42, 'NETWORK_DESTROY', struct({ network }), nothing),
  networkXml: define(43, 'NETWORK_GET_XML_DESC', struct({ network, flags: uint }), text),
  networkAutostart: define(44, 'NETWORK_GET_AUTOSTART', struct({ network }), flag),
  networkByName: define(46, 'NETWORK_LOOKUP_BY_NAME', struct({ name: text }), network),
  networkByUuid: define(47, 'NETWORK_LOOKUP_BY_UUID', struct({ uuid }), network),
  setNetworkAutostart: define(48, 'NETWORK_SET_AUTOSTART', struct({ network, autostart: flag }), nothing),
  undefineNetwork: define(49, 'NETWORK_UNDEFINE', struct({ network }), nothing),
  interfaceByName: define(128, 'INTERFACE_LOOKUP_BY_NAME', struct({ name: text }), hostInterface),
  interfaceXml: define(130, 'INTERFACE_GET_XML_DESC', struct({ interface: hostInterface, flags: uint }), text),
  filterByName: define(175, 'NWFILTER_LOOKUP_BY_NAME', struct({ name: text }), struct({ name: text, uuid })),
  networkIsActive: define(152, 'NETWORK_IS_ACTIVE', struct({ network }), flag),
  networkIsPersistent: define(153, 'NETWORK_IS_PERSISTENT', struct({ network }), flag),
  listNetworks: define(283, 'CONNECT_LIST_ALL_NETWORKS', listing, struct({ networks: list(network), count: uint })),
  /** `parent` is the place of an element `ip` among those of the network, -1 for what is in none. See FEATURE.updateOrder. */
  updateNetwork: define(
    291,
    'NETWORK_UPDATE',
    struct({ network, command: uint, section: uint, parent: int, xml: text, flags: uint }),
    nothing,
  ),
  networkLeases: define(
    341,
    'NETWORK_GET_DHCP_LEASES',
    struct({ network, mac: optional(text), needResults: flag, flags: uint }),
    struct({ leases: list(dhcpLease), count: uint }),
  ),

  // events
  registerEvent: define(
    316,
    'CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY',
    struct({ event: int, domain: optional(domain) }),
    int,
  ),
} as const;

const lifecycleMessage = struct({ callback: int, domain, event: int, detail: int });
/** Every domain event starts like this; the rest is not read. */
const domainMessage = struct({ callback: int, domain });
export const eventMessages = { lifecycle: lifecycleMessage, any: domainMessage } as const;
