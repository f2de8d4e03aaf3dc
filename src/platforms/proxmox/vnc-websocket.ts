/** The websocket behind which terminals and displays are: …/vncwebsocket with the port and the ticket that were asked for before. */
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import type { Http } from '../transport/http/http.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { openWebSocket } from '../transport/http/websocket.ts';
import { segment } from './api.ts';
import { normalizeError } from './normalize-error.ts';

export interface Door {
  readonly http: Http;
  /** Of the guest or node: `/nodes/pve1/qemu/100`. */
  readonly path: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Once it is open only the stream itself ends it. */
const OPEN_MS = 15_000;

export const openVncWebsocket = (
  { http, path, subject, headers, signal }: Door,
  port: number,
  ticket: string,
): Promise<Duplex> =>
  openWebSocket(http, {
    path: `${path}/vncwebsocket?port=${port}&vncticket=${segment(ticket)}`,
    headers,
    protocol: 'binary',
    signal,
    deadlineMs: OPEN_MS,
  }).catch((error: unknown) => {
    // The login was good enough for a ticket a moment ago.
    if (error instanceof StatusError && error.status === 401)
      throw new FleetError('op.refused', `${subject}: the server refused the ticket of its console`, {
        fix: 'open it again: a ticket is good for half a minute',
        cause: error,
      });
    throw normalizeError(error, subject);
  });
