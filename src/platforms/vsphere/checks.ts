import type { Check, Context, Endpoint } from '../contract.ts';
import { failed, resolveName, step } from '../transport/check.ts';
import { hostPort, openTcp } from '../transport/socket.ts';
import { openTls } from '../transport/tls.ts';
import { type Address, addressOf } from './address.ts';
import { normalizeError } from './normalize-error.ts';
import { retrieve, way } from './properties.ts';
import { greet, openSession, type Session } from './session.ts';
import { xml } from './soap/envelope.ts';

/** From the name of the host to what of its inventory may be seen, up to the first that fails. */
export async function testEndpoint(endpoint: Endpoint, context: Context): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for await (const check of steps(endpoint, context)) {
    checks.push(check);
    if (!check.ok) break;
  }
  return checks;
}

async function* steps(endpoint: Endpoint, context: Context): AsyncGenerator<Check> {
  const { clock, wire, signal } = context;
  let address: Address;
  try {
    address = addressOf(endpoint);
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  const { target } = address;
  const { host, port, secure } = target;
  yield await step('the name resolves', () => resolveName(host));
  yield await step('the host answers', async () => {
    (await openTcp(host, port, context)).destroy();
    return hostPort(host, port);
  });
  if (secure) {
    yield await step('the certificate is trusted', async () => {
      (await openTls(target, context)).destroy();
      return target.fingerprint === undefined ? (target.ca ?? 'by a public authority') : 'by its fingerprint';
    });
  }
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
