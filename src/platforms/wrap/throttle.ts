import { createGate } from '../../gate.ts';
import type { Connection, OperationTable } from '../contract.ts';
import { mapOperations, signalOf } from './operations.ts';

/** At most `limit` operations of a connection are sent and not yet answered. A stream counts until it is open. */
export function throttle(connection: Connection, limit: number, table?: OperationTable): Connection {
  const gate = createGate(limit);
  return mapOperations(
    connection,
    (_name, run) =>
      async (...args) => {
        const leave = await gate.enter(signalOf(args));
        try {
          return await run(...args);
        } finally {
          leave();
        }
      },
    table,
  );
}
