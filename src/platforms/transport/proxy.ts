/** Proxies for HTTP as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name them, in small letters before capitals. ALL_PROXY is not read. */
import { type IncomingMessage, request } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import { connectError, noAnswer } from './connect-error.ts';
import { type Patience, within } from './deadline.ts';
import { hostPort, isLoopback, openTcp } from './socket.ts';
import { openTls } from './tls.ts';

export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken to the proxy itself. */
  readonly secure: boolean;
  /** What it is sent as `Proxy-Authorization`: a secret. */
  readonly authorization: string | undefined;
}

interface Destination {
  readonly secure?: boolean;
  readonly host: string;
  readonly port: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const TUNNEL_MS = 10_000;
const OK = 200;
const NEEDS_LOGIN = 407;

/**
 * `HTTPS_PROXY` for what is protected by TLS, `http_proxy` for what is not, in small letters or capitals; undefined where neither is set,
 * for this machine itself and for what `NO_PROXY` names. Throws config.invalid for a value that is no address of such a proxy.
 */
export function proxyFor({ secure = true, host, port }: Destination, env: Env = process.env): HttpProxy | undefined {
  const variable = secure ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = (env[variable.toLowerCase()] || env[variable])?.trim();
  if (!value || isLoopback(host) || isExcepted(env['no_proxy'] || env['NO_PROXY'] || '', host, port)) return undefined;
  const url = URL.parse(/^[a-z][a-z0-9]*:\/\//i.test(value) ? value : `http://${value}`);
  // The value may hold a password: it is not repeated.
  if (!url || url.hostname === '' || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new FleetError('config.invalid', `${variable} is no address of an HTTP proxy`, {
      fix: `write it as http://HOST:PORT, or add ${host} to NO_PROXY`,
    });
  const isSecure = url.protocol === 'https:';
  const login = [url.username, url.password].map(decoded).join(':');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (isSecure ? 443 : 80)),
    secure: isSecure,
    authorization: login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

/** A percent sign may stand for itself in a password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `example.org,.lan,*.test,10.0.0.0/8,db1:8443,*`: a name covers those below it, and a port makes it hold for that one alone. */
function isExcepted(exceptions: string, host: string, port: number): boolean {
  return exceptions
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .some((word) => word === '*' || covers(word.toLowerCase(), host.toLowerCase().replace(/\.$/, ''), port));
}

function covers(word: string, host: string, port: number): boolean {
  if (word.includes('/')) return isInRange(word, host);
  const [, bracketed, plain, ofPort] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(word) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  const name = (bracketed ?? plain ?? word).replace(/^\*?\./, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/** `10.0.0.0/8`; names are not looked up for it. */
function isInRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const [family, most] = isIP(network) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
    return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, family);
}

/** A connection to where the request goes, straight or by the proxy that the environment names. Rejects with host.*, config.invalid or trust.tls. */
export async function openPerhapsByProxy(to: Destination, patience: Patience, env?: Env): Promise<Duplex> {
  const proxy = proxyFor(to, env);
  return proxy ? openTunnel(proxy, to, patience) : openTcp(to.host, to.port, patience);
}

/** Plain HTTP goes through a tunnel, too, so that what is sent is the same on every way. */
async function openTunnel(proxy: HttpProxy, { host, port }: Destination, patience: Patience): Promise<Duplex> {
  const name = `the proxy ${hostPort(proxy.host, proxy.port)}`;
  const link = proxy.secure ? await openTls(proxy, patience) : await openTcp(proxy.host, proxy.port, patience);
  return within(
    TUNNEL_MS,
    patience,
    () => noAnswer(name, TUNNEL_MS / 1000),
    async ({ signal }) => {
      const stop = () => void link.destroy();
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await askForTunnel(link, hostPort(host, port), proxy, name);
      } catch (error) {
        link.destroy();
        if (signal.aborted) throw signal.reason;
        throw error instanceof FleetError ? error : connectError(error, name);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  );
}

function askForTunnel(link: Duplex, to: string, { authorization }: HttpProxy, name: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path: to,
      createConnection: () => link,
      headers: { host: to, 'user-agent': 'drover', ...(authorization && { 'proxy-authorization': authorization }) },
    });
    asked.once('error', reject);
    asked.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (statusCode < OK || statusCode > 299) return reject(refused(statusCode, to, name));
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.end();
  });
}

const refused = (status: number, to: string, name: string): FleetError =>
  status === NEEDS_LOGIN
    ? new FleetError('config.invalid', `${name} refused the login, or asks for one`, {
        fix: 'write it into the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT',
      })
    : new FleetError('host.unreachable', `${name} answered ${status} when it was asked for ${to}`, { retry: true });
