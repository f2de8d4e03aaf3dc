/** Addresses of services, out of the catalog that comes with a token. */
import { FleetError } from '../../errors.ts';
import { type Row, rowsIn, textOf } from './json.ts';

/** By the types that the service had over the years (service-types-authority). */
const TYPES = {
  compute: ['compute'],
  image: ['image'],
  volume: ['block-storage', 'volumev3'],
} as const;
export type Service = keyof typeof TYPES;

export interface Wanted {
  readonly service: Service;
  readonly interface: string;
  /** Undefined: the only one there is. */
  readonly region: string | undefined;
}

export interface Place {
  readonly url: string;
  readonly region: string | undefined;
}

/** Throws config.invalid where the wish leads nowhere, with what there is. */
export function findService(catalog: readonly Row[], wanted: Wanted): Place {
  const { service, region } = wanted;
  const types: readonly string[] = TYPES[service];
  const places = catalog
    .filter((entry) => types.includes(textOf(entry, 'type') ?? ''))
    .flatMap((entry) => rowsIn(entry, 'endpoints'))
    .filter((endpoint) => textOf(endpoint, 'interface') === wanted.interface);
  const regions = [...new Set(places.flatMap((endpoint) => regionOf(endpoint) ?? []))];
  const there = regions.length === 0 ? '' : `there is ${regions.join(', ')}`;
  if (places.length === 0) {
    throw new FleetError(
      'config.invalid',
      `the cloud has no ${service} service for the ${wanted.interface} interface`,
      {
        fix: 'check `interface`, and that the login is for a project',
      },
    );
  }
  if (region === undefined && regions.length > 1) {
    throw new FleetError('config.invalid', 'the cloud has several regions', {
      fix: `say which as \`region\`: ${there}`,
    });
  }
  const found = places.find((endpoint) => region === undefined || regionOf(endpoint) === region);
  const url = found ? textOf(found, 'url') : undefined;
  if (found && url !== undefined) return { url, region: regionOf(found) };
  throw new FleetError('config.invalid', `the cloud has no region ${region} with a ${service} service`, {
    fix: `${there}; capitals count`,
  });
}

const regionOf = (endpoint: Row): string | undefined => textOf(endpoint, 'region_id') ?? textOf(endpoint, 'region');
