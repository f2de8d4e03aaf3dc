/** The keys that every kind has which is listed for an endpoint. */
import { endpointOf, type Id } from '../ids.ts';
import type { Trouble } from '../platforms/contract.ts';
import type { KindKey } from './kind-spec.ts';

export const endpointKey: KindKey = {
  id: 'endpoint',
  type: 'text',
  help: 'the endpoint that it is seen through',
  always: true,
  title: 'ENDPOINT',
};

export const errorKey: KindKey = {
  id: 'error',
  type: 'text',
  help: 'what is wrong with it',
  title: 'TROUBLE',
  shrinksTo: 10,
};

export const idKey: KindKey = {
  id: 'id',
  type: 'text',
  help: 'its id: that of its endpoint, `/`, and what the platform calls it',
  always: true,
};

/** The values of these keys. */
export const listedRow = ({ id, trouble }: { readonly id: Id; readonly trouble: Trouble | undefined }) => ({
  endpoint: endpointOf(id),
  error: trouble?.message,
  id,
});

/** Programs read unknown as null. */
export const whole = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
