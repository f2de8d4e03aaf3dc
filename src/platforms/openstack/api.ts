import { asRow, type Row } from '../lib/json.ts';
import type { Rest } from '../transport/http/rest.ts';
import { normalizeError } from './normalize-error.ts';

type Values = Readonly<Record<string, string | number | undefined>>;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** What it is about, for sentences: the name of a server. */
  readonly subject: string;
  readonly query?: Values;
  /** In place of the agreed one. */
  readonly version?: string;
  readonly deadlineMs?: number;
  /** Called with the time at the server, epoch in ms, when its answer says it (Date, RFC 9110). */
  readonly onTime?: (now: number) => void;
}

export interface ChangeOptions {
  readonly signal: AbortSignal;
  readonly subject: string;
  readonly json?: unknown;
  /** As in RestChange. */
  readonly mayBeEmpty?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Changed {
  readonly body: unknown;
  /** The cloud's own name of what was asked for: `req-…`. */
  readonly request: string | undefined;
}

/** One service, spoken to with the agreed version. Errors name `subject`. */
export interface Api {
  get(path: string, options: ReadOptions): Promise<Row>;
  change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: ChangeOptions): Promise<Changed>;
}

/** Longer than the 60 s (rpc_response_timeout) after which nova gives up on a compute node, so that its own word comes first. */
const DEADLINE_MS = 65_000;

/** `type`: as the service is called in `OpenStack-API-Version`; without a version that header is not sent. */
export function createApi(rest: Rest, type: string, version: string | undefined): Api {
  const headersFor = (wanted = version): Readonly<Record<string, string>> =>
    wanted === undefined ? {} : { 'openstack-api-version': `${type} ${wanted}` };
  return {
    async get(path, { subject, version: other, onTime, ...options }) {
      try {
        const headers = headersFor(other);
        const answer = await rest.read({ path, headers, deadlineMs: DEADLINE_MS, ...options });
        const now = Date.parse(answer.headers.date ?? '');
        if (!Number.isNaN(now)) onTime?.(now);
        return asRow(answer.body, subject);
      } catch (error) {
        throw normalizeError(error, subject);
      }
    },
    async change(method, path, { subject, headers, ...options }) {
      try {
        const answer = await rest.change(method, {
          path,
          headers: { ...headersFor(), ...headers },
          deadlineMs: DEADLINE_MS,
          ...options,
        });
        const request = answer.headers['x-openstack-request-id'] ?? answer.headers['x-compute-request-id'];
        return { body: answer.body, request: typeof request === 'string' ? request : undefined };
      } catch (error) {
        throw normalizeError(error, subject);
      }
    },
  };
}
