import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Connection, Operation, OperationTable } from '../contract.ts';
import { type AnyOperation, mapOperations, signalOf } from './operations.ts';

/**
 * No answer within the operation's deadline: a read ends as op.timeout, which may be tried again; a mutator as
 * outcome.unknown, since the request may have arrived. The platform's own signal is aborted in both cases. So does a mutator that
 * was given up and does not say within `takesBackMs` what has become of it; a read ends as given up.
 */
export const withDeadline = (connection: Connection, clock: Clock, table?: OperationTable): Connection =>
  mapOperations(
    connection,
    (_name, run, operation) =>
      (...args) =>
        limited(operation, run, args, clock),
    table,
  );

function limited(
  { kind, deadlineMs, takesBackMs }: Operation,
  run: AnyOperation,
  args: readonly unknown[],
  clock: Clock,
): Promise<unknown> {
  const outer = signalOf(args);
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    outer.throwIfAborted();
    let stopTakingBack = () => {};
    const settle = (then: () => void) => {
      stopClock();
      stopTakingBack();
      outer.removeEventListener('abort', abort);
      then();
    };
    const abort = () => {
      inner.abort(outer.reason);
      if (takesBackMs === undefined) return settle(() => reject(outer.reason));
      stopTakingBack = clock.after(takesBackMs, () =>
        settle(() =>
          reject(
            kind === 'mutates'
              ? new FleetError('outcome.unknown', 'given up, and it is not known whether it was taken back')
              : outer.reason,
          ),
        ),
      );
    };
    const stopClock = clock.after(deadlineMs, () => {
      const said = `no answer within ${Math.round(deadlineMs / 1000)} s`;
      const late =
        kind === 'mutates'
          ? new FleetError('outcome.unknown', `${said}: it may have been done or not`)
          : new FleetError('op.timeout', said, { retry: true });
      inner.abort(late);
      settle(() => reject(late));
    });
    outer.addEventListener('abort', abort, { once: true });
    run(...args.slice(0, -1), inner.signal).then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
