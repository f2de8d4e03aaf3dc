import type { Connection, OperationName, OperationTable } from '../contract.ts';
import { mapOperations } from './operations.ts';

/** Told of a mutator before it is sent (the arguments without the signal); what it answers is told how that ended. */
export type Witness = (
  name: OperationName,
  args: readonly unknown[],
) => Promise<(error?: unknown) => void | Promise<void>>;

/** Nothing that changes the world is sent before the witness has written it down. */
export const audited = (connection: Connection, witness: Witness, table?: OperationTable): Connection =>
  mapOperations(
    connection,
    (name, run, { kind }) => {
      if (kind !== 'mutates') return run;
      return async (...args) => {
        const end = await witness(name, args.slice(0, -1));
        try {
          const result = await run(...args);
          await end();
          return result;
        } catch (error) {
          await end(error);
          throw error;
        }
      };
    },
    table,
  );
