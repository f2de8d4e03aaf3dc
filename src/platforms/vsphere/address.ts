import { FleetError } from '../../errors.ts';
import type { Endpoint, Settings } from '../contract.ts';
import { type HttpTarget, readHttpTarget } from '../transport/http/target.ts';

/** Where a vCenter or ESX host is and who logs in: the fields of an endpoint, checked. */
export interface Address {
  readonly target: HttpTarget;
  readonly user: string;
  readonly password: string | undefined;
}

const HTTPS_PORT = 443;
/** Of the API on every vCenter and ESX host. */
const API = '/sdk';

/** Throws config.invalid for fields that don't lead anywhere. */
export function addressOf({ name, values }: Endpoint): Address {
  const required = (key: string): string => {
    const value = textOf(values, key);
    if (value !== undefined) return value;
    throw new FleetError('config.invalid', `${name}: ${key} is missing`, { fix: `drover endpoint edit ${name}` });
  };
  const target = readHttpTarget(required('url'), { endpoint: name, port: HTTPS_PORT, plainAllowed: false });
  const ca = textOf(values, 'ca');
  const fingerprint = textOf(values, 'fingerprint');
  return {
    target: {
      ...target,
      base: target.base === '' ? API : target.base,
      ...(ca === undefined ? {} : { ca }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    user: required('user'),
    password: textOf(values, 'password'),
  };
}

const textOf = (values: Settings, key: string): string | undefined => {
  const value = values[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
