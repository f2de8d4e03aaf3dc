import { attribute, type XmlElement } from '../../transport/xml.ts';

/** `xsi:type` without its prefix: `InvalidLogin`, `string`. Its own prefix differs from server to server. */
export function kindOf(element: XmlElement | undefined): string | undefined {
  const name = element && Object.keys(element.attributes).find((one) => one.endsWith(':type'));
  const kind = name === undefined ? undefined : attribute(element, name);
  return kind?.slice(kind.indexOf(':') + 1);
}

/** The attribute `type`, which managed object references carry: `VirtualMachine`. Never to be mixed up with `kindOf`. */
export const typeOf = (element: XmlElement | undefined): string | undefined => attribute(element, 'type');
