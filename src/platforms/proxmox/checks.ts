import { FleetError } from '../../errors.ts';
import type { Check, Context, Endpoint } from '../contract.ts';
import { asRow, asRows, type Row, textOf } from '../lib/json.ts';
import { LINK_IS_PROTECTED, networkSteps, type TlsStep } from '../lib/network-steps.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { type Finding, failed, step, upToFailure } from '../transport/check.ts';
import { createHttp } from '../transport/http/http.ts';
import { createRest } from '../transport/http/rest.ts';
import { targetName } from '../transport/http/target.ts';
import { type Address, addressOf } from './address.ts';
import { createApi } from './api.ts';
import { flagOf } from './json.ts';
import { createLogin, userOf } from './login.ts';

/** From the name of the host to the right to manage its guests, up to the first that fails. */
export const testEndpoint = (endpoint: Endpoint, context: Context): Promise<readonly Check[]> =>
  upToFailure(steps(endpoint, context), context.signal);

const TLS: TlsStep = { ...LINK_IS_PROTECTED, plain: { detail: 'no: plain HTTP', fix: 'use https' } };

async function* steps(endpoint: Endpoint, context: Context): AsyncGenerator<Check> {
  const { clock, wire, signal, ask } = context;
  let address: Address;
  try {
    address = addressOf(endpoint);
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  const { target, identity } = address;
  yield* networkSteps(target, context, TLS);
  const http = createHttp({ target, endpoint: endpoint.name, clock, wire, channel: 'test' });
  try {
    const login = createLogin({ http, clock, ask, identity, signal });
    const api = createApi(createRest({ http, clock, login }));
    const name = targetName(target);
    const read = (path: string) => api.get(path, { signal, subject: name });
    yield await step('the login works', async () => {
      await read('/version');
      return userOf(identity);
    });
    const version = async () => textOf(asRow(await read('/version'), name), 'version') ?? 'of some version';
    yield await step('it is Proxmox VE', version);
    yield await step('it may see and switch guests', async () =>
      rightsIn(asRow(await read('/access/permissions'), name)),
    );
    yield await step('the cluster can decide', async () =>
      quorumIn((await unlessRefused(read('/cluster/status').then((data) => asRows(data, name)))) ?? []),
    );
  } finally {
    http.close();
  }
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

function quorumIn(rows: readonly Row[]): Finding {
  const row = rows.find((one) => one['type'] === 'cluster');
  if (!row) return { detail: 'a single node' };
  if (flagOf(row, 'quorate')) return { detail: `${textOf(row, 'name')}: it has quorum` };
  return { detail: `${textOf(row, 'name')}: no quorum, nothing can be changed`, fix: 'bring the missing nodes back' };
}
