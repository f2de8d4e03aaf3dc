/** Answers of the query protocol: objects become elements, lists become `item` elements, nothing is left out of nothing. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [name: string]: Xml };

const EC2_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

export function element(name: string, value: Xml, attributes = ''): string {
  return value === undefined ? '' : `<${name}${attributes}>${content(value)}</${name}>`;
}

function content(value: Xml): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  if (Array.isArray(value)) return value.map((one: Xml) => element('item', one)).join('');
  return Object.entries(value)
    .map(([name, one]) => element(name, one))
    .join('');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const answerXml = (action: string, fields: { readonly [name: string]: Xml }): string =>
  HEAD +
  element(
    `${action}Response`,
    { requestId: '11111111-2222-4333-8444-555555555555', ...fields },
    ` xmlns="${EC2_NAMESPACE}"`,
  );

/** EC2's form of a refusal (API reference, "Error codes"). */
export const refusalXml = (code: string, message: string): string =>
  `${HEAD}<Response><Errors><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></Errors><RequestID>11111111-2222-4333-8444-555555555555</RequestID></Response>`;

/** STS has another one. */
export const stsRefusalXml = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>11111111-2222-4333-8444-555555555555</RequestId></ErrorResponse>`;
