import { type ErrorCode, FleetError } from '../errors.ts';
import { EXIT } from './command.ts';
import type { Connected } from './connect.ts';

const CODES: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  'name.ambiguous': EXIT.usage,
  'config.invalid': EXIT.usage,
  'config.secret': EXIT.usage,
  'op.unsupported': EXIT.notPossible,
  'op.refused': EXIT.notPossible,
  'auth.forbidden': EXIT.notPossible,
  'auth.rejected': EXIT.unreachable,
  'auth.needs-secret': EXIT.unreachable,
  'trust.unknown-host': EXIT.unreachable,
  'trust.changed-host': EXIT.unreachable,
  'trust.tls': EXIT.unreachable,
  'host.unreachable': EXIT.unreachable,
  'host.protocol': EXIT.unreachable,
  'op.cancelled': EXIT.interrupted,
};

/** 0 done, 1 failed, 2 wrong use, 3 not possible, 4 unreachable or not trusted, 130 interrupted. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof FleetError ? exitCodeFor(error.code) : EXIT.failed;

/**
 * Of a list: done as soon as one endpoint has answered, or none was asked. Where all failed it is 2 when only their
 * configuration is wrong, else 4.
 */
export function exitCodeOfList({ answered, failed }: Connected): number {
  if (answered.length > 0 || failed.size === 0) return EXIT.done;
  return [...failed.values()].every((error) => exitCodeOf(error) === EXIT.usage) ? EXIT.usage : EXIT.unreachable;
}

export const exitCodeFor = (code: ErrorCode): number => CODES[code] ?? EXIT.failed;
