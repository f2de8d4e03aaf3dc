/** The services of a project, as operations ask them. */
import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import type { ServerCalls } from './server-call.ts';

export interface Project {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** Nova, of one server at a time. */
  readonly calls: ServerCalls;
  readonly nova: Api;
  readonly glance: Api | undefined;
  readonly cinder: Api | undefined;
  readonly neutron: Api | undefined;
  readonly designate: Api | undefined;
}

export const missing = (service: string): string => `the catalog of this cloud names no ${service} that can be reached`;

/** Throws op.unsupported where the cloud has no such service. */
export function needed(api: Api | undefined, service: 'Glance' | 'Cinder' | 'Neutron' | 'Designate'): Api {
  if (!api) throw new FleetError('op.unsupported', missing(service));
  return api;
}

/** Whether a service has answered that it has no such thing. */
export const isMissing = (error: unknown): boolean =>
  error instanceof FleetError && error.cause instanceof StatusError && error.cause.status === 404;

/** What is quick is seen soon, what is slow is not asked for often. */
const FIRST_MS = 100;
const EVERY_MS = 1_500;

export interface Waiting {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** The sentence for when it was not seen in time. */
  readonly late: string;
}

/** Reads again and again until it is so. Rejects with op.timeout behind the limit. */
export async function untilSo<T>(
  clock: Clock,
  { signal, limitMs, late }: Waiting,
  read: () => Promise<T>,
  isSo: (now: T) => boolean,
): Promise<T> {
  const end = clock.ticks() + limitMs;
  for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(EVERY_MS, pauseMs * 2)) {
    const now = await read();
    if (isSo(now)) return now;
    if (clock.ticks() > end) throw new FleetError('op.timeout', late);
    await wait(clock, pauseMs, signal);
  }
}
