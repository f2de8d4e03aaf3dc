/** libvirt's connection URIs (https://libvirt.org/uri.html): `driver[+transport]://[user@][host][:port]/path[?…]`. */
import { FleetError } from '../../errors.ts';
import type { Settings } from '../contract.ts';

const TRANSPORTS: Readonly<Record<string, string>> = {
  unix: 'unix',
  ssh: 'ssh',
  libssh: 'ssh',
  libssh2: 'ssh',
  tls: 'tls',
  tcp: 'tcp',
};

/** Parameters that stand for a field of the endpoint. */
const FIELDS: Readonly<Record<string, string>> = { socket: 'socket', keyfile: 'key', known_hosts: 'known-hosts' };
/** Parameters that change nothing here. */
const HARMLESS = new Set(['no_tty', 'sshauth', 'proxy', 'mode', 'netcat', 'tls_priority', 'name']);

/** The endpoint fields that a URI stands for. Throws config.invalid for what can't be reached, or only unsafely. */
export function settingsOfUri(uri: string): Settings {
  const match =
    /^([a-z]+)(?:\+([a-z0-9]+))?:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/?]*)(?::(\d+))?(\/[^?]*)?(?:\?(.*))?$/.exec(uri);
  const wrong = (why: string) =>
    new FleetError('config.invalid', `${uri}: ${why}`, { fix: 'write it like qemu+ssh://root@host/system' });
  if (!match) throw wrong('not a libvirt URI');
  const [, scheme = '', transportName, user, bracketed = '', port, path = '/', query = ''] = match;
  const host = bracketed.replace(/^\[|\]$/g, '');
  const transport = TRANSPORTS[transportName ?? (host === '' ? 'unix' : 'tls')];
  if (transport === undefined) throw wrong(`drover knows no transport ${transportName}`);
  if (transport === 'unix' && host !== '') throw wrong('a unix socket is on this machine: leave the host out');
  if (transport !== 'unix' && host === '') throw wrong('the host is missing');

  const parameters = new URLSearchParams(query);
  const values: Record<string, string | number> = {
    transport,
    driver: parameters.get('name') ?? `${scheme}://${path.startsWith('/') ? path : `/${path}`}`,
  };
  if (host !== '') values['host'] = host;
  if (user !== undefined) values['user'] = decodeURIComponent(user);
  if (port !== undefined) values['port'] = Number(port);
  for (const [name, value] of parameters) {
    const field = FIELDS[name];
    if (field !== undefined) values[field] = value;
    else if (name === 'pkipath') Object.assign(values, pkiFiles(value));
    else if (name === 'no_verify' && value !== '0')
      throw wrong('no_verify is not supported: hosts are always verified');
    else if (!HARMLESS.has(name) && name !== 'no_verify') throw wrong(`drover knows no parameter ${name}`);
  }
  return values;
}

/** The names that libvirt expects in the folder. */
const pkiFiles = (folder: string) => ({
  ca: `${folder}/cacert.pem`,
  cert: `${folder}/clientcert.pem`,
  'client-key': `${folder}/clientkey.pem`,
});
