import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long a busy server wants to be left alone, RFC 9110 §10.2.3: seconds, or a date. A date is the server's time, which
 * may be wrong: it is taken against the date of the same answer, and only without one against ours.
 */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number = Date.now()): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const theirNow = Date.parse(headers.date ?? '');
  return Math.max(0, until - (Number.isNaN(theirNow) ? now : theirNow));
}
