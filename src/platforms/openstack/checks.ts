import type { Check, Context, Endpoint } from '../contract.ts';
import { LINK_IS_PROTECTED, networkSteps } from '../lib/network-steps.ts';
import { failed, step, upToFailure } from '../transport/check.ts';
import { type Address, addressOf } from './address.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { spellVersion } from './microversion.ts';
import { readPlaces } from './places.ts';

/** From the name of the host to what may be seen of the project, up to the first that fails. */
export const testEndpoint = (endpoint: Endpoint, context: Context): Promise<readonly Check[]> =>
  upToFailure(steps(endpoint, context), context.signal);

async function* steps(endpoint: Endpoint, context: Context): AsyncGenerator<Check> {
  const { signal } = context;
  let address: Address;
  try {
    address = await addressOf(endpoint);
  } catch (error) {
    yield failed('the endpoint is complete', error);
    return;
  }
  yield* networkSteps(address.keystone, context, LINK_IS_PROTECTED);
  let cloud: Cloud | undefined;
  yield await step('the login works, and Nova answers', async () => {
    cloud = await openCloud(endpoint, address, context);
    return `${cloud.pass.user} for ${cloud.name}, microversion ${spellVersion(cloud.version)}`;
  });
  if (!cloud) return;
  const opened = cloud;
  try {
    const api = opened.compute('test');
    yield await step('it may see servers', async () => {
      await api.get('/servers', { signal, subject: opened.name, query: { limit: 1 } });
      return opened.pass.roles.join(', ') || 'it has no role';
    });
    yield await step('it sees where they run', async () => {
      const { kind, nodes } = await readPlaces(api, opened, signal);
      const what = kind === 'zones' ? 'availability zone' : 'hypervisor';
      return `${nodes.size} ${what}${nodes.size === 1 ? '' : 's'}`;
    });
  } finally {
    opened.close();
  }
}
