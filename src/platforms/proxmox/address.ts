import { FleetError } from '../../errors.ts';
import type { Endpoint } from '../contract.ts';
import { type HttpTarget, readHttpTarget } from '../transport/http/target.ts';

/** Where a cluster is and who logs in: the fields of an endpoint, checked. */
export interface Address {
  readonly target: HttpTarget;
  readonly identity: Identity;
}

export type Identity =
  | { readonly kind: 'token'; readonly id: string; readonly secret: string }
  | {
      readonly kind: 'password';
      readonly user: string;
      /** Undefined: the user must be asked. */
      readonly password: string | undefined;
      readonly totp: string | undefined;
    };

const PORT = 8006;

/** Throws config.invalid for fields that lead nowhere. */
export function addressOf({ name, values }: Endpoint): Address {
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const required = (key: string): string => {
    const value = text(key);
    if (value !== undefined) return value;
    throw new FleetError('config.invalid', `${name}: ${key} is missing`, { fix: `drover endpoint edit ${name}` });
  };
  const rules = { endpoint: name, port: PORT, plainAllowed: values['insecure'] === true };
  const target = readHttpTarget(required('host'), rules);
  const [ca, fingerprint] = [text('ca'), text('fingerprint')];
  const user = required('user');
  return {
    target: {
      ...target,
      base: `${target.base}/api2/json`,
      ...(ca === undefined ? {} : { ca }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    identity: identity(),
  };

  function identity(): Identity {
    if (text('login') === 'password' || (text('login') === undefined && text('secret') === undefined)) {
      return { kind: 'password', user, password: text('password'), totp: text('totp') };
    }
    const id = user.includes('!') ? user : `${user}!${required('token')}`;
    return { kind: 'token', id, secret: required('secret') };
  }
}
