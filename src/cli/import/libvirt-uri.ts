/** A client's libvirt URL, as far as an import looks at it. */

/** kcli switches the check of host keys off in what it makes itself, and its users copy that into `url`. */
export function verifying(url: string): string {
  const [address = '', query] = url.split('?');
  const kept = (query ?? '').split('&').filter((part) => part !== '' && !part.startsWith('no_verify='));
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}

/** Why drover can't follow it, without a full stop; undefined when it can. */
export const uriProblem = (uri: string): string | undefined =>
  /^[a-z]+(?:\+[a-z0-9]+)?:\/\//i.test(uri)
    ? undefined
    : 'its url is not a libvirt URI, such as qemu+ssh://root@host/system';
