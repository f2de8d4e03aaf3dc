import { FleetError } from '../../errors.ts';
import { type Connection, operations } from '../contract.ts';
import { mapOperations } from './operations.ts';

/** The last line of defence: actions ask the policy first, but nothing that mutates gets past here. */
export const readOnly = (connection: Connection, why: string): Connection =>
  mapOperations(connection, (name, run) =>
    operations[name].kind === 'mutates' ? () => Promise.reject(new FleetError('op.refused', why)) : run,
  );
