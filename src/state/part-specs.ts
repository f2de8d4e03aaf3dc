/** Disks and NICs of a VM, as lists show them. */
import { endpointOf, type PartId, vmOf } from '../ids.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { KindKey, KindSpec } from './kind-spec.ts';

const KEYS = {
  vm: { id: 'vm', type: 'text', help: 'the name of its VM', title: 'VM', shrinksTo: 8 },
  id: { id: 'id', type: 'text', help: 'its id: that of its VM, `#`, and what its platform calls it', always: true },
  vmId: { id: 'vmId', type: 'text', help: 'the id of its VM', always: true, forPrograms: true },
  endpoint: { id: 'endpoint', type: 'text', help: 'the endpoint that it is seen through', always: true },
} as const satisfies Record<string, KindKey>;

const placed = (id: PartId, fleet: Fleet) => ({
  vm: fleet.vms.get(vmOf(id))?.name,
  id,
  vmId: vmOf(id),
  endpoint: endpointOf(id),
});

/** `device`, `size`, `format`, `type` and `path` are what kcli calls them. */
export const diskSpec: KindSpec<'disk'> = {
  under: 'vm',
  help: 'A disk or drive of a VM.',
  keys: [
    { id: 'name', type: 'text', help: 'its device', always: true, title: 'NAME', shrinksTo: 6 },
    { id: 'type', type: 'text', help: '`disk`, `cdrom`, `floppy` or `lun`', always: true, title: 'TYPE' },
    { id: 'size', type: 'size', help: 'what the guest sees', title: 'SIZE' },
    { id: 'bus', type: 'text', help: 'how it is attached', title: 'BUS' },
    { id: 'format', type: 'text', help: 'the format of its file', title: 'FORMAT' },
    { id: 'path', type: 'text', help: 'its file, block device or volume', always: true, title: 'PATH', shrinksTo: 12 },
    { id: 'storage', type: 'text', help: "the kind of its storage, in the platform's word", title: 'STORAGE' },
    { id: 'readOnly', type: 'flag', help: 'whether the guest can not write to it', always: true, title: 'READ-ONLY' },
    { id: 'shareable', type: 'flag', help: 'whether several VMs may write to it', title: 'SHAREABLE' },
    KEYS.vm,
    { id: 'device', type: 'text', help: 'its device, as kcli calls it', always: true, forPrograms: true },
    KEYS.id,
    KEYS.vmId,
    KEYS.endpoint,
  ],
  row: ({ id, name, type, size, bus, format, path, storage, readOnly, shareable, device }, fleet) => ({
    name,
    type,
    size,
    bus,
    format,
    path,
    storage,
    readOnly,
    shareable,
    device,
    ...placed(id, fleet),
  }),
};

/** `device`, `mac`, `net` and `type` are what kcli calls them. */
export const nicSpec: KindSpec<'nic'> = {
  under: 'vm',
  help: 'A network card of a VM.',
  keys: [
    { id: 'name', type: 'text', help: 'its device', always: true, title: 'NAME', shrinksTo: 6 },
    {
      id: 'net',
      type: 'text',
      help: 'the network that it is plugged into',
      always: true,
      title: 'NETWORK',
      shrinksTo: 8,
    },
    { id: 'mac', type: 'text', help: 'its address', always: true, title: 'MAC' },
    { id: 'type', type: 'text', help: 'its model', title: 'MODEL' },
    { id: 'vlan', type: 'count', help: 'its VLAN', title: 'VLAN' },
    {
      id: 'ips',
      type: 'texts',
      help: 'addresses that the platform gave to it',
      always: true,
      title: 'IPS',
      shrinksTo: 8,
    },
    { id: 'mask', type: 'text', help: 'the mask of the first of them', title: 'MASK' },
    { id: 'gateway', type: 'text', help: 'by which its packets leave the network', title: 'GATEWAY' },
    KEYS.vm,
    { id: 'device', type: 'text', help: 'its device, as kcli calls it', always: true, forPrograms: true },
    KEYS.id,
    KEYS.vmId,
    KEYS.endpoint,
  ],
  row: ({ id, name, net, mac, type, vlan, ips = [], mask, gateway, device }, fleet) => ({
    name,
    net,
    mac,
    type,
    vlan,
    ips,
    mask,
    gateway,
    device,
    ...placed(id, fleet),
  }),
};
