import { FleetError } from '../../errors.ts';
import type { Check, Context, Endpoint } from '../contract.ts';
import { failed, resolveName } from '../transport/check.ts';
import { createHttp, type Http } from '../transport/http/http.ts';
import { createRest } from '../transport/http/rest.ts';
import { targetName } from '../transport/http/target.ts';
import { openTcp } from '../transport/socket.ts';
import { openTls } from '../transport/tls.ts';
import { type Address, addressOf } from './address.ts';
import { createApi } from './api.ts';
import { asRow, asRows, flagOf, textOf } from './json.ts';
import { createLogin, userOf } from './login.ts';

/** From the name of the host to the right to manage its guests, up to the first that fails. */
export async function testEndpoint(endpoint: Endpoint, context: Context): Promise<readonly Check[]> {
  const { clock, wire, signal } = context;
  let address: Address;
  try {
    address = addressOf(endpoint);
  } catch (error) {
    return [failed('the endpoint is complete', error)];
  }
  const http = createHttp({ target: address.target, endpoint: endpoint.name, clock, wire, channel: 'test' });
  const checks: Check[] = [];
  try {
    for (const [check, look] of steps(address, http, context)) {
      const done = await look().then(
        (finding): Check => ({ check, ok: true, ...finding }),
        (error: unknown) => failed(check, error),
      );
      signal.throwIfAborted();
      checks.push(done);
      if (!done.ok) break;
    }
  } finally {
    http.close();
  }
  return checks;
}

type Finding = Pick<Check, 'detail' | 'fix'>;
type Step = readonly [check: string, look: () => Promise<Finding>];

function steps({ target, identity }: Address, http: Http, context: Context): readonly Step[] {
  const { signal, clock, ask } = context;
  const login = createLogin({ http, clock, ask, identity, signal });
  const api = createApi(createRest({ http, clock, login }));
  const name = targetName(target);
  const read = (path: string) => api.get(path, { signal, subject: name });
  return [
    ['the name resolves', async () => ({ detail: await resolveName(target.host) })],
    [
      'the host answers',
      async () => {
        (await openTcp(target.host, target.port, context)).destroy();
        return { detail: name };
      },
    ],
    [
      'the link is protected',
      async () => {
        if (!target.secure) return { detail: 'no: plain HTTP', fix: 'use https' };
        (await openTls(target, context)).destroy();
        return { detail: `the certificate is ${target.fingerprint === undefined ? 'trusted' : 'the pinned one'}` };
      },
    ],
    [
      'the login works',
      async () => {
        await read('/version');
        return { detail: userOf(identity) };
      },
    ],
    [
      'it is Proxmox VE',
      async () => ({ detail: textOf(asRow(await read('/version'), name), 'version') ?? 'of some version' }),
    ],
    ['it may see and switch guests', async () => rightsIn(asRow(await read('/access/permissions'), name))],
    ['the cluster can decide', async () => quorumIn(await read('/cluster/status').catch(unlessForbidden), name)],
  ];
}

const NEEDED = ['VM.Audit', 'VM.PowerMgmt'];

/** `{"/vms/100": {"VM.Audit": 1}}`: rights on any guest are enough to be of use. */
function rightsIn(permissions: Readonly<Record<string, unknown>>): Finding {
  const rights = new Set(Object.values(permissions).flatMap((row) => Object.keys(asRow(row, 'the rights'))));
  const missing = NEEDED.filter((right) => !rights.has(right));
  if (missing.length === 0) return { detail: NEEDED.join(', ') };
  const fix = 'give the login a role like PVEVMAdmin on /vms; an API token with separated privileges needs it too';
  if (missing.includes('VM.Audit')) {
    throw new FleetError('auth.forbidden', `this login lacks the right ${missing.join(' and ')} on every guest`, {
      fix,
    });
  }
  return { detail: `it may look only: ${missing.join(', ')} is missing`, fix };
}

function quorumIn(data: unknown, name: string): Finding {
  const row = asRows(data, name).find((one) => one['type'] === 'cluster');
  if (!row) return { detail: 'a single node' };
  if (flagOf(row, 'quorate')) return { detail: `${textOf(row, 'name')}: it has quorum` };
  return { detail: `${textOf(row, 'name')}: no quorum, nothing can be changed`, fix: 'bring the missing nodes back' };
}

function unlessForbidden(error: unknown): readonly [] {
  if (error instanceof FleetError && error.code === 'auth.forbidden') return [];
  throw error;
}
