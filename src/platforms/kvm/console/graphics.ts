/** Displays of a guest, as its definition has them while it runs. */
import { FleetError } from '../../../errors.ts';
import type { DisplayPlace } from '../../contract.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { Place } from '../link/reach.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';

/** All of a guest that runs. Rejects with op.conflict for one that does not. */
export async function readGraphics(call: GuestCall): Promise<readonly XmlElement[]> {
  const { name, id } = call.domain;
  if (id === -1) throw new FleetError('op.conflict', `${name} does not run`, { fix: 'start it first' });
  return childrenOf(child(await readDomain(call), 'devices'), 'graphics');
}

/** With the password of the display, which libvirt tells no client that may only read. */
async function readDomain({ client, domain, signal }: GuestCall): Promise<XmlElement> {
  const read = (flags: number) => client.call(procedures.domainXml, { domain, flags }, { signal });
  const xml = await read(XML.secure).catch((error: unknown) => {
    if (error instanceof LibvirtError) return read(0);
    throw error;
  });
  return readDocument(xml, 'domain');
}

/** `kinds`: of the displays that it has nevertheless. */
export function noDisplay(name: string, kinds: readonly string[]): FleetError {
  if (kinds.includes('sdl'))
    return new FleetError('op.unsupported', `the display of ${name} is a window on a screen of its host`, {
      fix: 'choose vnc as its graphics to see it from here',
    });
  return new FleetError('op.unsupported', `${name} has no display`, { fix: 'its serial console may answer' });
}

export const passwordOf = (graphics: XmlElement): { readonly password?: string } => {
  const password = attribute(graphics, 'passwd');
  return password === undefined ? {} : { password };
};

/** `host`: for the sentence. Throws op.unsupported where nothing listens. */
export function placeOf(graphics: XmlElement, name: string, host: string): Place {
  const socket = attribute(graphics, 'socket') ?? attribute(child(graphics, 'listen'), 'socket');
  if (socket !== undefined) return { socket };
  const port = Number(attribute(graphics, 'port'));
  if (!(port > 0)) throw new FleetError('op.unsupported', `the display of ${name} listens nowhere on ${host}`);
  const listen = attribute(graphics, 'listen') ?? attribute(child(graphics, 'listen'), 'address') ?? '';
  return { listen, port };
}

/** As the node itself reaches it. */
export const shownPlace = (place: Place, seen: (listen: string) => string): DisplayPlace =>
  'socket' in place ? place : { host: seen(place.listen), port: place.port };
