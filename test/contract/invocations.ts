import type { Id } from '../../src/ids.ts';
import type { Connection, Method, ObjectKind, OperationName } from '../../src/platforms/contract.ts';
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

/** Every operation, once: one without a row does not compile. */
export const invocations: { readonly [Name in OperationName]: Invocation<Name> } = {
  'vm.identity': on('vm'),
  'vm.info': on('vm'),
  'vm.start': on('vm'),
  'vm.stop': on('vm', 'force'),
  'vm.restart': on('vm', 'force'),
  'vm.pause': on('vm'),
  'vm.resume': on('vm'),
  'vm.suspend': on('vm'),
  'vm.planDelete': on('vm'),
  'vm.delete': on('vm', { keepDisks: true, snapshots: false }),
  'vm.settings': on('vm', 'config'),
  'vm.configure': on('vm', 'config', {}, {}),
  'console.serial': on('vm', { force: false }),
  'console.output': on('vm'),
  'node.info': on('node'),
  'node.shell': on('node', { columns: 80, rows: 24 }),
  'snapshot.list': on('vm'),
  'snapshot.create': on('vm', { name: 'harmless', description: '', memory: false }),
  'snapshot.planRevert': on('snapshot'),
  'snapshot.revert': on('snapshot'),
  'snapshot.planDelete': on('snapshot', { children: true }),
  'snapshot.delete': on('snapshot', { children: false }),
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
  'network.list': on('endpoint'),
  'network.create': on('endpoint', {
    name: 'harmless',
    mode: 'isolated',
    cidr: '10.199.0.0/24',
    dhcp: false,
    device: '',
    domain: '',
  }),
  'network.planDelete': on('network'),
  'network.delete': on('network'),
  'network.start': on('network'),
  'network.stop': on('network'),
  'image.list': on('endpoint'),
  'image.create': on('endpoint', { name: 'harmless', url: 'http://localhost/harmless.img', storage: '' }),
  'image.planDelete': on('image'),
  'image.delete': on('image'),
  'flavor.list': on('endpoint'),
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
