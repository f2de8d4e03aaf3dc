import type { Connection } from './connection.ts';

/** Rejects when what was decided does not hold any more: nothing is sent then. It may read from the connection. */
export type LastCheck = (connection: Connection, signal: AbortSignal) => Promise<void>;

const checks = new WeakMap<AbortSignal, LastCheck>();

/**
 * A signal for one call that carries a check. Between a decision and the request lie the audit log and the turn of the
 * request, which may take their time: the wrapper `checked` asks behind these, right before the request.
 */
export function withLastCheck(signal: AbortSignal, check: LastCheck): AbortSignal {
  const carrying = AbortSignal.any([signal]);
  checks.set(carrying, check);
  return carrying;
}

export const lastCheckOf = (signal: AbortSignal): LastCheck | undefined => checks.get(signal);
