import { FleetError } from '../../errors.ts';
import type { Multipart } from '../transport/http/multipart.ts';
import type { Rest } from '../transport/http/rest.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { normalizeError } from './normalize-error.ts';

type Values = Readonly<Record<string, string | number | undefined>>;

/** The server's own idea of a request: every answer has its result under `data`. Errors name `subject`. */
export interface Api {
  get(path: string, options: ReadOptions): Promise<unknown>;
  post(path: string, options: CallOptions): Promise<unknown>;
  put(path: string, options: CallOptions): Promise<unknown>;
  delete(path: string, options: CallOptions): Promise<unknown>;
}

interface ReadOptions {
  readonly signal: AbortSignal;
  /** What it is about, for sentences: the name of a VM. */
  readonly subject: string;
  readonly query?: Values;
  readonly deadlineMs?: number;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly subject: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly query?: Values;
  readonly multipart?: Multipart;
  readonly deadlineMs?: number;
}

/** Longer than the 30 s after which a node gives up on another one, so that its own word comes first. */
const DEADLINE_MS = 40_000;

export function createApi(rest: Rest): Api {
  const change = async (method: 'POST' | 'PUT' | 'DELETE', path: string, { subject, ...options }: CallOptions) => {
    try {
      const { body } = await rest.change(method, { path, deadlineMs: DEADLINE_MS, ...options });
      if (hasData(body)) return body.data;
      throw unclear(subject, 'the answer is not one of Proxmox VE: it has no data');
    } catch (error) {
      throw normalizeError(error, subject);
    }
  };
  return {
    async get(path, { subject, ...options }) {
      try {
        const { body } = await rest.read({ path, deadlineMs: DEADLINE_MS, ...options });
        if (hasData(body)) return body.data;
        throw new FleetError('host.protocol', `${subject}: the answer is not one of Proxmox VE: it has no data`);
      } catch (error) {
        throw normalizeError(error, subject);
      }
    },
    post: (path, options) => change('POST', path, options),
    put: (path, options) => change('PUT', path, options),
    delete: (path, options) => change('DELETE', path, options),
  };
}

const hasData = (body: unknown): body is { readonly data: unknown } =>
  typeof body === 'object' && body !== null && 'data' in body;

/** Whether the server has no such list, or not for this login: an older version, a package that is not installed. */
export const isNotOffered = (error: unknown): error is FleetError =>
  error instanceof FleetError &&
  (error.code === 'auth.forbidden' ||
    error.code === 'op.unsupported' ||
    (error.cause instanceof StatusError && error.cause.status === 404));

/** For a change that was answered with something that says neither yes nor no. */
export const unclear = (subject: string, why: string): FleetError =>
  new FleetError('outcome.unknown', `${subject}: ${why}; it may have been done or not`, {
    fix: 'look at its state before you repeat it',
  });

export const segment = encodeURIComponent;
