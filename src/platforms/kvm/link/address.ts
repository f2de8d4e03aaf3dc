import { FleetError } from '../../../errors.ts';
import type { Endpoint, Settings } from '../../contract.ts';
import { isLoopback } from '../../transport/socket.ts';
import { checkSshNames } from '../../transport/ssh/names.ts';
import { settingsOfUri } from '../user-files/uri.ts';

/** Where a daemon is and how to get there: the fields of an endpoint, checked. */
export type Address = { readonly driver: string; readonly socket: string | undefined } & Way;

type Way =
  | { readonly transport: 'unix' }
  | {
      readonly transport: 'ssh';
      readonly host: string;
      readonly port: number | undefined;
      readonly user: string | undefined;
      readonly keyFile: string | undefined;
      readonly password: string | undefined;
      readonly knownHostsFile: string | undefined;
      readonly client: 'builtin' | 'system';
    }
  | {
      readonly transport: 'tls';
      readonly host: string;
      readonly port: number;
      readonly ca: string | undefined;
      readonly cert: string | undefined;
      readonly key: string | undefined;
    }
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number };

/** libvirtd's ports, as in /etc/services. */
const TLS_PORT = 16_514;
const TCP_PORT = 16_509;

/** Throws config.invalid for fields that don't lead anywhere, or lead there unprotected without saying so. */
export function addressOf({ name, values: given }: Endpoint): Address {
  const uri = textOf(given, 'uri');
  const values = uri === undefined ? given : { ...given, ...settingsOfUri(uri) };
  const text = (key: string) => textOf(values, key);
  const count = (key: string) => (typeof values[key] === 'number' ? values[key] : undefined);
  const required = (key: string): string => {
    const value = text(key);
    if (value === undefined)
      throw new FleetError('config.invalid', `${name}: ${key} is missing`, { fix: `drover endpoint edit ${name}` });
    return value;
  };
  const common = { driver: text('driver') ?? 'qemu:///system', socket: text('socket') };
  // An endpoint that names neither is this machine.
  const transport = text('transport') ?? (text('host') === undefined ? 'unix' : 'ssh');
  switch (transport) {
    case 'unix':
      return { ...common, transport };
    case 'ssh':
      checkSshNames({ host: required('host'), user: text('user') });
      return {
        ...common,
        transport,
        host: required('host'),
        port: count('port'),
        user: text('user'),
        keyFile: text('key'),
        password: text('password'),
        knownHostsFile: text('known-hosts'),
        client: text('ssh') === 'system' ? 'system' : 'builtin',
      };
    case 'tls':
      return {
        ...common,
        transport,
        host: required('host'),
        port: count('port') ?? TLS_PORT,
        ca: text('ca'),
        cert: text('cert'),
        key: text('client-key'),
      };
    case 'tcp': {
      const host = required('host');
      if (!isLoopback(host) && values['insecure'] !== true) {
        throw new FleetError(
          'config.invalid',
          `${name}: TCP to ${host} is not protected: anybody on the way can take the host over`,
          {
            fix: 'use ssh or tls, or say `insecure: true`',
          },
        );
      }
      return { ...common, transport, host, port: count('port') ?? TCP_PORT };
    }
    default:
      throw new FleetError('config.invalid', `${name}: there is no transport ${transport}`);
  }
}

const textOf = (values: Settings, key: string): string | undefined => {
  const value = values[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** For sentences. */
export const hostOf = (address: Address): string => (address.transport === 'unix' ? 'this machine' : address.host);
