import { FleetError } from '../../errors.ts';
import type { Id } from '../../ids.ts';
import type { Connection, OperationName, OperationTable } from '../contract.ts';
import { mapOperations } from './operations.ts';

/**
 * The last line of defence: actions ask the policy first, but nothing that changes something, and no stream that could,
 * gets past here. `whyNot` answers the reason why an operation may not be done to the object that it is for.
 */
export const readOnly = (
  connection: Connection,
  whyNot: (object: Id, operation: OperationName) => string | undefined,
  table?: OperationTable,
): Connection =>
  mapOperations(
    connection,
    (name, run, { kind }) => {
      if (kind === 'reads') return run;
      return (...args) => {
        const why = whyNot(args[0] as Id, name);
        return why === undefined ? run(...args) : Promise.reject(new FleetError('op.refused', why));
      };
    },
    table,
  );
