/**
 * libvirt's connection URIs (https://libvirt.org/uri.html) as virsh reads them: `driver[+transport]://[user@][host][:port]/path[?…]`,
 * with libxml2's rules for characters. What drover can't follow is refused, never passed over.
 */
import { FleetError } from '../../../errors.ts';

const TRANSPORTS: Readonly<Record<string, 'unix' | 'ssh' | 'tls' | 'tcp'>> = {
  unix: 'unix',
  ssh: 'ssh',
  libssh: 'ssh',
  libssh2: 'ssh',
  tls: 'tls',
  tcp: 'tcp',
};

/** The daemons' sockets by the parameter `mode`; with `auto` drover looks as libvirt does. */
const MODES: Readonly<Record<string, ((driver: string) => string) | undefined>> = {
  auto: undefined,
  legacy: () => '/run/libvirt/libvirt-sock',
  direct: (driver) => `/run/libvirt/virt${driver}d-sock`,
};

/** Parameters that the client takes out; all others are the driver's on the other side. */
const OWN = new Set([
  'command',
  'socket',
  'auth',
  'sshauth',
  'netcat',
  'keyfile',
  'pkipath',
  'known_hosts',
  'known_hosts_verify',
  'tls_priority',
  'mode',
  'proxy',
  'no_sanity',
  'no_verify',
  'no_tty',
  'authfile',
]);
const NUMBERS = ['no_sanity', 'no_verify', 'no_tty'];

const CHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})";
const URI = new RegExp(
  `^([A-Za-z][A-Za-z0-9.-]*)(?:\\+([A-Za-z0-9.+-]*))?:` +
    `(?://(?:((?:${CHAR}|:)+)@)?(\\[[^\\]\\s]*\\]|${CHAR}*)(?::(\\d+))?(?=[/?]|$)|(?!//))` +
    `((?:${CHAR}|[:@/])*)(?:\\?((?:${CHAR}|[:@/?])*))?$`,
);

/** Why an endpoint with this URI can't be connected, without a full stop and without the URI; undefined when it can be tried. */
export function uriProblem(uri: string): string | undefined {
  try {
    settingsOfUri(uri);
    return undefined;
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return error.message.slice(`${uri}: `.length);
  }
}

/** The endpoint fields that a URI stands for. Throws config.invalid for what can't be reached, or only unsafely. */
export function settingsOfUri(uri: string): Readonly<Record<string, string | number>> {
  const wrong = (why: string) =>
    new FleetError('config.invalid', `${uri}: ${why}`, { fix: 'write it like qemu+ssh://root@host/system' });
  const match = URI.exec(uri);
  // libxml2 takes all that follows for the user's name then.
  if (/^[^/]*:\/\/@/.test(uri)) throw wrong('the user before @ is missing');
  if (!match) throw wrong('not a libvirt URI');
  const [, scheme = '', transportName, user, server = '', portText, path = '', query = ''] = match;
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong('what is written with % is not UTF-8');
    }
  };
  const parameters = parametersOf(query).map(([name, value]) => [decoded(name), decoded(value)] as const);
  // Of several by one name the last one counts, whatever its case.
  const given = new Map(parameters.map(([name, value]) => [name.toLowerCase(), value]));
  const host = decoded(server).replace(/^\[(.*)\]$/, '$1');
  // One without a host is none.
  const port = host === '' ? 0 : Number(portText ?? 0);

  const means = (transportName ?? (host === '' ? 'unix' : 'tls')).toLowerCase();
  if (means === 'ext') throw wrong('drover runs no external command as a transport');
  const transport = TRANSPORTS[means];
  if (transport === undefined) throw wrong(`drover knows no transport ${transportName}`);
  if (transport === 'unix' && host !== '') throw wrong('a unix socket is on this machine: leave the host out');
  if (port > 65_535) throw wrong('there is no such port');
  refuseUnfollowed(given, means, wrong);

  const driver = given.get('name') ?? driverOf(scheme, path, parameters);
  if (driver === '') throw wrong('it leaves the driver to the daemon: name it, as in ?name=qemu:///system');
  if (!/^[A-Za-z]+:\/\/\/./.test(driver)) throw wrong(`${driver} names nothing that a daemon opens`);
  const socket =
    transport === 'unix' || transport === 'ssh' ? socketOf(given, scheme, driver, transport, wrong) : undefined;
  const values: Record<string, string | number> = { transport, driver };
  // Without a host libvirt means this machine, also by network.
  if (transport !== 'unix') values['host'] = host === '' ? 'localhost' : host;
  if (transport === 'ssh' && user !== undefined) values['user'] = decoded(user);
  if (port !== 0 && transport !== 'unix') values['port'] = port;
  if (socket !== undefined) values['socket'] = socket;
  const [key, knownHosts, pki] = [given.get('keyfile'), given.get('known_hosts'), given.get('pkipath')];
  if (transport === 'ssh' && key !== undefined) values['key'] = key;
  if (transport === 'ssh' && knownHosts !== undefined) values['known-hosts'] = knownHosts;
  if (transport === 'tls' && pki !== undefined) Object.assign(values, pkiFiles(pki));
  return values;
}

/** `a=1&b`: separated by `&`, or by `;` after the last of those; `=x` is nothing. Still encoded. */
function parametersOf(query: string): readonly (readonly [name: string, value: string])[] {
  const last = query.lastIndexOf('&') + 1;
  const parts = [...query.slice(0, last).split('&'), ...query.slice(last).split(';')];
  return parts.flatMap((part) => {
    const at = part.indexOf('=');
    const [name, value] = at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    return name === '' ? [] : [[name, value] as const];
  });
}

/** What the other side opens: without what was meant for the client. */
function driverOf(scheme: string, path: string, parameters: readonly (readonly [string, string])[]): string {
  if (scheme === 'remote') return '';
  const rest = parameters.flatMap(([name, value]) =>
    OWN.has(name.toLowerCase()) ? [] : [`${name}=${encodeURIComponent(value).replace(/[!'()*]/g, percent)}`],
  );
  return `${scheme}://${path}${rest.length === 0 ? '' : `?${rest.join('&')}`}`;
}

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

function refuseUnfollowed(given: ReadonlyMap<string, string>, means: string, wrong: (why: string) => FleetError): void {
  for (const name of NUMBERS) {
    const value = given.get(name);
    if (value !== undefined && !/^\s*[+-]?\d+$/.test(value)) throw wrong(`${name} must be a number`);
  }
  const verified = 'hosts are always verified';
  if (Number(given.get('no_verify') ?? 0) !== 0) throw wrong(`no_verify is not supported: ${verified}`);
  if (means.startsWith('libssh')) {
    const how = given.get('known_hosts_verify') ?? 'normal';
    if (how === 'ignore') throw wrong(`known_hosts_verify=ignore is not supported: ${verified}`);
    if (how !== 'normal' && how !== 'auto') throw wrong(`known_hosts_verify is normal or auto, not ${how}`);
  }
  const command = given.get('command');
  if (means === 'ssh' && command !== undefined && command.split('/').at(-1) !== 'ssh')
    throw wrong('command is not supported: drover logs in by itself, or with `ssh: system`');
  const mode = given.get('mode');
  if (mode !== undefined && !Object.hasOwn(MODES, mode)) throw wrong(`there is no mode ${mode}`);
  const proxy = given.get('proxy');
  if (proxy !== undefined && !['auto', 'netcat', 'native'].includes(proxy)) throw wrong(`there is no proxy ${proxy}`);
  if (means !== 'tls' && means !== 'tcp' && proxy === 'native' && given.has('netcat'))
    throw wrong('netcat and proxy=native contradict each other');
}

function socketOf(
  given: ReadonlyMap<string, string>,
  scheme: string,
  driver: string,
  transport: 'unix' | 'ssh',
  wrong: (why: string) => FleetError,
): string | undefined {
  const mode = given.get('mode') ?? 'auto';
  const socket = given.get('socket');
  if (socket !== undefined) {
    if (!socket.startsWith('/')) throw wrong('the socket must be a whole path');
    return socket;
  }
  const socketFor = MODES[mode];
  if (!socketFor) return undefined;
  if (mode === 'direct' && transport === 'ssh') throw wrong('mode=direct is for sockets of this machine');
  if (driver.endsWith('/session')) throw wrong(`mode=${mode} of a session: name its socket instead`);
  return socketFor(scheme);
}

/** The names that libvirt expects in the folder. */
const pkiFiles = (folder: string) => ({
  ca: `${folder}/cacert.pem`,
  cert: `${folder}/clientcert.pem`,
  'client-key': `${folder}/clientkey.pem`,
});
