import { createGate } from '../../gate.ts';
import type { Connection, OperationTable } from '../contract.ts';
import { mapOperations, signalOf } from './operations.ts';

/** At most `limit` operations of a connection are sent and not yet answered. A stream counts until it is open. */
export function throttle(connection: Connection, limit: number, table?: OperationTable): Connection {
  const gate = createGate(limit);
  return mapOperations(
    connection,
    (_name, run) =>
      (...args) =>
        gate.run(signalOf(args), () => run(...args)),
    table,
  );
}
