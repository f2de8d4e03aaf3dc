import {
  type Connection,
  type Groups,
  type Operation,
  type OperationName,
  type OperationTable,
  operationOf,
  operations,
  partsOf,
} from '../contract.ts';

/** Any operation, seen from outside: what goes in is positional, the last argument is always the signal. */
export type AnyOperation = (...args: readonly unknown[]) => Promise<unknown>;

export const operationNames = Object.keys(operations) as readonly OperationName[];

/** The operation if this connection has it. */
export const findOperation = (connection: Connection, name: OperationName): AnyOperation | undefined =>
  operationOf(connection, name) as AnyOperation | undefined;

/** The signal that every operation takes as its last argument. */
export const signalOf = (args: readonly unknown[]): AbortSignal => args.at(-1) as AbortSignal;

/** The same connection with each of its operations replaced. Walks the table; what is missing stays missing. */
export function mapOperations(
  connection: Connection,
  replace: (name: OperationName, run: AnyOperation, operation: Operation) => AnyOperation,
  table: OperationTable = operations,
): Connection {
  const groups: Partial<Record<keyof Groups, Record<string, AnyOperation>>> = {};
  for (const [key, operation] of Object.entries(table)) {
    const name = key as OperationName;
    const run = findOperation(connection, name);
    if (!run) continue;
    const [group, method] = partsOf(name);
    groups[group] = { ...groups[group], [method]: replace(name, run, operation) };
  }
  // The table has every method of every group, so each group is whole again here.
  return { ...connection, ...(groups as unknown as Pick<Connection, keyof Groups>) };
}
