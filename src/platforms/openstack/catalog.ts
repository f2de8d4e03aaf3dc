/** Addresses of services, out of the catalog that comes with a token. */
import { FleetError } from '../../errors.ts';
import { type Row, textOf } from '../lib/json.ts';
import { rowsIn } from './json.ts';
import type { ServiceChoice, ServiceKind } from './user-files/cloud-entry.ts';

/** By the types that the service had over the years (service-types-authority). */
const TYPES: Readonly<Record<ServiceKind, readonly string[]>> = {
  compute: ['compute'],
  image: ['image'],
  network: ['network'],
  volume: ['block-storage', 'volumev3'],
  dns: ['dns'],
  metric: ['metric'],
  object: ['object-store', 'object-storage'],
};

export interface Wanted extends Omit<ServiceChoice, 'url'> {
  readonly service: ServiceKind;
}

export interface Place {
  readonly url: string;
  readonly region: string | undefined;
}

/** Throws config.invalid where the wish leads nowhere, with what there is. */
export function findService(catalog: readonly Row[], wanted: Wanted): Place {
  const { service, region, interfaces, name } = wanted;
  const types = wanted.type === undefined ? TYPES[service] : [wanted.type];
  const places = catalog
    .filter((entry) => types.includes(textOf(entry, 'type') ?? ''))
    // A catalog of old has no names.
    .filter((entry) => name === undefined || (textOf(entry, 'name') ?? name) === name)
    .flatMap((entry) => rowsIn(entry, 'endpoints'))
    .filter((endpoint) => interfaces.includes(interfaceOf(endpoint)));
  const regions = [...new Set(places.flatMap((endpoint) => regionOf(endpoint) ?? []))];
  const there = regions.length === 0 ? '' : `there is ${regions.join(', ')}`;
  if (places.length === 0) {
    throw new FleetError(
      'config.invalid',
      `the cloud has no ${service} service for the ${interfaces.join(' or ')} interface`,
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
  const found = places
    .filter((endpoint) => region === undefined || regionOf(endpoint) === region)
    .toSorted((a, b) => interfaces.indexOf(interfaceOf(a)) - interfaces.indexOf(interfaceOf(b)))[0];
  const url = found ? textOf(found, 'url') : undefined;
  if (found && url !== undefined) return { url, region: regionOf(found) };
  throw new FleetError('config.invalid', `the cloud has no region ${region} with a ${service} service`, {
    fix: `${there}; capitals count`,
  });
}

const interfaceOf = (endpoint: Row): string => textOf(endpoint, 'interface') ?? '';
const regionOf = (endpoint: Row): string | undefined => textOf(endpoint, 'region_id') ?? textOf(endpoint, 'region');

/** The region of all services, where there is only one. */
export function onlyRegion(catalog: readonly Row[]): string | undefined {
  const regions = new Set(catalog.flatMap((entry) => rowsIn(entry, 'endpoints')).flatMap((one) => regionOf(one) ?? []));
  return regions.size === 1 ? [...regions][0] : undefined;
}
