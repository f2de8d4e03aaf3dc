/** What an endpoint has beside hosts and VMs, as it is read whole: what lists of all kinds do alike. */
import { type Bytes, bytes } from '../../units.ts';
import { textAt, type XmlElement } from '../transport/xml.ts';
import { plainName } from './names.ts';
import { normalizeError } from './normalize-error.ts';
import { type ObjectContent, type Reach, retrieve, type Wanted } from './properties.ts';
import type { Session } from './session.ts';

/** All objects within reach that something is wanted of. Rejects with a FleetError. */
export async function readAll(
  session: Session,
  wanted: readonly Wanted[],
  reach: Reach,
  signal: AbortSignal,
): Promise<readonly ObjectContent[]> {
  const all: ObjectContent[] = [];
  await retrieve(session, wanted, reach, signal, (object) => void all.push(object)).catch((error: unknown) => {
    throw normalizeError(error, session.host, 'list');
  });
  return all;
}

/** The name of an object; its reference where the name may not be read. */
export const nameOf = ({ ref, values }: ObjectContent): string => plainName(values.get('name')?.text || ref.value);

/** The trouble with an object of which the server keeps back everything but its reference. */
export const UNTOLD = 'the server does not tell what it is; perhaps the right System.Read is missing on it';

/** Bytes; undefined for what is not told, and for what is no size. */
export function sizeAt(element: XmlElement | undefined, ...way: readonly string[]): Bytes | undefined {
  const text = textAt(element, ...way) ?? '';
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? bytes(Number(text)) : undefined;
}

/** In an order that stays the same between reads, which a server does not promise. */
export const inOrder = <One extends { readonly name: string; readonly id: string }>(all: readonly One[]) =>
  all.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id));

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
