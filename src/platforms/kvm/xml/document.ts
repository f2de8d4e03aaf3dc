import { readXml, type XmlElement, XmlError } from '../../transport/xml.ts';

/** libvirt sends no longer string: REMOTE_STRING_MAX in its remote_protocol.x. */
const LONGEST = 4 * 1024 ** 2;

/** A document that libvirt sent; returns its element `root`. Rejects with XmlError for anything else. */
export async function readDocument(xml: string, root: string): Promise<XmlElement> {
  if (xml.length > LONGEST) throw new XmlError(`it is longer than ${LONGEST} characters`);
  const element = await readXml(xml);
  if (element.name !== root) throw new XmlError(`<${element.name}> is not a ${root}`);
  return element;
}
