/** Elements that were read or made, as text: a device goes back to libvirt with one thing changed, and the rest as it was. */
import { escapeXml, type XmlElement } from '../../transport/xml.ts';

export function writeElement({ name, attributes, text, children }: XmlElement): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${inAttribute(value)}"`);
  const inside = children.length > 0 ? children.map(writeElement).join('') : inText(text);
  const start = `<${name}${words.join('')}`;
  return inside === '' ? `${start}/>` : `${start}>${inside}</${name}>`;
}

/** Readers make blanks of line breaks and tabs that stand in an attribute as they are. */
const inAttribute = (text: string): string =>
  escapeXml(text).replace(/[\t\n\r]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const inText = (text: string): string => escapeXml(text).replaceAll('\r', '&#13;');

export type Attributes = Readonly<Record<string, string | undefined>>;

/** Attributes that are undefined are not there. */
export const element = (name: string, attributes: Attributes = {}, ...children: readonly XmlElement[]): XmlElement =>
  withAttributes({ name, attributes: {}, text: '', children }, attributes);

/** An attribute that is undefined is taken away; all others stay. */
export const withAttributes = (of: XmlElement, attributes: Attributes): XmlElement => ({
  ...of,
  attributes: Object.fromEntries(
    Object.entries({ ...of.attributes, ...attributes }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  ),
});

export const without = (of: XmlElement, ...names: readonly string[]): XmlElement => ({
  ...of,
  children: of.children.filter(({ name }) => !names.includes(name)),
});

/** In the place of the one of its name, or behind the others. */
export const withChild = (of: XmlElement, one: XmlElement): XmlElement => ({
  ...of,
  children: of.children.some(({ name }) => name === one.name)
    ? of.children.map((child) => (child.name === one.name ? one : child))
    : [...of.children, one],
});
