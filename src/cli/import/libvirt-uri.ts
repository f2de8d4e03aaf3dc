/** A client's libvirt URL, as far as an import looks at it. */

/** kcli switches the check of host keys off in what it makes itself, and its users copy that into `url`. */
export function verifying(url: string): string {
  const [address = '', query] = url.split('?');
  const kept = (query ?? '').split('&').filter((part) => part !== '' && !part.startsWith('no_verify='));
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}
