import type { Check, Context, Endpoint } from '../contract.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { failed, step, upToFailure } from '../transport/check.ts';
import { type Account, accountOf } from './account.ts';
import { REFUSED } from './refused.ts';
import { openSession, type Session } from './session.ts';
import { readZones } from './zones.ts';

/** From the fields of the endpoint to what of its instances may be seen, up to the first that fails. */
export const testEndpoint = (endpoint: Endpoint, context: Context): Promise<readonly Check[]> =>
  upToFailure(steps(endpoint, context), context.signal);

async function* steps(endpoint: Endpoint, context: Context): AsyncGenerator<Check> {
  const { signal } = context;
  let account: Account;
  let session: Session;
  try {
    account = await accountOf(endpoint);
    yield { check: 'the endpoint is complete', ok: true, detail: account.region };
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  try {
    session = openSession(account, context);
    yield { check: "Amazon's packages are installed", ok: true, detail: 'client-ec2, credential-providers' };
  } catch (error) {
    yield failed("Amazon's packages are installed", error);
    return;
  }
  const { api, identity } = session;
  const about = { subject: endpoint.name, signal };
  try {
    yield await step('there is a login', async () => {
      const { accessKeyId, expiration } = await identity.get(signal);
      return `access key ${accessKeyId}${expiration ? `, until ${expiration.toISOString()}` : ''}`;
    });
    yield await step('EC2 takes it', async () => {
      const zones = await unlessRefused(readZones(api, about), REFUSED);
      return zones?.map(({ ZoneName }) => ZoneName).join(', ') ?? 'it may not list zones, which can be done without';
    });
    yield await step('the instances may be seen', async () => {
      const { Reservations = [] } = await api.read('DescribeInstances', { MaxResults: 5 }, about);
      return Reservations.length === 0 ? 'there are none in this region' : 'DescribeInstances is allowed';
    });
  } finally {
    session.close();
  }
}
