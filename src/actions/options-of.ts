import type { EndpointName } from '../ids.ts';
import type { Field } from '../platforms/contract.ts';
import type { ObjectAction } from './action.ts';
import type { Services } from './services.ts';

/** What can be said of an action: its own options, or the settings that the platform of the endpoint has in its mode. */
export function optionsOf(
  { settings: mode, options = [] }: Pick<ObjectAction, 'settings' | 'options'>,
  endpoint: EndpointName,
  { manifests, store }: Pick<Services, 'manifests' | 'store'>,
): readonly Field[] {
  if (mode === undefined) return options;
  const platform = store.fleet.endpoints.get(endpoint)?.platform;
  const settings = manifests.find(({ id }) => id === platform)?.settings ?? [];
  return settings.filter((field) => field.in[mode] === 'write');
}
