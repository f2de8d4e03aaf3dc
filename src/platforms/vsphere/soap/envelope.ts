/** SOAP 1.1 as the vSphere Web Services API speaks it (developer.broadcom.com/xapis/vsphere-web-services-api). */
import { escapeXml } from '../../transport/xml.ts';

/** A managed object reference: what everything in vSphere is known by. */
export interface MoRef {
  readonly type: string;
  readonly value: string;
}

/** A piece of XML that is complete: what was put into it has been escaped. */
export interface Xml {
  readonly xml: string;
}

type Part = Xml | string | number | boolean | readonly Xml[];

/** Builds XML: strings in `${}` are escaped, other pieces are not. */
export const xml = (parts: TemplateStringsArray, ...values: readonly Part[]): Xml => ({
  xml: String.raw({ raw: parts }, ...values.map(spell)),
});

export const nothing: Xml = xml``;

function spell(part: Part): string {
  if (typeof part !== 'object') return escapeXml(String(part));
  return 'xml' in part ? part.xml : part.map((one) => one.xml).join('');
}

const ENVELOPE = [
  'soapenv="http://schemas.xmlsoap.org/soap/envelope/"',
  'xsi="http://www.w3.org/2001/XMLSchema-instance"',
]
  .map((space) => `xmlns:${space}`)
  .join(' ');

/** The whole body of a request: `method` of `target`, with its arguments in the order of the WSDL. */
export function request(method: string, target: MoRef, args: Xml): string {
  const call = xml`<_this type="${target.type}">${target.value}</_this>${args}`.xml;
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope ${ENVELOPE}><soapenv:Body><${method} xmlns="urn:vim25">${call}</${method}></soapenv:Body></soapenv:Envelope>`;
}
