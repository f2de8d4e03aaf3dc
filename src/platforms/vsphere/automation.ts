/**
 * The vSphere Automation API: JSON on the same server, for what the Web Services API does not have. It has sessions of its own:
 * one is begun when it is first needed.
 */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { asRow, textOf } from '../lib/json.ts';
import type { Http } from '../transport/http/http.ts';
import { createRest, type Rest, type RestQueries } from '../transport/http/rest.ts';
import { createTokens } from '../transport/http/rest-token.ts';
import { readJson } from '../transport/json.ts';

export interface Automation extends Rest, RestQueries {
  /** Ends the session, where there is one; never throws. */
  logout(signal: AbortSignal): Promise<void>;
}

interface AutomationParts {
  /** Without a base. */
  readonly http: Http;
  readonly clock: Clock;
  /** For sentences. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

const SESSION = '/rest/com/vmware/cis/session';
const LOGIN_MS = 20_000;

export function createAutomation({ http, clock, host, user, password }: AutomationParts): Automation {
  let begun: string | undefined;
  /** A server without it is not asked again. */
  let absent: FleetError | undefined;
  const headers = (token: string) => ({ 'vmware-api-session-id': token });
  const tokens = createTokens<string>({
    async login() {
      if (absent) throw absent;
      const answer = await http.send({
        method: 'POST',
        path: SESSION,
        // nothing but a session comes of it, and one whose answer was lost runs out by itself
        kind: 'reads',
        signal: new AbortController().signal,
        deadlineMs: LOGIN_MS,
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        },
      });
      if (answer.status === 401)
        throw new FleetError('auth.rejected', `${host} refused the login of ${user} to its Automation API`);
      const body = answer.status === 200 ? await readJson(answer.body).catch(() => undefined) : undefined;
      begun = body === undefined ? undefined : textOf(asRow(body, 'a session'), 'value');
      if (begun !== undefined) return begun;
      const error = new FleetError(
        answer.status === 404 ? 'op.unsupported' : 'op.failed',
        `${host} begins no session of its Automation API: its answer has the status ${answer.status}`,
      );
      if (answer.status === 404) absent = error;
      throw error;
    },
  });
  return {
    ...createRest({ http, clock, login: { ...tokens, headers } }),
    async logout(signal) {
      if (begun === undefined) return;
      const request = { method: 'DELETE', path: SESSION, kind: 'reads', signal, headers: headers(begun) } as const;
      await http.send(request).catch(() => undefined);
    },
  };
}
