import { nodeColumns, nodeKey } from '../../state/query/node-columns.ts';
import { nodeSpec } from '../../state/watched-specs.ts';
import { propertiesOf } from './listed.ts';
import { amount, count, flag, instant, list, maybe, object, type Schema, size, text, word } from './schema.ts';

/** With `--columns`: the keys that were chosen, in that order. */
export const nodeWithColumns: Schema = {
  ...object('node', nodeSpec.help, {
    ...propertiesOf(nodeSpec.keys),
    ...Object.fromEntries(
      nodeColumns
        .filter(({ sampled }) => sampled)
        .map((column) => [
          nodeKey(column),
          maybe(amount(column.id === 'cpu' ? 'CPU load now, in percent of its CPUs' : `${column.help}, in bytes`)),
        ]),
    ),
  }),
  required: [],
};

export const nodeInfo = object('node info', 'A node with what it is made of: the keys of `node list`, and more.', {
  ...propertiesOf(nodeSpec.keys),
  kernel: maybe(text('release of the kernel')),
  architecture: maybe(text('`x86_64`, `aarch64`')),
  cpuModel: maybe(text('model of its processors')),
  sockets: maybe(count('processors')),
  cores: maybe(count('cores of all processors')),
  threads: maybe(count('threads of all cores')),
  mhz: maybe(count('clock of a processor, in MHz')),
  memoryUsed: maybe(size('memory in use, caches not counted')),
  started: maybe(instant('since when it runs')),
  addresses: list(
    object('address', 'An address of a node.', {
      device: text('the interface; empty where it is not known'),
      address: text('IPv4 or IPv6, with the length of its prefix where it is known: `10.0.0.7/24`'),
    }),
    'its addresses',
  ),
  networks: list(text('a network or bridge'), 'networks and bridges that VMs can be connected to'),
  defaultBridge: maybe(text('the bridge that has its default route, or its only one that leads out of it')),
  storage: list(
    object('storage', 'A place for disks on a node.', {
      name: text('mount point, or name of the storage pool'),
      kind: word(['filesystem', 'pool'], 'what it is'),
      size: maybe(size('how large it is')),
      free: maybe(size('what is free')),
    }),
    'file systems and storage pools',
  ),
  devices: maybe(
    list(
      object('device', 'A device of a node.', {
        name: text('what its platform calls it'),
        type: text('`pci`, `net`, `storage`, in the platform’s words'),
        description: text('vendor and product, as far as they are known'),
        driver: maybe(text('its driver')),
      }),
      'its devices',
    ),
  ),
  bridges: maybe(
    list(
      object('bridge', 'A bridge of a node.', {
        name: text('its name'),
        addresses: list(text('an address'), 'its addresses'),
        ports: list(text('an interface'), 'what is plugged into it'),
        active: maybe(flag('whether it is up')),
      }),
      'its bridges',
    ),
  ),
  mounts: maybe(
    list(
      object('mount', 'A file system of a node.', {
        path: text('where it is mounted'),
        device: text('what is mounted'),
        type: maybe(text('`ext4`, `xfs`')),
        size: size('how large it is'),
        free: size('what is free'),
      }),
      'its file systems',
    ),
  ),
  more: list(
    object('line', 'A line for people.', {
      section: text('what it belongs to; it may change'),
      label: text('a name for people: it may change'),
      value: text('text for people'),
    }),
    'the same and more, for people',
  ),
});

export const nodeRun = object('node run', 'What a command has written on a node, and how it ended there.', {
  id: text('id of the node'),
  name: text('name of the node'),
  code: maybe(count('its exit code; null where it did not end by itself, and in a dry run')),
  stdout: text('what it wrote, up to a megabyte'),
  stderr: text('its errors, up to a megabyte'),
  cut: flag('it wrote more than that'),
  error: {
    ...object('error', 'Why it was not run, or not to its end.', {
      code: text('for programs: a code of drover'),
      message: text('a sentence for people'),
    }),
    type: ['object', 'null'],
  },
});

export const nodeFile = object('node file', 'A file, folder or link of a node.', {
  name: text('its name in the folder'),
  kind: word(['file', 'folder', 'link', 'other'], 'what it is; what a link leads to is not looked at'),
  size: maybe(size('its size')),
  changed: maybe(instant('when its content was changed')),
  mode: maybe(text('its permissions, in octal')),
  owner: maybe(count('number of the user')),
  group: maybe(count('number of the group')),
});

export const nodeSetup = object('host part', 'What a host needs to run VMs, and what of it is there.', {
  endpoint: text('which endpoint the host is of'),
  part: text('what was looked for, for people'),
  found: text('what there is, for people; `-` where that is not known'),
  neededFor: text('what it is needed for, for people'),
  state: word(['fine', 'missing', 'unknown'], 'whether it is there'),
  optional: flag('VMs run without it'),
  fix: maybe(text('what to do about it where drover does not, for people')),
});
