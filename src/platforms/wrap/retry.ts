import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Connection, OperationTable } from '../contract.ts';
import { mapOperations, signalOf } from './operations.ts';

const PAUSES_MS = [200, 1_000];

/** Only reads are tried again, and only when the error says that it may help. A mutator is never repeated. */
export const withRetry = (connection: Connection, clock: Clock, table?: OperationTable): Connection =>
  mapOperations(
    connection,
    (_name, run, { kind }) => {
      if (kind !== 'reads') return run;
      return async (...args) => {
        for (const pauseMs of PAUSES_MS) {
          try {
            return await run(...args);
          } catch (error) {
            if (!(error instanceof FleetError && error.retry) || signalOf(args).aborted) throw error;
          }
          await wait(clock, pauseMs, signalOf(args));
        }
        return run(...args);
      };
    },
    table,
  );
