import type { Accepted, Connection, OperationName, OperationTable } from '../contract.ts';
import { mapOperations } from './operations.ts';

/** Nothing that mutates is sent; `tell` hears what would have been. */
export const dryRun = (
  connection: Connection,
  tell: (name: OperationName, args: readonly unknown[]) => void,
  table?: OperationTable,
): Connection => ({
  ...mapOperations(
    connection,
    (name, run, { kind }) => {
      if (kind !== 'mutates') return run;
      return (...args) => {
        tell(name, args.slice(0, -1));
        const accepted: Accepted = { dryRun: true, warnings: [] };
        return Promise.resolve(accepted);
      };
    },
    table,
  ),
  dryRun: true,
});
