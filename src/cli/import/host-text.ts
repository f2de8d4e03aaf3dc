/** A host as it stands in a URL: an IPv6 address gets the brackets that people leave out, and slashes at the end go. */
export const hostText = (host: string): string =>
  /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host.replace(/\/+$/, '');

const HOST = /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^/:]*)/i;

/** The first label of a host's name, to call an endpoint by; undefined for an address of digits. */
export function labelOf(address: string): string | undefined {
  const host = HOST.exec(address)?.[1] ?? '';
  return /^(\[|[\d.]+$)/.test(host) || host === '' ? undefined : host.split('.')[0];
}
