import type { Id } from '../../src/ids.ts';
import type {
  Connection,
  Destination,
  Method,
  ObjectKind,
  OperationName,
  Source,
} from '../../src/platforms/contract.ts';
import { operationNames } from '../../src/platforms/wrap/operations.ts';
import { bytes } from '../../src/units.ts';

/** How an operation is called with something harmless. */
interface Invocation<Name extends OperationName> {
  /** The kind of the object that it is called with: what it is done to, or what it makes something in. */
  readonly on: ObjectKind;
  /** The other arguments. */
  readonly rest: Tail<Parameters<Method<Name>>>;
}
/** Without the first, the id, and the last, the signal. */
type Tail<All extends readonly unknown[]> = All extends readonly [unknown, ...infer Rest, AbortSignal] ? Rest : never;

const on = <Name extends OperationName>(kind: ObjectKind, ...rest: Invocation<Name>['rest']): Invocation<Name> => ({
  on: kind,
  rest,
});

const EMPTY: Source = { name: 'harmless', size: bytes(0), read: async function* () {} };
const NOWHERE: Destination = {
  name: 'harmless',
  size: async () => 0,
  tail: async () => new Uint8Array(),
  write: async () => {},
  clear: async () => {},
};

const STAY = { live: false, copyDisks: false, storage: '', removeCopied: false, despite: [] };
const NOBODY = { platform: 'fake', vm: 'harmless', run: async () => 'done' };

/** Every operation, once: one without a row does not compile. */
export const invocations: { readonly [Name in OperationName]: Invocation<Name> } = {
  'vm.create': on('endpoint', { name: 'harmless', start: false }),
  'vm.clone': on('vm', { name: 'harmless', linked: false, start: false }),
  'vm.identity': on('vm'),
  'vm.info': on('vm'),
  'vm.start': on('vm'),
  'vm.stop': on('vm', 'force'),
  'vm.restart': on('vm', 'force'),
  'vm.pause': on('vm'),
  'vm.resume': on('vm'),
  'vm.suspend': on('vm'),
  'vm.save': on('vm', '/var/tmp/harmless'),
  'vm.restore': on('endpoint', { path: '/var/tmp/harmless', paused: true }),
  'vm.export': on('vm', { name: 'harmless', storage: '' }),
  'vm.definition': on('vm'),
  'vm.define': on('vm', '', ''),
  'vm.lock': on('vm', 'harmless'),
  'vm.unlock': on('vm'),
  'vm.shelve': on('vm'),
  'vm.rescue': on('vm', { image: '' }),
  'vm.unrescue': on('vm'),
  'vm.planRebuild': on('vm', { image: '' }),
  'vm.rebuild': on('vm', { image: '' }),
  'vm.confirmResize': on('vm'),
  'vm.revertResize': on('vm'),
  'vm.history': on('vm', 'hour'),
  'vm.planDelete': on('vm'),
  'vm.delete': on('vm', { keepDisks: true, snapshots: false }),
  'vm.settings': on('vm', 'config'),
  'vm.planConfigure': on('vm', 'config', {}, {}),
  'vm.configure': on('vm', 'config', {}, {}),
  'vm.planMigrate': on('vm', [], STAY),
  'vm.migrate': on('vm', { node: undefined }, STAY),
  'console.serial': on('vm', { force: false }),
  'console.display': on('vm'),
  'console.viewer': on('vm'),
  'console.command': on('vm'),
  'console.output': on('vm'),
  'node.info': on('node'),
  'node.shell': on('node', { columns: 80, rows: 24 }),
  'node.planReceive': on('node', NOBODY),
  'node.receive': on('node', NOBODY),
  'node.route': on('node'),
  'node.run': on('node', 'true', { tell: () => {}, stop: new AbortController().signal }),
  'node.files': on('node', '/'),
  'node.readFile': on('node', '/etc/hostname', NOWHERE),
  'node.writeFile': on('node', '/harmless', EMPTY, { overwrite: false }),
  'node.makeFolder': on('node', '/harmless'),
  'snapshot.list': on('vm'),
  'snapshot.create': on('vm', { name: 'harmless', description: '', memory: false }),
  'snapshot.planRevert': on('snapshot'),
  'snapshot.revert': on('snapshot'),
  'snapshot.planDelete': on('snapshot', { children: true }),
  'snapshot.delete': on('snapshot', { children: false }),
  'disk.list': on('vm'),
  'disk.create': on('vm', {
    volume: '',
    size: bytes(2 ** 20),
    storage: '',
    format: '',
    bus: '',
    shareable: false,
  }),
  'disk.detach': on('disk'),
  'disk.planDelete': on('disk'),
  'disk.delete': on('disk'),
  'disk.resize': on('disk', bytes(2 ** 30)),
  'disk.move': on('disk', { storage: 'harmless', format: '', keep: false }),
  'disk.insert': on('disk', ''),
  'nic.list': on('vm'),
  'nic.create': on('vm', { network: 'harmless', model: '', mac: '' }),
  'nic.delete': on('nic'),
  'nic.connect': on('nic', 'harmless'),
  'storage.list': on('endpoint'),
  'storage.create': on('endpoint', { name: 'harmless', type: 'dir', path: '/srv/harmless' }),
  'storage.planDelete': on('storage', { volumes: true }),
  'storage.delete': on('storage', { volumes: false }),
  'storage.start': on('storage'),
  'storage.stop': on('storage'),
  'storage.refresh': on('storage'),
  'volume.list': on('endpoint'),
  'volume.create': on('endpoint', { name: 'harmless', storage: 'vms', size: bytes(2 ** 20), format: 'raw' }),
  'volume.planDelete': on('volume'),
  'volume.delete': on('volume'),
  'volume.resize': on('volume', bytes(2 ** 30)),
  'volume.upload': on('endpoint', { name: 'harmless', storage: 'vms', resume: false }, EMPTY),
  'volume.download': on('volume', NOWHERE),
  'network.list': on('endpoint'),
  'network.create': on('endpoint', {
    name: 'harmless',
    mode: 'isolated',
    cidr: '10.199.0.0/24',
    dhcp: false,
    device: '',
    domain: '',
  }),
  'network.settings': on('network'),
  'network.update': on('network', {}, {}, { restart: false }),
  'network.planDelete': on('network'),
  'network.delete': on('network'),
  'network.start': on('network'),
  'network.stop': on('network'),
  'lease.list': on('endpoint'),
  'lease.create': on('endpoint', { network: 'harmless', mac: '52:54:00:00:00:01', ip: '10.199.0.2', name: '' }),
  'lease.planDelete': on('lease'),
  'lease.delete': on('lease'),
  'dns.list': on('endpoint'),
  'dns.create': on('endpoint', { name: 'harmless', zone: 'harmless', type: 'A', data: '10.199.0.2' }),
  'dns.planDelete': on('dns'),
  'dns.delete': on('dns'),
  'image.list': on('endpoint'),
  'image.create': on('endpoint', {
    name: 'harmless',
    url: 'http://localhost/harmless.img',
    storage: '',
  }),
  'image.planDelete': on('image'),
  'image.delete': on('image'),
  'flavor.list': on('endpoint'),
  'backup.list': on('endpoint'),
  'backup.create': on('vm', { storage: '', mode: 'snapshot', description: '' }),
  'backup.planDelete': on('backup'),
  'backup.delete': on('backup'),
  'backup.restore': on('backup', { name: 'harmless', storage: '', start: false }),
  'subnet.list': on('endpoint'),
  'subnet.create': on('endpoint', {
    name: 'harmless',
    network: 'harmless',
    cidr: '10.199.0.0/24',
    zone: '',
    gateway: '',
    dhcp: true,
    nameServers: [],
  }),
  'subnet.update': on('subnet', { dhcp: true }),
  'subnet.planDelete': on('subnet'),
  'subnet.delete': on('subnet'),
  'securitygroup.list': on('endpoint'),
  'securitygroup.create': on('endpoint', { name: 'harmless', description: '', network: '' }),
  'securitygroup.planDelete': on('securitygroup'),
  'securitygroup.delete': on('securitygroup'),
  'securityrule.list': on('securitygroup'),
  'securityrule.create': on('securitygroup', {
    direction: 'in',
    protocol: 'tcp',
    ports: [22, 22],
    peer: '10.199.0.0/24',
    description: '',
  }),
  'securityrule.delete': on('securityrule'),
  'keypair.list': on('endpoint'),
  'keypair.create': on('endpoint', { name: 'harmless', publicKey: 'ssh-ed25519 AAAA' }),
  'keypair.planDelete': on('keypair'),
  'keypair.delete': on('keypair'),
  'address.list': on('endpoint'),
  'address.create': on('endpoint', { name: 'harmless', network: '' }),
  'address.associate': on('vm', { address: '203.0.113.11', privateIp: '' }),
  'address.disassociate': on('address'),
  'address.planDelete': on('address'),
  'address.delete': on('address'),
  'bucket.list': on('endpoint'),
  'bucket.create': on('endpoint', { name: 'harmless', public: false }),
  'bucket.update': on('bucket', { public: false }),
  'bucket.planDelete': on('bucket', { files: true }),
  'bucket.delete': on('bucket', { files: false }),
  'file.list': on('bucket'),
  'file.upload': on('bucket', { name: 'harmless', public: false, overwrite: false, metadata: {} }, EMPTY),
  'file.download': on('file', NOWHERE),
  'file.link': on('file', { seconds: 60 }),
  'file.planDelete': on('file'),
  'file.delete': on('file'),
  'zone.list': on('endpoint'),
  'zone.create': on('endpoint', { name: 'harmless.example', description: '', network: '', email: '' }),
  'zone.planDelete': on('zone', { records: true }),
  'zone.delete': on('zone', { records: false }),
  'balancer.list': on('endpoint'),
  'balancer.create': on('endpoint', {
    name: 'harmless',
    ports: [80],
    vms: [],
    checkPath: '',
    internal: true,
    subnet: '',
    domain: '',
  }),
  'balancer.planDelete': on('balancer'),
  'balancer.delete': on('balancer'),
};

/** Those of these operations that are done to objects of this kind. */
export const doneTo = (kind: ObjectKind, names: readonly OperationName[] = operationNames): readonly OperationName[] =>
  names.filter((name) => invocations[name].on === kind);

/** Calls an operation on what is called so; undefined where the connection has none. */
export function invoke(
  name: OperationName,
  connection: Connection,
  id: Id,
  signal: AbortSignal,
): Promise<unknown> | undefined {
  const [group = '', method = ''] = name.split('.');
  const groups = connection as unknown as Readonly<
    Record<string, Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>> | undefined>
  >;
  return groups[group]?.[method]?.(id, ...invocations[name].rest, signal);
}
