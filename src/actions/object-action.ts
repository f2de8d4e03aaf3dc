import { FleetError } from '../errors.ts';
import type { Id } from '../ids.ts';
import {
  type Accepted,
  type Connection,
  type Method,
  type ObjectKind,
  type ObjectOf,
  type OperationName,
  operationOf,
} from '../platforms/contract.ts';
import type { Args, ObjectAction, Report } from './action.ts';

/** An action whose `send` is given the method that it needs. */
export type ActionWith<K extends ObjectKind, Name extends OperationName> = Omit<
  ObjectAction<K>,
  'kind' | 'needs' | 'send'
> & {
  readonly needs: Name;
  readonly send: (
    method: Method<Name>,
    object: ObjectOf<K>,
    args: Args,
    signal: AbortSignal,
    report: Report,
  ) => Promise<Accepted & { readonly id?: Id }>;
};

export const objectAction = <K extends ObjectKind, Name extends OperationName>(
  action: ActionWith<K, Name>,
): ObjectAction<K> => ({
  ...action,
  kind: 'object',
  send: async (connection, object, args, signal, report) =>
    action.send(needed(connection, action.needs), object, args, signal, report),
});

/** whyNot() has asked before; a connection that was made meanwhile may be an older daemon's. */
export function needed<Name extends OperationName>(connection: Connection, name: Name): Method<Name> {
  const method = operationOf(connection, name);
  if (method === undefined) throw new FleetError('op.unsupported', `this platform has no ${name}`);
  return method;
}
