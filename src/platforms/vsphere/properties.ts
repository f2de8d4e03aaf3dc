/** Reading properties of many objects in one request: the PropertyCollector's specifications and answers. */
import { FleetError } from '../../errors.ts';
import { child, childrenOf, type Take, textAt, type XmlElement } from '../transport/xml.ts';
import type { Session } from './session.ts';
import { type MoRef, nothing, type Xml, xml } from './soap/envelope.ts';
import { isFault, SoapFault } from './soap/fault.ts';
import { kindOf, typeOf } from './soap/kind.ts';

/** What is read of each object of a type. */
export interface Wanted {
  readonly type: string;
  readonly paths: readonly string[];
}

/** Where to begin, and which ways lead on from there. */
export interface Reach {
  readonly from: readonly MoRef[];
  readonly ways?: Xml;
  /** Objects of `from` that are no more are then left out; otherwise the whole request is refused. */
  readonly mayBeGone?: boolean;
}

export interface ObjectContent {
  readonly ref: MoRef;
  /** Path -> value; what the object lacks, or may not be seen, is missing. */
  readonly values: ReadonlyMap<string, XmlElement>;
}

/** A PropertyFilterSpec. */
export const filterSpec = (wanted: readonly Wanted[], { from, ways = nothing, mayBeGone }: Reach): Xml =>
  xml`${wanted.map(
    ({ type, paths }) =>
      xml`<propSet><type>${type}</type><all>false</all>${paths.map((path) => xml`<pathSet>${path}</pathSet>`)}</propSet>`,
  )}${from.map(
    ({ type, value }) => xml`<objectSet><obj type="${type}">${value}</obj><skip>false</skip>${ways}</objectSet>`,
  )}${mayBeGone ? xml`<reportMissingObjectsInResults>true</reportMissingObjectsInResults>` : nothing}`;

/** One way: from objects of `type` along their property `path`, and on from there by the ways that are named. */
export const way = (name: string, type: string, path: string, onward: readonly string[]): Xml =>
  xml`<selectSet xsi:type="TraversalSpec"><name>${name}</name><type>${type}</type><path>${path}</path><skip>false</skip>${onward.map(
    (next) => xml`<selectSet><name>${next}</name></selectSet>`,
  )}</selectSet>`;

const READ_MS = 60_000;
/** Of pages: a server that gives the same token for ever must not be followed for ever. */
const MOST_PAGES = 10_000;

/** All of it, in one request where the server doesn't cut it into pages. Rejects with a SoapFault, or a FleetError. */
export async function retrieve(
  session: Session,
  wanted: readonly Wanted[],
  reach: Reach,
  signal: AbortSignal,
  found: (object: ObjectContent) => void,
): Promise<void> {
  const { propertyCollector } = session.content;
  const take: Take = (element, depth) => {
    if (element.name !== 'objects' || depth !== OBJECTS_DEPTH) return false;
    found(readObject(element));
    return true;
  };
  const common = { target: propertyCollector, kind: 'reads', signal, deadlineMs: READ_MS, take } as const;
  const args = xml`<specSet>${filterSpec(wanted, reach)}</specSet><options/>`;
  let response = await session.call({ ...common, method: 'RetrievePropertiesEx', args });
  const seen = new Set<string>();
  for (;;) {
    const token = textAt(response, 'returnval', 'token');
    if (token === undefined || token === '') return;
    if (seen.has(token) || seen.size === MOST_PAGES) {
      throw new FleetError('host.protocol', `the pages of ${session.host} never end`);
    }
    seen.add(token);
    response = await session.call({
      ...common,
      method: 'ContinueRetrievePropertiesEx',
      args: xml`<token>${token}</token>`,
    });
  }
}

/** Envelope, Body, XResponse, returnval, objects. */
const OBJECTS_DEPTH = 4;

/** The same for one object. */
export async function retrieveOne(
  session: Session,
  ref: MoRef,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, XmlElement>> {
  let values: ReadonlyMap<string, XmlElement> = new Map();
  await retrieve(session, [{ type: ref.type, paths }], { from: [ref] }, signal, (object) => {
    values = object.values;
  });
  return values;
}

export function readObject(element: XmlElement): ObjectContent {
  const values = new Map<string, XmlElement>();
  for (const property of childrenOf(element, 'propSet')) {
    const value = child(property, 'val');
    if (value) values.set(textAt(property, 'name') ?? '', value);
  }
  // Some servers don't refuse the call of a session that ran out, but each value.
  for (const missing of childrenOf(element, 'missingSet')) {
    const fault = child(child(missing, 'fault'), 'fault');
    if (kindOf(fault) === 'NotAuthenticated') throw new SoapFault('NotAuthenticated', '', fault);
  }
  return { ref: refOf(child(element, 'obj')), values };
}

/** `<obj type="VirtualMachine">vm-12</obj>`. */
export const refOf = (element: XmlElement | undefined): MoRef => ({
  type: typeOf(element) ?? '',
  value: element?.text ?? '',
});

/** The object, or what it hangs on, is no more. */
export const isGone = (error: unknown): error is SoapFault => isFault(error, 'ManagedObjectNotFound');
