/** What is at an address: over verified TLS, by the proxy of the environment, by few redirects, with deadlines, in pieces. */
import { type IncomingMessage, request as startRequest } from 'node:http';
import type { Clock } from '../../../clock.ts';
import { FleetError, sentence } from '../../../errors.ts';
import { within } from '../deadline.ts';
import { isLoopback } from '../socket.ts';
import { createHttpLinks } from './link.ts';
import { type HttpTarget, readHttpTarget } from './target.ts';
import { plainLine } from './wire.ts';

export interface GetOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A PEM file with the authority that the server is known by. */
  readonly ca?: string | undefined;
  /** An address of plain HTTP is taken, since the checksum of what comes is known, or the user may have it so. */
  readonly plainAllowed: boolean;
}

const MOST_REDIRECTS = 5;
const ANSWER_MS = 30_000;
/** So long nothing may come. */
const SILENT_MS = 60_000;

/** For sentences: what stands behind the question mark may be a secret. */
const shownUrl = ({ origin, pathname }: URL): string => plainLine(`${origin}${pathname}`, 200);

/** The length that the server says, and what comes. `use` ends the request. Rejects with host.*, trust.tls, op.refused, op.failed. */
export async function get<T>(
  address: string,
  options: GetOptions,
  use: (length: number | undefined, pieces: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  let url = urlOf(address);
  for (let redirects = 0; ; redirects++) {
    const ending = new AbortController();
    const signal = AbortSignal.any([options.signal, ending.signal]);
    try {
      const answer = await ask(url, { ...options, signal });
      const { statusCode: status = 0, headers } = answer;
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        if (redirects === MOST_REDIRECTS) throw refused(url, 'it leads from one address to the next');
        const next = urlOf(headers.location, url);
        if (url.protocol === 'https:' && next.protocol !== 'https:')
          throw refused(url, `it leads to ${shownUrl(next)}, which is not protected`);
        url = next;
        continue;
      }
      if (status !== 200) throw new FleetError('op.failed', `${shownUrl(url)}: the server answered ${status}`);
      if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
        throw refused(url, 'the server packs it on the way, although it was not asked to');
      const length = Number(headers['content-length']);
      return await use(
        Number.isSafeInteger(length) ? length : undefined,
        piecesOf(answer, url, { ...options, signal }),
      );
    } finally {
      ending.abort();
    }
  }
}

function urlOf(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new FleetError('op.refused', `${JSON.stringify(plainLine(text, 200))} is no http or https address`);
}

const refused = (url: URL, why: string): FleetError => new FleetError('op.refused', `${shownUrl(url)}: ${why}`);

function targetOf(url: URL, { ca, plainAllowed }: GetOptions): HttpTarget {
  const port = url.protocol === 'https:' ? 443 : 80;
  // Unprotected and without a checksum, anybody on the way could put another system into a VM.
  const target = readHttpTarget(url.origin, { endpoint: url.host, port: Number(url.port || port), plainAllowed: true });
  if (url.username !== '' || url.password !== '') throw refused(url, 'a login does not belong into the address');
  if (!target.secure && !plainAllowed && !isLoopback(target.host))
    throw new FleetError(
      'op.refused',
      `${shownUrl(url)}: what comes by plain HTTP can't be trusted without a checksum`,
      {
        fix: 'use https, or let the catalog have its sha256',
      },
    );
  return { ...target, ...(ca !== undefined && { ca }) };
}

async function ask(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const { clock, signal } = options;
  const target = targetOf(url, options);
  const links = createHttpLinks(target, { clock, signal }, 1);
  signal.addEventListener('abort', () => links.close(), { once: true });
  const late = () => new FleetError('host.unreachable', `${shownUrl(url)}: no answer within ${ANSWER_MS / 1000} s`);
  return within(ANSWER_MS, { clock, signal }, late, (deadline) => {
    const { host, port } = target;
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = startRequest({
        ...{ agent: links.single, host, port, path: `${url.pathname}${url.search}` },
        headers: { host: url.host, 'user-agent': 'drover', 'accept-encoding': 'identity' },
      });
      const stop = () => void request.destroy();
      deadline.signal.addEventListener('abort', stop, { once: true });
      signal.addEventListener('abort', stop, { once: true });
      request.once('error', (error) => reject(signal.aborted ? signal.reason : failure(url, error)));
      request.once('response', resolve);
      request.end();
    });
  });
}

const failure = (url: URL, error: unknown): FleetError =>
  error instanceof FleetError
    ? error
    : new FleetError('host.unreachable', `${shownUrl(url)}: ${sentence(error)}`, { cause: error });

/** Ends with an error where nothing comes for a while, or less than was announced. */
async function* piecesOf(answer: IncomingMessage, url: URL, { clock, signal }: GetOptions): AsyncGenerator<Uint8Array> {
  const silent = () =>
    answer.destroy(new FleetError('host.unreachable', `${shownUrl(url)}: nothing came for ${SILENT_MS / 1000} s`));
  let stop = clock.after(SILENT_MS, silent);
  try {
    for await (const piece of answer) {
      stop();
      yield piece as Uint8Array;
      stop = clock.after(SILENT_MS, silent);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw failure(url, error);
  } finally {
    stop();
    answer.destroy();
  }
}
