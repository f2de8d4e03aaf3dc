/** Where libvirt's own clients have their TLS files when nothing names others (https://libvirt.org/kbase/tlscerts.html). */

export interface ClientFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const SYSTEM: Required<ClientFiles> = {
  ca: '/etc/pki/CA/cacert.pem',
  cert: '/etc/pki/libvirt/clientcert.pem',
  key: '/etc/pki/libvirt/private/clientkey.pem',
};

/** The named files, and for each that is not named libvirt's, if it is there; those of the user before the system's. */
export function clientFiles(
  named: { readonly [K in keyof ClientFiles]: ClientFiles[K] | undefined },
  home: string,
  isThere: (path: string) => boolean,
): ClientFiles {
  const folder = `${home}/.pki/libvirt`;
  const user = { ca: `${folder}/cacert.pem`, cert: `${folder}/clientcert.pem`, key: `${folder}/clientkey.pem` };
  const ca = named.ca ?? [user.ca, SYSTEM.ca].find(isThere);
  // A certificate goes with its own key alone.
  const pair = [user, SYSTEM].find(({ cert, key }) => isThere(cert) && isThere(key));
  const own = named.cert === undefined && named.key === undefined ? pair : named;
  return {
    ...(ca !== undefined && { ca }),
    ...(own?.cert !== undefined && { cert: own.cert }),
    ...(own?.key !== undefined && { key: own.key }),
  };
}
