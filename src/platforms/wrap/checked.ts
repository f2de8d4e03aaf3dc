import { type Connection, lastCheckOf, type OperationTable } from '../contract.ts';
import { mapOperations, signalOf } from './operations.ts';

/** Asks the check that a call's signal carries right before it is sent: stands behind whatever makes calls wait. */
export const checked = (connection: Connection, table?: OperationTable): Connection =>
  mapOperations(
    connection,
    (_name, run) =>
      async (...args) => {
        const signal = signalOf(args);
        await lastCheckOf(signal)?.(connection, signal);
        return run(...args);
      },
    table,
  );
