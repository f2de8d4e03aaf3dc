import { KINDS } from './ids.ts';

/** Everything that can go wrong in the outside world. A closed list: exit codes, docs and tests read it. */
export const ERROR_CODES = [
  'auth.rejected',
  'auth.needs-secret',
  'auth.forbidden',
  'trust.unknown-host',
  'trust.changed-host',
  'trust.tls',
  'host.unreachable',
  'host.protocol',
  ...KINDS.map((kind) => `${kind}.not-found` as const),
  'name.ambiguous',
  'op.conflict',
  'op.failed',
  'op.timeout',
  'op.cancelled',
  'op.unsupported',
  'op.refused',
  'outcome.unknown',
  'config.invalid',
  'config.conflict',
  'config.secret',
  'usage',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface FleetErrorOptions {
  /** What the reader can do about it, as a sentence or a command line. */
  readonly fix?: string;
  /** The same read may work a little later. Never set for a rejected login: accounts get locked. */
  readonly retry?: boolean;
  /** Of a rejected login: that it was the password of the endpoint, and nothing else that was sent or is missing. */
  readonly refused?: 'password' | undefined;
  readonly cause?: unknown;
}

/** The expected kind of trouble: says what happened to which object, and the next step. Anything else thrown is a bug. */
export class FleetError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly retry: boolean;
  readonly refused: 'password' | undefined;

  constructor(code: ErrorCode, message: string, options: FleetErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'FleetError';
    this.code = code;
    this.fix = options.fix;
    this.retry = options.retry ?? false;
    this.refused = options.refused;
  }
}

/** Aborting is not an error: callers ask the signal first, and only then look at what was thrown. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The sentence for a screen or a log: never a stack. */
export const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
