/** Asks moto what the proxy was asked, in smaller pieces: moto takes milliseconds for each thing that it tells. */
import type { IncomingMessage } from 'node:http';

const HOST = '127.0.0.1';
const SIZE = /(?<=(?:^|&)MaxResults=)\d+/;
const END_OF_TYPES = '</DescribeInstanceTypesResponse>';

export interface MotoAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  readonly content: Buffer;
}

export interface AskingParts {
  readonly port: number;
  /** Most in a page of instances (counted as reservations) and of their types, whatever more is asked for: MaxResults is the maximum. */
  readonly page: number;
  /** Types that the region offers. moto has 1,400, all of them in one page: it takes it up to half a minute to tell them. */
  readonly types: readonly string[];
}

/** Passes a request on to moto. Rejects when moto hangs up. */
export type Asking = (request: IncomingMessage, body: Buffer, action: string) => Promise<MotoAnswer>;

export function createAsking({ port, page, types }: AskingParts): Asking {
  async function send(request: IncomingMessage, body: Buffer): Promise<MotoAnswer> {
    const answer = await fetch(`http://${HOST}:${port}${request.url}`, {
      method: request.method ?? 'POST',
      headers: plainHeaders(request),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      redirect: 'manual',
    });
    const { ok, status, headers } = answer;
    return { ok, status, headers, content: Buffer.from(await answer.arrayBuffer()) };
  }

  /** By their names, a page of them: what moto knows nothing of. */
  async function sendForTypes(request: IncomingMessage, form: URLSearchParams): Promise<MotoAnswer> {
    const from = Number(form.get('NextToken') ?? 0);
    const to = from + Math.min(page, Number(form.get('MaxResults') ?? page));
    for (const own of ['NextToken', 'MaxResults']) form.delete(own);
    for (const [at, name] of types.slice(from, to).entries()) form.set(`InstanceType.${at + 1}`, name);
    const answer = await send(request, Buffer.from(form.toString()));
    if (to >= types.length) return answer;
    const told = answer.content.toString('utf8').replace(END_OF_TYPES, `<nextToken>${to}</nextToken>${END_OF_TYPES}`);
    return { ...answer, content: Buffer.from(told) };
  }

  return (request, body, action) => {
    if (action === 'DescribeInstances') {
      const less = body.toString('utf8').replace(SIZE, (size) => String(Math.min(Number(size), page)));
      return send(request, Buffer.from(less));
    }
    if (action !== 'DescribeInstanceTypes') return send(request, body);
    const form = new URLSearchParams(body.toString('utf8'));
    const areNamed = form.has('InstanceType.1') || [...form.values()].includes('instance-type');
    return areNamed ? send(request, body) : sendForTypes(request, form);
  };
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const left = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'accept-encoding'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || left.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
