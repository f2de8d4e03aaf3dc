import { type Connection, type OperationName, operations } from '../contract.ts';

/** Any operation, seen from outside: what goes in is positional, the last argument is always the signal. */
export type AnyOperation = (...args: readonly unknown[]) => Promise<unknown>;

export const operationNames = Object.keys(operations) as readonly OperationName[];

const groupOf = (name: OperationName) => name.slice(0, name.indexOf('.')) as 'vm' | 'console' | 'node';
const methodOf = (name: OperationName) => name.slice(name.indexOf('.') + 1);

/** The operation if this connection has it. */
export function findOperation(connection: Connection, name: OperationName): AnyOperation | undefined {
  return (connection[groupOf(name)] as Record<string, AnyOperation | undefined>)[methodOf(name)];
}

/** The signal that every operation takes as its last argument. */
export const signalOf = (args: readonly unknown[]): AbortSignal => args.at(-1) as AbortSignal;

/** The same connection with each of its operations replaced. Walks the table; what is missing stays missing. */
export function mapOperations(
  connection: Connection,
  replace: (name: OperationName, run: AnyOperation) => AnyOperation,
): Connection {
  const groups: Record<'vm' | 'console' | 'node', Record<string, AnyOperation>> = { vm: {}, console: {}, node: {} };
  for (const name of operationNames) {
    const run = findOperation(connection, name);
    if (run) groups[groupOf(name)][methodOf(name)] = replace(name, run);
  }
  // The table has every method of every group, so the groups are whole again here.
  return { ...connection, ...(groups as unknown as Pick<Connection, 'vm' | 'console' | 'node'>) };
}
