/** The way to what listens on a host beside its daemon. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Duplex } from 'node:stream';
import { FleetError } from '../../../errors.ts';
import type { Patience } from '../../transport/deadline.ts';
import { isLoopback, openTcp, openUnix } from '../../transport/socket.ts';
import { clientFiles } from './client-files.ts';

/** Where something listens: at an address of the host, which may stand for all that it has, or at a socket. */
export type Place = { readonly listen: string; readonly port: number } | { readonly socket: string };

export interface Reached {
  readonly stream: Duplex;
  /** The host that its certificate must name, and the CA in PEM, where it speaks TLS. */
  readonly host: string;
  readonly ca?: string;
  /** Nothing else protects the way there. */
  readonly needsTls?: boolean;
}

const ANY: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

/** As the host itself reaches it. */
export const seenThere = (listen: string): string => (ANY.has(listen) ? '127.0.0.1' : listen);

/** `named`: a file of the endpoint's; libvirt's usual one else. Undefined where there is none that can be read. */
export async function authority(named?: string): Promise<{ readonly ca?: string }> {
  const { ca } = clientFiles({ ca: named, cert: undefined, key: undefined }, homedir(), existsSync);
  const pem = ca === undefined ? undefined : await readFile(ca, 'utf8').catch(() => undefined);
  return pem === undefined ? {} : { ca: pem };
}

export const reachHere = async (place: Place, patience: Patience): Promise<Reached> => ({
  stream:
    'socket' in place
      ? await openUnix(place.socket, patience)
      : await openTcp(seenThere(place.listen), place.port, patience),
  host: 'localhost',
  ...(await authority()),
});

/** Only what listens for other machines. Rejects with op.unsupported for all else. */
export async function reachOver(place: Place, host: string, patience: Patience): Promise<Reached> {
  if ('port' in place && !isLoopback(place.listen))
    return { stream: await openTcp(host, place.port, patience), host, ...(await authority()) };
  const where = 'port' in place ? `on ${place.listen}` : 'on a socket';
  throw new FleetError('op.unsupported', `the display is only there for ${host} itself: it listens ${where}`, {
    fix: 'reach the host by ssh instead',
  });
}
