import type { NodeId, SnapshotId, VmId } from '../../src/ids.ts';
import type { Connection, OperationName } from '../../src/platforms/contract.ts';

type Invoke<Id> = (connection: Connection, id: Id, signal: AbortSignal) => Promise<unknown> | undefined;

type OperationsOn<Group extends string> = Extract<OperationName, `${Group}.${string}`>;

/** Every operation on a VM, called with something harmless; undefined where the connection has none. */
export const vmInvocations: Readonly<Record<OperationsOn<'vm' | 'console'>, Invoke<VmId>>> = {
  'vm.identity': ({ vm }, id, signal) => vm.identity?.(id, signal),
  'vm.info': ({ vm }, id, signal) => vm.info(id, signal),
  'vm.start': ({ vm }, id, signal) => vm.start(id, signal),
  'vm.stop': ({ vm }, id, signal) => vm.stop(id, 'force', signal),
  'vm.restart': ({ vm }, id, signal) => vm.restart?.(id, 'force', signal),
  'vm.pause': ({ vm }, id, signal) => vm.pause?.(id, signal),
  'vm.resume': ({ vm }, id, signal) => vm.resume?.(id, signal),
  'vm.suspend': ({ vm }, id, signal) => vm.suspend?.(id, signal),
  'vm.planDelete': ({ vm }, id, signal) => vm.planDelete?.(id, signal),
  'vm.delete': ({ vm }, id, signal) => vm.delete?.(id, { keepDisks: true, snapshots: false }, signal),
  'vm.settings': ({ vm }, id, signal) => vm.settings?.(id, 'config', signal),
  'vm.configure': ({ vm }, id, signal) => vm.configure?.(id, 'config', {}, {}, signal),
  'console.serial': (connection, id, signal) => connection.console?.serial?.(id, { force: false }, signal),
  'console.output': (connection, id, signal) => connection.console?.output?.(id, signal),
};

export const nodeInvocations: Readonly<Record<OperationsOn<'node'>, Invoke<NodeId>>> = {
  'node.info': ({ node }, id, signal) => node?.info?.(id, signal),
  'node.shell': ({ node }, id, signal) => node?.shell?.(id, { columns: 80, rows: 24 }, signal),
};

/** What is made or listed is named by the VM that it is under. */
export const underVmInvocations: Readonly<Record<'snapshot.list' | 'snapshot.create', Invoke<VmId>>> = {
  'snapshot.list': ({ snapshot }, id, signal) => snapshot?.list?.(id, signal),
  'snapshot.create': ({ snapshot }, id, signal) =>
    snapshot?.create?.(id, { name: 'harmless', description: '', memory: false }, signal),
};

export const snapshotInvocations: Readonly<
  Record<Exclude<OperationsOn<'snapshot'>, keyof typeof underVmInvocations>, Invoke<SnapshotId>>
> = {
  'snapshot.planRevert': ({ snapshot }, id, signal) => snapshot?.planRevert?.(id, signal),
  'snapshot.revert': ({ snapshot }, id, signal) => snapshot?.revert?.(id, signal),
  'snapshot.planDelete': ({ snapshot }, id, signal) => snapshot?.planDelete?.(id, { children: true }, signal),
  'snapshot.delete': ({ snapshot }, id, signal) => snapshot?.delete?.(id, { children: false }, signal),
};

/** Any operation on what it is for. */
export function invoke(
  name: OperationName,
  connection: Connection,
  { vm, node, snapshot }: { readonly vm: VmId; readonly node: NodeId; readonly snapshot: SnapshotId },
  signal: AbortSignal,
): Promise<unknown> | undefined {
  const has = <Table extends object>(table: Table, key: PropertyKey): key is keyof Table => key in table;
  if (has(nodeInvocations, name)) return nodeInvocations[name](connection, node, signal);
  if (has(snapshotInvocations, name)) return snapshotInvocations[name](connection, snapshot, signal);
  if (has(underVmInvocations, name)) return underVmInvocations[name](connection, vm, signal);
  return vmInvocations[name](connection, vm, signal);
}
