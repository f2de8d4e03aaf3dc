/**
 * The screen of a VM: a ticket of the type `webmks`, and behind it RFB over a websocket of the ESX host, whose certificate the
 * ticket names (vSphere Web Services API: VirtualMachine.AcquireTicket, VirtualMachineTicket).
 */
import { FleetError } from '../../errors.ts';
import type { ConsoleOps, WireLine } from '../contract.ts';
import { createHttp } from '../transport/http/http.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import type { HttpTarget } from '../transport/http/target.ts';
import { openWebSocket } from '../transport/http/websocket.ts';
import { plainLine } from '../transport/http/wire.ts';
import { child, childrenOf, textAt, type XmlElement } from '../transport/xml.ts';
import { xml } from './soap/envelope.ts';
import { conflict, onVm, refuseTemplate, type VmCall, type VmCalls } from './vm-call.ts';

export interface DisplayParts {
  readonly calls: VmCalls;
  /** Of the vCenter or host that is logged in to. */
  readonly target: HttpTarget;
  readonly wire: (line: WireLine) => void;
  /** Aborts when the connection is closed: its displays end with it. */
  readonly closed: AbortSignal;
}

const OPEN_MS = 12_000;
const HTTPS_PORT = 443;

export const createDisplay =
  ({ calls, target, wire, closed }: DisplayParts): NonNullable<ConsoleOps['display']> =>
  (id, signal) =>
    onVm(calls, id, [], signal, async (call) => {
      refuseTemplate(call);
      if (call.power !== 'poweredOn') throw conflict(call.name, 'does not run: it shows nothing', 'start it first');
      const { session, name } = call;
      const { path, ...place } = placeOf(await askTicket(call), call, target);
      const { endpoint, clock } = session;
      const http = createHttp({ target: place, endpoint, clock, wire, channel: 'display' });
      const stream = await openWebSocket(http, {
        path,
        headers: {},
        protocol: 'binary',
        signal,
        deadlineMs: OPEN_MS,
      }).catch((error: unknown) => {
        http.close();
        throw refusedBy(error, place, name);
      });
      const end = () => void stream.destroy();
      closed.addEventListener('abort', end, { once: true });
      stream.once('close', () => {
        closed.removeEventListener('abort', end);
        http.close();
      });
      return { stream, host: place.host };
    });

/** Nothing but a ticket comes of it, which runs out by itself. */
async function askTicket({ session, ref, signal }: VmCall): Promise<XmlElement | undefined> {
  const args = xml`<ticketType>webmks</ticketType>`;
  const said = await session.call({ target: ref, method: 'AcquireTicket', args, kind: 'reads', signal });
  return child(said, 'returnval');
}

type Place = HttpTarget & { readonly path: string };

/** Hosts of before 7.0 give no address, and a single host may give a name that it alone knows. */
function placeOf(ticket: XmlElement | undefined, { session, name }: VmCall, own: HttpTarget): Place {
  const [secret, address] = [textAt(ticket, 'ticket'), textAt(ticket, 'url')];
  const url = address === undefined ? undefined : URL.parse(address);
  if (secret === undefined || url === null || (url && url.protocol !== 'wss:'))
    throw new FleetError('host.protocol', `${name}: the server offers a display without a ticket or an address`);
  const given = textAt(ticket, 'host');
  const told = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? (given && plainLine(given, 253));
  const host = session.content.standalone ? own.host : (told ?? own.host);
  const port = Number(url ? url.port || HTTPS_PORT : (textAt(ticket, 'port') ?? HTTPS_PORT));
  const path = url ? `${url.pathname}${url.search}` : `/ticket/${encodeURIComponent(secret)}`;
  return { secure: true, host, port, base: '', path, ...trustOf(ticket, own) };
}

/** Whom to trust was said over a link that is verified. Before 7.0.3 it is a SHA-1, and it can be switched off. */
function trustOf(ticket: XmlElement | undefined, own: HttpTarget): Pick<HttpTarget, 'ca' | 'fingerprint'> {
  const sha256 = childrenOf(ticket, 'certThumbprintList').find((one) => textAt(one, 'hashAlgorithm') === 'sha256');
  const fingerprint = textAt(sha256, 'thumbprint') ?? textAt(ticket, 'sslThumbprint');
  if (fingerprint !== undefined) return { fingerprint };
  if (own.ca !== undefined) return { ca: own.ca };
  return own.fingerprint === undefined ? {} : { fingerprint: own.fingerprint };
}

function refusedBy(error: unknown, { host }: HttpTarget, name: string): unknown {
  if (error instanceof StatusError)
    return new FleetError('op.refused', `${name}: ${host} refused the ticket of its display (${error.status})`, {
      fix: 'open it again: a ticket is good for one connection',
      cause: error,
    });
  if (!(error instanceof FleetError) || error.code !== 'trust.tls') return error;
  return new FleetError('trust.tls', `${name}: the certificate of ${host} is not the one that was announced`, {
    fix: 'find out what answers there, or let vCenter connect the host again',
    cause: error,
  });
}
