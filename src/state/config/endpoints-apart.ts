/** Endpoints that are added together: one for each value of a field that takes several, as the regions of one account. */
import type { EndpointField } from '../../platforms/contract.ts';
import type { EndpointChanges } from './change.ts';

export interface EndpointToAdd<Values extends EndpointChanges> {
  readonly name: string;
  readonly values: Values;
}

const wordsOf = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
    : [];

/** Whether several are said of which an endpoint has one. */
export const saysSeveral = ({ apart }: EndpointField, value: unknown): boolean =>
  apart === true && typeof value === 'string' && value.includes(',');

/**
 * `prod` with `region: eu-west-1, us-east-1` is `prod-eu-west-1` and `prod-us-east-1`, each with all other values; the group `prod`
 * has both then. With one value it is `prod` itself.
 */
export function endpointsToAdd<Values extends EndpointChanges>(
  name: string,
  fields: readonly EndpointField[],
  values: Values,
): readonly EndpointToAdd<Values>[] {
  const field = fields.find((one) => saysSeveral(one, values[one.key]));
  const words = field ? [...new Set(wordsOf(values[field.key]))] : [];
  const [one, ...others] = words;
  if (!field || one === undefined) return [{ name, values }];
  if (others.length === 0) return [{ name, values: { ...values, [field.key]: one } }];
  return words.map((word) => ({ name: `${name}-${word}`, values: { ...values, [field.key]: word } }));
}
