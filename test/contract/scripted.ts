import { type EndpointName, vmId } from '../../src/ids.ts';
import { type Connection, type Groups, type OperationName, partsOf } from '../../src/platforms/contract.ts';
import { findOperation, operationNames, signalOf } from '../../src/platforms/wrap/operations.ts';

/** A call as it has reached the platform: the arguments without the signal. */
export interface Sent {
  readonly name: OperationName;
  readonly args: readonly unknown[];
  readonly signal: AbortSignal;
}

export interface Scripted {
  readonly connection: Connection;
  readonly sent: readonly Sent[];
}

/** A connection that has every operation of the table; each is answered by the script, which also counts as the platform. */
export function scripted(answer: (sent: Sent) => Promise<unknown>): Scripted {
  const sent: Sent[] = [];
  const groups: Record<string, Record<string, unknown>> = {};
  for (const name of operationNames) {
    const [group, method] = partsOf(name);
    const run = (...args: readonly unknown[]) => {
      const call = { name, args: args.slice(0, -1), signal: signalOf(args) };
      sent.push(call);
      return answer(call);
    };
    groups[group] = { ...groups[group], [method]: run };
  }
  // made from the table, so each group is whole
  const whole = groups as unknown as Required<Groups>;
  return { connection: { ...whole, whyNot: {}, watch: async () => {}, close: async () => {} }, sent };
}

/** Calls an operation by its name with the object that it is for, and one more argument that must arrive. */
export function call(
  connection: Connection,
  name: OperationName,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const run = findOperation(connection, name);
  if (!run) throw new Error(`the connection has no ${name}`);
  return run(OBJECT, 'more', signal);
}

export const OBJECT = vmId('host1' as EndpointName, 'web1');
