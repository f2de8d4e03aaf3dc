/** Flags and numbers of libvirt's calls, by the names that its own headers have for them. They never change once given. */

/** Features that SUPPORTS_FEATURE knows. Without `updateOrder` (before libvirt 7.2) NETWORK_UPDATE takes the section first, then the command. */
export const FEATURE = { eventCallbacks: 14, updateOrder: 16 } as const;

/** CONNECT_OPEN. */
export const OPEN_READ_ONLY = 1;
/** LIST_ALL_STORAGE_POOLS: the numbers are the other way round than those of domains. */
export const POOLS = { inactive: 1, active: 2 } as const;
/** STORAGE_VOL_GET_INFO_FLAGS. */
export const VOLUME_PHYSICAL = 1;
/** What a secret is for. */
export const SECRET_USAGE = { ceph: 2, iscsi: 3 } as const;
/** LIST_ALL_NETWORKS. */
export const NETWORKS = { active: 2 } as const;
/** LIST_ALL_NODE_DEVICES. */
export const NODE_DEVICES = { pci: 1 << 1, usb: 1 << 2, net: 1 << 4, scsiHost: 1 << 5, storage: 1 << 8 } as const;
/** NETWORK_GET_XML_DESC. */
export const NETWORK_XML = { inactive: 1 } as const;
/** NETWORK_UPDATE: what is done, and to which entries. Entries are never modified: only those of DHCP can be. */
export const UPDATE = { delete: 2, addLast: 3 } as const;
export const SECTION = { dhcpHost: 4, dhcpRange: 5, dnsHost: 10, dnsTxt: 11, dnsSrv: 12 } as const;
/** As virsh calls the sections. */
export const SECTION_NAMES: Readonly<Record<number, string>> = {
  [SECTION.dhcpHost]: 'ip-dhcp-host',
  [SECTION.dhcpRange]: 'ip-dhcp-range',
  [SECTION.dnsHost]: 'dns-host',
  [SECTION.dnsTxt]: 'dns-txt',
  [SECTION.dnsSrv]: 'dns-srv',
};
/** LIST_ALL_DOMAINS and domain stats. */
export const LIST = { active: 1, inactive: 2, managedSave: 1 << 8, hasSnapshot: 1 << 12 } as const;
/** DOMAIN_GET_XML_DESC. */
export const XML = { secure: 1, inactive: 2, migratable: 8 } as const;
/** Where a change goes. */
export const AFFECT = { live: 1, config: 2 } as const;
/** BLOCK_RESIZE: the size is in bytes, not in KiB. */
export const RESIZE_BYTES = 1;
/** SET_MEMORY_FLAGS and SET_VCPUS_FLAGS. */
export const MAXIMUM = 4;
/** UNDEFINE_FLAGS. */
export const UNDEFINE = {
  managedSave: 1,
  snapshotsMetadata: 2,
  nvram: 4,
  keepNvram: 8,
  checkpointsMetadata: 16,
} as const;
/** SNAPSHOT_CREATE_XML: only the disks, each in a file of its own; after the guest's agent has written out all; all of it or nothing. */
export const SNAPSHOT = { diskOnly: 16, quiesce: 64, atomic: 128 } as const;
/** SAVE_FLAGS and RESTORE_FLAGS: what the guest does afterwards, whatever it did when it was saved. */
export const AFTER_RESTORE = { running: 2, paused: 4 } as const;
/** DEFINE_XML_FLAGS: checked against libvirt's schema too. */
export const VALIDATE = 1;
/** REVERT_TO_SNAPSHOT: also one that was paused when it was taken runs afterwards. */
export const REVERT_RUNNING = 1;
/** SNAPSHOT_DELETE: all that descend from it too. */
export const DELETE_CHILDREN = 1;
/** SET_METADATA and GET_METADATA. */
export const METADATA = { description: 0, title: 1, element: 2 } as const;
/** OPEN_CONSOLE. */
export const CONSOLE_FORCE = 1;
/** DOMAIN_INTERFACE_ADDRESSES. */
export const ADDRESS_SOURCE = { lease: 0, agent: 1, arp: 2 } as const;

/** Domain stats: STATE and INTERFACE never ask a guest's monitor, the others do and may hang with it. */
export const STATS = { state: 1, balloon: 4, interface: 16, block: 32, noWait: 2 ** 29 } as const;

/** Kinds of events that drover asks for, with the number of the message that carries each. */
export const EVENT = {
  lifecycle: { id: 0, message: 318 },
  reboot: { id: 1, message: 319 },
  watchdog: { id: 3, message: 321 },
  ioError: { id: 4, message: 322 },
  metadata: { id: 23, message: 379 },
} as const;
/** COMPARE_HYPERVISOR_CPU: what is lacking is an error, which says what. */
export const CPU_MUST_FIT = 1;
