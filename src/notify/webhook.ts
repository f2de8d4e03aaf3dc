import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointName } from '../ids.ts';
import { createHttp } from '../platforms/transport/http/http.ts';
import { readHttpTarget } from '../platforms/transport/http/target.ts';
import type { Message } from './message.ts';

export interface Webhook {
  /** It may hold a secret: it is in no error. Plain HTTP goes to this machine only. */
  readonly url: string;
  readonly token: string | undefined;
  readonly ca: string | undefined;
}

const DEADLINE_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024;

/**
 * Posts a message as JSON, over verified TLS; redirects are not followed. Rejects for an answer that is not 2xx, and with what the
 * connection says. `text` is what chat servers show.
 */
export async function postWebhook(
  { url, token, ca }: Webhook,
  { title, lines, count, notices, host }: Message,
  rule: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const parsed = URL.parse(url);
  if (!parsed) throw new FleetError('config.invalid', `${rule}: the webhook is no URL`);
  const port = parsed.protocol === 'http:' ? 80 : 443;
  const target = readHttpTarget(parsed.origin, { endpoint: rule, port, plainAllowed: false });
  const http = createHttp({
    target: { ...target, ...(ca !== undefined && { ca }) },
    endpoint: endpointName('webhook'),
    clock,
    // The path of a webhook is its password.
    wire: () => {},
    channel: 'webhook',
  });
  try {
    const { status } = await http.send({
      method: 'POST',
      path: `${parsed.pathname}${parsed.search}`,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ source: 'drover', host, rule, title, count, notices, text: lines.join('\n') }),
      kind: 'mutates',
      signal,
      deadlineMs: DEADLINE_MS,
      limit: LARGEST_ANSWER,
    });
    if (status < 200 || status > 299) throw new FleetError('op.failed', `the webhook answered with status ${status}`);
  } finally {
    http.close();
  }
}
