/** Elements that the server has told and that go back to it: what is changed of a device is sent as the whole device. */
import { child, type XmlElement } from '../../transport/xml.ts';
import { nothing, type Xml, xml } from './envelope.ts';

/** `<name xsi:type="kind">`: an element whose kind the server can't know from its place. */
export const typed = (name: string, kind: string, inside: Xml): Xml =>
  xml`<${name} xsi:type="${kind}">${inside}</${name}>`;

/** A value of an option, which is text. */
export const textValue = (name: string, value: string): Xml =>
  xml`<${name} xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="xsd:string">${value}</${name}>`;

/** By name: what takes the place of a child, or is put in where there was none; `nothing` takes it away. */
export type Changes = Readonly<Record<string, Xml>>;

/**
 * The element as it was told, under another name, with some of its children changed. `order` has the names of
 * the first children in the order of the WSDL, those that may be new among them: a server refuses them elsewhere.
 */
export function rewritten(
  name: string,
  element: XmlElement,
  changes: Changes = {},
  order: readonly string[] = [],
): Xml {
  const added = order.filter((one) => changes[one] !== undefined && !child(element, one));
  const inside: Xml[] = [];
  const addBefore = (next: string | undefined) => {
    const at = next === undefined ? order.length : order.indexOf(next);
    while (added[0] !== undefined && (at < 0 || order.indexOf(added[0]) < at)) {
      inside.push(changes[added.shift() ?? ''] ?? nothing);
    }
  };
  for (const one of element.children) {
    addBefore(one.name);
    inside.push(changes[one.name] ?? rewritten(one.name, one));
  }
  addBefore(undefined);
  const content = element.children.length > 0 || inside.length > 0 ? xml`${inside}` : xml`${element.text}`;
  return xml`<${name}${attributesOf(element)}>${content}</${name}>`;
}

/** The kind and the type of a reference. Prefixes are those of this envelope, which has none for kinds of the API itself. */
function attributesOf({ attributes }: XmlElement): Xml {
  const all = Object.entries(attributes).flatMap(([name, value]) => {
    if (name === 'type') return [xml` type="${value}"`];
    if (!name.endsWith(':type')) return [];
    if (value.startsWith('xsd:')) {
      return [xml` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="${value}"`];
    }
    return [xml` xsi:type="${value.slice(value.indexOf(':') + 1)}"`];
  });
  return xml`${all}`;
}
