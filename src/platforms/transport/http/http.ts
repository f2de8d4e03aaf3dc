/**
 * Requests to one HTTP API. It knows connections, deadlines, limits and the wire log, and nothing of what is said:
 * every status is an answer here. JSON, logins and repeated reads are rest.ts; SOAP uses this as it is.
 */
import type { WebSocket } from 'ws';
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import type { EndpointName } from '../../../ids.ts';
import type { WireLine } from '../../contract.ts';
import { within } from '../deadline.ts';
import { handshakeError } from '../tls-words.ts';
import type { TakePiece } from './body-into.ts';
import type { BodyStream } from './body-stream.ts';
import { type BudgetLimits, createBudget } from './budget.ts';
import { type Exchange, type ExchangeOptions, exchange, type HttpResponse } from './exchange.ts';
import { createHttpLinks } from './link.ts';
import { type HttpTarget, targetName } from './target.ts';
import { shakeHands } from './websocket-handshake.ts';
import { plainLine, redactPath } from './wire.ts';

export type { HttpResponse } from './exchange.ts';

export interface HttpRequest {
  readonly method: string;
  /** Below the target's base, with its query: `/nodes?type=vm`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In its place: what is sent in pieces. */
  readonly stream?: BodyStream;
  /** What becomes of it when no answer comes: a read may be asked again, of the rest it is not known whether it was done. */
  readonly kind: 'reads' | 'mutates';
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
  /** Largest body that is taken. */
  readonly limit?: number;
  /** Takes the body of an answer that is a success, whatever its size; that of the answer is empty then. */
  readonly into?: TakePiece;
  /** The body of the answer is wanted as the server keeps it, packed or not. */
  readonly asKept?: boolean;
  /** What the wire log says of the body, without secrets. */
  readonly note?: string;
}

/** A request that asks for a websocket. */
export interface UpgradeRequest extends HttpRequest {
  readonly protocol: string;
}

export interface Http {
  /** For what outlives a request. */
  readonly clock: Clock;
  /** For sentences: `pve1:8006`. */
  readonly name: string;
  /**
   * Any status is an answer. Without one it rejects: host.unreachable, trust.tls, host.protocol (too large, not HTTP), or
   * outcome.unknown for what mutates and was sent.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** The same for a request that asks to change the protocol; an answer that refuses is one. */
  upgrade(request: UpgradeRequest): Promise<WebSocket | HttpResponse>;
  /** Whatever is under way is rejected, and whatever comes later. */
  close(): void;
}

export interface HttpOptions {
  readonly target: HttpTarget;
  readonly endpoint: EndpointName;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
  readonly channel: string;
  readonly budget?: BudgetLimits;
}

type Answer = HttpResponse | WebSocket;
/** How one request becomes an answer. */
type Ask<A extends Answer> = (options: ExchangeOptions, state: Exchange) => Promise<A>;

const DEADLINE_MS = 30_000;
const MOST_BYTES = 64 * 1024 ** 2;
const BUDGET: BudgetLimits = { inFlight: 8, perSecond: 100 };

export function createHttp({ target, endpoint, clock, wire, channel, budget = BUDGET }: HttpOptions): Http {
  const name = targetName(target);
  const closing = new AbortController();
  const links = createHttpLinks(target, { clock, signal: closing.signal }, budget.inFlight);
  const turn = createBudget(budget, clock);

  async function run<A extends Answer>(request: HttpRequest, ask: Ask<A>): Promise<A> {
    closing.signal.throwIfAborted();
    const signal = AbortSignal.any([request.signal, closing.signal]);
    const leave = await turn.enter(signal);
    try {
      const shared = request.kind === 'reads' && ask === exchange;
      return await once(request, ask, shared, signal).catch((error: unknown) => {
        // The server had hung up on an idle connection before it saw the request: no answer, and no fault.
        if (shared && error instanceof StaleLink) return once(request, ask, false, signal);
        throw error;
      });
    } finally {
      leave();
    }
  }

  async function once<A extends Answer>(
    request: HttpRequest,
    ask: Ask<A>,
    shared: boolean,
    signal: AbortSignal,
  ): Promise<A> {
    const at = clock.now();
    const began = clock.ticks();
    const said = `${request.method} ${redactPath(target.base + request.path)}`;
    const tell = (outcome: string, bytes: number, failed?: string) =>
      wire({
        at,
        endpoint,
        channel,
        text: [said, request.note, outcome].filter(Boolean).join(' '),
        tookMs: clock.ticks() - began,
        bytes,
        ...(failed === undefined ? {} : { failed }),
      });
    const state: Exchange = { sent: false, reused: false, answered: false };
    const deadlineMs = request.deadlineMs ?? DEADLINE_MS;
    const late = () => lost(`no answer within ${Math.round(deadlineMs / 1000)} s`);

    function lost(why: string, cause?: unknown): FleetError {
      if (request.kind === 'mutates' && state.sent) {
        return new FleetError(
          'outcome.unknown',
          `${name}: no answer to ${said} came (${why}); it may have been done or not`,
          { fix: 'look at its state once the host answers again', cause },
        );
      }
      return new FleetError('host.unreachable', `${name}: ${why} (${said})`, { retry: true, cause });
    }
    try {
      const answer = await within(deadlineMs, { clock, signal }, late, (deadline) =>
        ask(
          {
            agent: shared ? links.shared : links.single,
            host: target.host,
            port: target.port,
            path: target.base + request.path,
            method: request.method,
            headers: request.headers ?? {},
            body: request.stream ?? request.body,
            limit: request.limit ?? MOST_BYTES,
            asKept: request.asKept ?? request.into !== undefined,
            into: request.into,
            signal: deadline.signal,
            clock,
          },
          state,
        ),
      );
      if (!('status' in answer)) tell('→ 101', 0);
      else {
        const { status, body, reason } = answer;
        tell(`→ ${status}`, body.length, status >= 400 ? `${status} ${plainLine(reason)}`.trim() : undefined);
      }
      return answer;
    } catch (error) {
      if (request.signal.aborted) {
        tell('', 0, 'given up');
        throw request.signal.reason;
      }
      const failure = closing.signal.aborted ? lost('the connection was closed') : explained(error);
      tell('', 0, sentence(failure));
      throw shared && state.reused && !state.answered && hungUp(error) ? new StaleLink(failure) : failure;
    }

    /** What never left this machine and what is said already stays as it is; the rest depends on how far it came. */
    function explained(error: unknown): FleetError {
      if (isMalformed(error)) return explained(malformed(error));
      // A TLS 1.3 server looks at the client's certificate when the client thinks that all is done.
      if (hasCode(error, 'ERR_SSL_')) return explained(handshakeError(error, name));
      if (!(error instanceof FleetError)) return lost(trouble(error, state), error);
      if (!state.sent || error.code === 'outcome.unknown' || error.code === 'host.unreachable') return error;
      if (request.kind === 'mutates') return lost(error.message, error);
      const fix = error.fix === undefined ? {} : { fix: error.fix };
      return new FleetError(error.code, `${name}: ${error.message} (${said})`, { ...fix, cause: error });
    }
  }

  return {
    name,
    clock,
    send: (request) => run(request, exchange),
    upgrade: (request) =>
      run<Answer>(request, (options, state) => shakeHands({ ...options, protocol: request.protocol }, state)),
    close() {
      closing.abort(new FleetError('host.unreachable', `the connection to ${name} was closed`, { retry: true }));
      links.close();
    },
  };
}

/** A connection out of the shared ones that broke before any answer. */
class StaleLink extends Error {
  constructor(cause: unknown) {
    super('the connection had been closed by the other side', { cause });
  }
}

const hungUp = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/** Node's parser gives up on what does not follow RFC 9112, with codes that begin with HPE_. */
const isMalformed = (error: unknown): error is Error => hasCode(error, 'HPE_');

const hasCode = (error: unknown, prefix: string): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith(prefix);

function malformed(error: Error): FleetError {
  const why =
    'code' in error && error.code === 'HPE_HEADER_OVERFLOW'
      ? 'the header of the answer is longer than 16 KiB'
      : `what answers there does not speak HTTP as it must (${error.message.replace('Parse Error: ', '')})`;
  return new FleetError('host.protocol', why, { fix: 'check the address and the port', cause: error });
}

function trouble(error: unknown, { answered }: Exchange): string {
  if (answered) return 'the answer broke off half-way';
  return hungUp(error) ? 'the other side hung up' : sentence(error);
}
