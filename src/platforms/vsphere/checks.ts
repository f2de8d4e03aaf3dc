import type { Check, Context, Endpoint } from '../contract.ts';
import { networkSteps, type TlsStep } from '../lib/network-steps.ts';
import { failed, step, upToFailure } from '../transport/check.ts';
import { type Address, addressOf } from './address.ts';
import { normalizeError } from './normalize-error.ts';
import { retrieve, way } from './properties.ts';
import { greet, openSession, type Session } from './session.ts';
import { xml } from './soap/envelope.ts';

/** From the name of the host to what of its inventory may be seen, up to the first that fails. */
export const testEndpoint = (endpoint: Endpoint, context: Context): Promise<readonly Check[]> =>
  upToFailure(steps(endpoint, context), context.signal);

const TLS: TlsStep = {
  check: 'the certificate is trusted',
  verified: ({ ca, fingerprint }) =>
    fingerprint === undefined ? (ca ?? 'by a public authority') : 'by its fingerprint',
};

async function* steps(endpoint: Endpoint, context: Context): AsyncGenerator<Check> {
  const { clock, wire, signal } = context;
  let address: Address;
  try {
    address = addressOf(endpoint);
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  yield* networkSteps(address.target, context, TLS);
  yield await step('it is vSphere', async () => {
    const greeted = await greet({ endpoint: endpoint.name, clock, wire }, address, signal);
    greeted.close();
    return greeted.content.fullName;
  });
  let session: Session | undefined;
  yield await step('the login works', async () => {
    session = await openSession(endpoint.name, address, context);
    return address.user;
  });
  if (!session) return;
  const opened = session;
  try {
    yield await step('the inventory may be seen', () => hostsSeen(opened, signal));
  } finally {
    await opened.close();
  }
}

/** A login without rights gets an empty inventory, not an error. */
async function hostsSeen(session: Session, signal: AbortSignal): Promise<string> {
  const down = ['folder', 'hosts', 'host'];
  const ways = xml`${[
    way('folder', 'Folder', 'childEntity', down),
    way('hosts', 'Datacenter', 'hostFolder', down),
    way('host', 'ComputeResource', 'host', []),
  ]}`;
  const names: string[] = [];
  await retrieve(
    session,
    [{ type: 'HostSystem', paths: ['name'] }],
    { from: [session.content.rootFolder], ways },
    signal,
    ({ values }) => names.push(values.get('name')?.text ?? ''),
  ).catch((error: unknown) => {
    throw normalizeError(error, session.host);
  });
  if (names.length === 0) return 'no host of it: VMs are shown without one';
  return `${names.length} ${names.length === 1 ? 'host' : 'hosts'}`;
}
