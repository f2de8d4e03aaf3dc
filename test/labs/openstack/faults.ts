/** What can go wrong with the cloud on order. `mendCloud` undoes all of it: for `afterEach`. */
import { until } from '../until.ts';
import { runs, type ServiceName, signalTo } from './services.ts';
import type { Site } from './site.ts';

export { cutLink, restoreLink } from './cloud.ts';
export { mendCloud } from './ready.ts';

/**
 * It hangs: takes connections and answers nothing. `keystone` so that no token is checked, `nova-api` so that no
 * request is answered, `nova-conductor` or `nova-compute1` so that what was accepted is not done.
 */
export const pauseService = (site: Site, name: ServiceName): Promise<void> => signalTo(site, name, 'STOP');
export const resumeService = (site: Site, name: ServiceName): Promise<void> => signalTo(site, name, 'CONT');

/** It dies without a word. What asks for it through the front door gets 503. */
export async function killService(site: Site, name: ServiceName): Promise<void> {
  await signalTo(site, name, 'KILL');
  await until(`${name} is dead`, 5_000, async () => !(await runs(site, name)));
}
