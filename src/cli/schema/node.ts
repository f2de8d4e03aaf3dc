import { count, instant, list, maybe, object, size, text, word } from './schema.ts';

const row = {
  id: text('drover’s own id, `ENDPOINT/ID`: every command takes it'),
  name: text('its name'),
  endpoint: text('the endpoint that it is seen through'),
  pool: maybe(text('the pool that it is in')),
  platform: maybe(text('the platform of its endpoint')),
  state: word(['up', 'down', 'maintenance', 'unknown'], 'its state'),
  address: maybe(text('the address that it is reached at')),
  cpus: maybe(count('CPUs that it has')),
  memory: maybe(size('memory that it has')),
  version: text('what runs the VMs, with its version'),
  vms: count('VMs that it has'),
  running: count('VMs that run'),
  error: maybe(text('what is wrong with it')),
  staleSince: maybe(instant('when its endpoint stopped answering')),
};

export const node = object('node', 'A node in a list: a host, or a zone of a cloud.', row);

export const nodeInfo = object('node info', 'A node with what it is made of: the keys of `node list`, and more.', {
  ...row,
  os: maybe(text('operating system')),
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
  storage: list(
    object('storage', 'A place for disks on a node.', {
      name: text('mount point, or name of the storage pool'),
      kind: word(['filesystem', 'pool'], 'what it is'),
      size: maybe(size('how large it is')),
      free: maybe(size('what is free')),
    }),
    'file systems and storage pools',
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
