import { FleetError } from '../../errors.ts';
import type { Id } from '../../ids.ts';
import type { Connection, OperationTable } from '../contract.ts';
import { mapOperations } from './operations.ts';

/**
 * The last line of defence: actions ask the policy first, but nothing that changes something, and no stream that could,
 * gets past here. `whyNot` answers the reason why nothing may be changed of the object that an operation is for.
 */
export const readOnly = (
  connection: Connection,
  whyNot: (object: Id) => string | undefined,
  table?: OperationTable,
): Connection =>
  mapOperations(
    connection,
    (_name, run, { kind }) => {
      if (kind === 'reads') return run;
      return (...args) => {
        const why = whyNot(args[0] as Id);
        return why === undefined ? run(...args) : Promise.reject(new FleetError('op.refused', why));
      };
    },
    table,
  );
