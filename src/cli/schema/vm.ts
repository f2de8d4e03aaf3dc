import { VM_STATES } from '../../platforms/contract.ts';
import { vmColumns } from '../../state/query/vm-columns.ts';
import { amount, count, flag, instant, list, maybe, object, type Schema, size, text, word } from './schema.ts';

const identity = {
  id: text('drover’s own id, `ENDPOINT/ID`: every command takes it'),
  uuid: text('the platform’s id of the machine; commands take it where only one VM has it'),
  name: text('its name'),
  endpoint: text('the endpoint that it is seen through'),
  state: word(VM_STATES, 'its state'),
  rawState: text('the platform’s word for its state'),
  error: maybe(text('what is wrong with it')),
  staleSince: maybe(instant('when its endpoint stopped answering')),
};

const row = {
  ...identity,
  node: maybe(text('the node that it runs on')),
  pool: maybe(text('the pool that it is in')),
  platform: maybe(text('the platform of its endpoint')),
  cpus: count('virtual CPUs that it has'),
  memory: size('memory that it has'),
  ips: list(text('an address'), 'its addresses'),
  autostart: maybe(flag('whether it starts with its node')),
  plan: maybe(text('the plan that it was made by')),
  profile: maybe(text('the profile that it was made from')),
  image: maybe(text('the image that its disk was made from')),
  os: maybe(text('the operating system in it, where that is known')),
  flavor: maybe(text('the size that it comes in, where there are such')),
  owner: maybe(text('whose it is, where that was written down')),
  storage: maybe(size('what its disks can hold together, where that is known of all VMs')),
  sharedStorage: maybe(size('what of its storage several nodes reach, where that is known')),
  localStorage: maybe(size('what of its storage its node alone reaches, where that is known')),
  diskCount: maybe(count('how many disks it has, without drives for media')),
  nicCount: maybe(count('how many network cards it has')),
  tags: list(text('a tag'), 'its tags'),
  note: maybe(text('what people have noted about it')),
};

export const vm = object('vm', 'A VM in a list.', row);

/** With `--columns`: the keys that were chosen, in that order. */
export const vmWithColumns: Schema = {
  ...vm,
  properties: {
    ...row,
    version: maybe(text('version of what runs it')),
    uptime: maybe(count('seconds since it was powered on, where the platform tells')),
    pending: list(text('a setting or device'), 'what its next start changes, while it runs'),
    ...Object.fromEntries(
      vmColumns
        .filter(({ sampled, drawn }) => sampled && !drawn)
        .map(({ id, help }) => [id, maybe(amount(id.endsWith('cpu') ? `${help}, in percent` : `${help}, in bytes`))]),
    ),
  },
  required: [],
};

export const vmStatus = object('vm status', 'The state of a VM.', identity);

const disk = object('disk', 'A disk of a VM.', {
  device: text('what the guest or the platform calls it'),
  path: text('its file, block device or volume'),
  size: maybe(size('what the guest sees')),
  type: word(['disk', 'cdrom', 'floppy', 'lun'], 'what kind of drive it is'),
  format: maybe(text('format of the image: `qcow2`, `raw`, `vmdk`')),
  bus: maybe(text('how it is attached: `virtio`, `scsi`, `sata`')),
  storage: maybe(text('storage pool or kind of storage, in the platform’s words')),
  readOnly: flag('whether the guest may only read it'),
  shareable: maybe(flag('whether several VMs may write to it at the same time')),
});

const nic = object('nic', 'A network card of a VM.', {
  device: text('what the guest or the platform calls it'),
  mac: text('its hardware address'),
  net: text('network, bridge or subnet that it is connected to'),
  vlan: maybe(count('its VLAN')),
  type: maybe(text('what the guest sees: `virtio`, `vmxnet3`')),
  ips: list(text('an address'), 'addresses that the platform gave to it'),
  mask: maybe(text('the mask of the first of them')),
  gateway: maybe(text('by which its packets leave the network')),
});

const address = object('address', 'An address of a VM.', {
  address: text('IPv4 or IPv6'),
  source: word(
    ['agent', 'lease', 'arp', 'static'],
    'who says it: the agent inside, DHCP, the table of neighbours, its settings',
  ),
  mac: maybe(text('the network card that has it')),
});

const snapshot = object('snapshot', 'A snapshot of a VM. Its children are those whose `parent` is its `id`.', {
  id: text('its id: the VM’s, a `#`, and what the platform calls it'),
  name: text('its name'),
  parent: maybe(text('the `id` of the snapshot before it')),
  created: maybe(instant('when it was taken')),
  current: flag('whether the VM continues from it'),
  memory: maybe(flag('whether it holds the memory of the running VM')),
  external: maybe(flag('whether its disks are files of their own')),
  description: maybe(text('what was written about it')),
});

const more = list(
  object('more', 'Something that only this platform has.', {
    label: text('a name for people: it may change'),
    value: text('text for people'),
    section: text('what it is about, for people: a category of `--category`'),
  }),
  'what only this platform has, for people',
);

export const vmInfo = object(
  'vm info',
  'A VM with its disks, network cards and snapshots: the keys of `vm list`, and more.',
  {
    ...row,
    created: maybe(instant('when it was made')),
    started: maybe(instant('since when it runs')),
    description: maybe(text('what was written about it')),
    maxCpus: maybe(count('virtual CPUs that it can have without a change of the machine')),
    maxMemory: maybe(size('memory that it can have without a change of the machine')),
    pending: list(text('a setting or device'), 'what its next start changes, while it runs'),
    addresses: list(address, 'its addresses, the preferred one first, where it is known who says so'),
    disks: list(disk, 'its disks'),
    nics: list(nic, 'its network cards'),
    snapshots: list(snapshot, 'its snapshots'),
    more,
  },
);

export const consoleLog = object('console log', 'What a VM has written to its console.', {
  id: identity.id,
  name: identity.name,
  at: maybe(instant('when the platform took it; null for now')),
  text: text('the output, as the guest wrote it'),
});

export const historyRow = object(
  'history',
  'The means of one step of time, as the platform of a VM has kept them, or drover where that keeps none; of nodes as drover has measured them.',
  {
    id: identity.id,
    name: identity.name,
    at: instant('when the step began'),
    seconds: count('how long it is'),
    cpu: maybe({ type: 'number', minimum: 0, maximum: 1, description: 'share of the virtual CPUs that was busy' }),
    memory: maybe(size('memory in use inside the guest')),
    diskRead: maybe(amount('bytes per second read from its disks')),
    diskWrite: maybe(amount('bytes per second written to its disks')),
    netRx: maybe(amount('bytes per second received')),
    netTx: maybe(amount('bytes per second sent')),
  },
);

export const topRow = object('top', 'What a VM or a node did over some time.', {
  id: identity.id,
  name: identity.name,
  cpu: maybe({ type: 'number', minimum: 0, maximum: 1, description: 'share of its CPUs that was busy, in the mean' }),
  cpuMost: maybe({ type: 'number', minimum: 0, maximum: 1, description: 'the same of its busiest step of time' }),
  memory: maybe(size('memory in use, in the mean')),
  disk: maybe(amount('bytes per second from and to its disks, in the mean; of VMs alone')),
  net: maybe(amount('bytes per second from and to its networks, in the mean; of VMs alone')),
});

export const countRow = object('count', 'How many VMs or nodes have one value of a column.', {
  value: { type: ['string', 'number', 'boolean', 'null'], description: 'the value; null where it is not known' },
  count: count('how many have it'),
  share: { type: 'number', minimum: 0, maximum: 1, description: 'their share of all that were counted' },
});

export const screenshot = object('screenshot', 'What the screen of a VM shows.', {
  id: identity.id,
  name: identity.name,
  width: count('how wide it is, in pixels'),
  height: count('how high it is, in pixels'),
  file: maybe(text('the file that the picture was written to; null where none was named')),
  text: maybe(text('what is written on it, line by line; null for a picture')),
});
