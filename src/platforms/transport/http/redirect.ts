import { FleetError } from '../../../errors.ts';
import type { HttpResponse } from './exchange.ts';
import { plainLine, redactPath } from './wire.ts';

/**
 * An answer that sends the client elsewhere is none: following it could carry a login to another machine, and do a change
 * twice. Undefined for every other answer. 300 is a list of choices, with which OpenStack's services say their versions.
 */
export function redirected(
  { status, headers }: HttpResponse,
  said: string,
  kind: 'reads' | 'mutates',
): FleetError | undefined {
  if (status < 300 || status > 399 || (status === 300 && headers.location === undefined)) return undefined;
  const target = headers.location === undefined ? 'nowhere' : plainLine(redactPath(headers.location), 200);
  const words = `${said} was redirected to ${target} (status ${status})`;
  // RFC 9110 §15.4.4: the place to look at what a change has become.
  if (kind === 'mutates' && status === 303) {
    return new FleetError('outcome.unknown', `${words}; it may have been done or not`, {
      fix: 'look at its state before you repeat it',
    });
  }
  return new FleetError('host.protocol', words, {
    fix: 'give the endpoint that address if it is the right one; else look for a login page or a proxy in between',
  });
}
