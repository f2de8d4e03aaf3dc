/** One call of one method: from an object and its arguments to the answer's elements, or what went wrong. */
import { type Clock, wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Http, HttpResponse } from '../../transport/http/http.ts';
import { redirected } from '../../transport/http/redirect.ts';
import { retryAfterMs } from '../../transport/http/rest-retry.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { child, readXml, type Take, type XmlElement, XmlError } from '../../transport/xml.ts';
import { type MoRef, nothing, request, type Xml } from './envelope.ts';
import { faultIn } from './fault.ts';

export interface SoapCall {
  readonly target: MoRef;
  readonly method: string;
  readonly args?: Xml;
  /** What becomes of it when no answer comes. */
  readonly kind: 'reads' | 'mutates';
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
  /** Told of each element of the answer as it is complete, while the rest is read (xml.ts). */
  readonly take?: Take;
}

export interface SoapAnswer {
  /** `<XResponse>`, with `returnval` in it when the method gives something. */
  readonly response: XmlElement;
  /** What the server wants to be sent back from now on. */
  readonly cookie: string | undefined;
}

export interface SoapClient {
  /** Rejects with a SoapFault, or as http.ts does. */
  call(call: SoapCall, cookie: string | undefined): Promise<SoapAnswer>;
}

/** Of the API, `8.0.2.0`: a server answers each client in the words of the version that it asks for. */
export interface SoapOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly version: () => string;
}

/** A server that is busy is asked twice more for what changes nothing. */
const PAUSES_MS = [200, 1_000];
const LONGEST_PAUSE_MS = 20_000;
const BUSY = new Set([429, 502, 503, 504]);

export function createSoapClient({ http, clock, version }: SoapOptions): SoapClient {
  async function send(call: SoapCall, cookie: string | undefined): Promise<HttpResponse> {
    const { target, method, args = nothing, kind, signal, deadlineMs } = call;
    const attempt = () =>
      http.send({
        method: 'POST',
        path: '',
        kind,
        signal,
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          soapaction: `urn:vim25/${version()}`,
          ...(cookie === undefined ? {} : { cookie }),
        },
        body: request(method, target, args),
        note: `${method} ${nameOf(target)}`,
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      });
    if (kind === 'reads') {
      for (const pauseMs of PAUSES_MS) {
        const answer = await attempt();
        if (!BUSY.has(answer.status)) return answer;
        await wait(clock, Math.min(LONGEST_PAUSE_MS, retryAfterMs(answer.headers) ?? pauseMs), signal);
      }
    }
    return attempt();
  }

  return {
    async call(call, cookie) {
      const { method, kind, signal, take } = call;
      const answer = await send(call, cookie);
      const said = `POST ${http.name} ${method}`;
      const envelope = await understood(answer, said, kind, () =>
        readXml(answer.body, { signal, ...(take && { take }) }),
      );
      const body = child(envelope, 'Body');
      const fault = faultIn(body);
      if (fault) throw fault;
      const response = child(body, `${method}Response`);
      if (!response) throw unreadable(said, kind, 'it holds no answer to that call');
      return { response, cookie: cookieIn(answer) };
    },
  };
}

/** What belongs to a session is known by the session's key, which is a secret. */
const nameOf = ({ type, value }: MoRef): string => (value.startsWith('session[') ? type : plainLine(value, 80));

/** Faults come with the status 500; every other one without an envelope is a proxy's, or of a server that starts up. */
async function understood(
  answer: HttpResponse,
  said: string,
  kind: SoapCall['kind'],
  read: () => Promise<XmlElement>,
): Promise<XmlElement> {
  const { status } = answer;
  const elsewhere = redirected(answer, said, kind);
  if (elsewhere) throw elsewhere;
  if (status !== 200 && status !== 500) throw notSoap(answer, said, kind);
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (status === 500) throw notSoap(answer, said, kind);
    throw unreadable(said, kind, error.message);
  }
}

function notSoap({ status, reason }: HttpResponse, said: string, kind: SoapCall['kind']): FleetError {
  const words = `${said} was answered with ${status} ${plainLine(reason)}`.trim();
  if (kind === 'mutates' && PERHAPS_DONE.has(status)) return lostOutcome(words);
  if (status === 401 || status === 403) {
    return new FleetError('auth.forbidden', words, { fix: 'look for a proxy in between' });
  }
  if (status === 429 || status >= 500) {
    return new FleetError('host.unreachable', words, { retry: true, fix: 'wait until its services have started' });
  }
  return new FleetError('host.protocol', words, { fix: 'check the address: the API is at https://HOST/sdk' });
}

/** A gateway had passed it on and heard nothing good; one that says 429 or 503 has turned it away. */
const PERHAPS_DONE = new Set([500, 502, 504]);

const unreadable = (said: string, kind: SoapCall['kind'], why: string): FleetError =>
  kind === 'reads'
    ? new FleetError('host.protocol', `the answer to ${said} can't be read: ${why}`)
    : lostOutcome(`the answer to ${said} can't be read (${why})`);

const lostOutcome = (why: string): FleetError =>
  new FleetError('outcome.unknown', `${why}; it may have been done or not`, {
    fix: 'look at its state once the server answers again',
  });

/** `vmware_soap_session="52…"; Path=/; HttpOnly` → what is sent back. */
function cookieIn({ headers }: HttpResponse): string | undefined {
  const pairs = headers['set-cookie']?.map((line) => line.split(';', 1)[0] ?? '') ?? [];
  return pairs.find((pair) => pair.startsWith('vmware_soap_session='));
}
