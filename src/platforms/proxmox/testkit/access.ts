/** Who may come in: tickets with and without a second factor, CSRF tokens, API tokens. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../../clock.ts';
import { totp } from '../totp.ts';
import { refusal } from './refusal.ts';

export const ACCOUNTS = {
  root: { user: 'root@pam', password: 'correct horse: battery+staple/=' },
  guarded: { user: 'guarded@pve', password: 'two locks', totp: 'JBSWY3DPEHPK3PXP' },
  token: { id: 'drover@pve!suite', secret: '6f2c1d1e-74a5-4c58-9b4e-3a3e0d6b6c11' },
} as const;

export interface Access {
  /** The answer to POST /access/ticket. */
  ticket(form: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>;
  /** Who asks. Throws a refusal. */
  user(method: string, headers: IncomingHttpHeaders): string;
  /** From now on every ticket that was given out is too old. */
  expireAll(): void;
  /** How often a client has tried to log in. */
  readonly logins: number;
}

export function createAccess(clock: Clock): Access {
  const tickets = new Map<string, { readonly user: string; readonly csrf: string }>();
  const challenges = new Map<string, string>();
  let logins = 0;

  function issue(user: string) {
    const ticket = `PVE:${user}:${randomUUID()}::sig+na/ture==`;
    const csrf = `66F0AB12:${randomUUID()}`;
    tickets.set(ticket, { user, csrf });
    return { ticket, username: user, CSRFPreventionToken: csrf, clustername: 'lab', cap: {} };
  }
  const failed = () => refusal(401, 'authentication failure');

  return {
    get logins() {
      return logins;
    },
    expireAll: () => tickets.clear(),
    ticket({ username = '', password = '', 'tfa-challenge': challenge }) {
      logins++;
      if (challenge !== undefined) {
        const user = challenges.get(challenge);
        challenges.delete(challenge);
        const code = totp(ACCOUNTS.guarded.totp, clock.now());
        if (user === undefined || user !== username || password !== `totp:${code}`) throw failed();
        return issue(user);
      }
      if (tickets.get(password)?.user === username) return issue(username);
      if (username === ACCOUNTS.root.user && password === ACCOUNTS.root.password) return issue(username);
      if (username !== ACCOUNTS.guarded.user || password !== ACCOUNTS.guarded.password) throw failed();
      const half = `PVE:!tfa!${randomUUID()}`;
      challenges.set(half, username);
      return { ticket: half, username, CSRFPreventionToken: 'none', NeedTFA: 1 };
    },
    user(method, { cookie = '', authorization = '', csrfpreventiontoken }) {
      const encoded = /PVEAuthCookie=([^;]+)/.exec(cookie)?.[1];
      if (encoded !== undefined) {
        const found = tickets.get(decodeURIComponent(encoded));
        if (!found) throw refusal(401, 'permission denied - invalid PVE ticket');
        if (method !== 'GET' && csrfpreventiontoken !== found.csrf) {
          throw refusal(401, 'Permission denied - invalid csrf token');
        }
        return found.user;
      }
      const [, id, secret] = /^PVEAPIToken=([^=]+)=(.+)$/.exec(authorization) ?? [];
      if (id === undefined) throw refusal(401, 'No ticket');
      if (id === ACCOUNTS.token.id && secret === ACCOUNTS.token.secret) return id;
      throw refusal(401, 'invalid token value!');
    },
  };
}
