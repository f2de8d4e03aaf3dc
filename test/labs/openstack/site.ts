import { homedir } from 'node:os';

/** Where one lab lives. Two of them side by side need a folder and a network each. */
export interface Site {
  readonly name: string;
  readonly dir: string;
  /** What was built once: the packages' files, and the cloud as it is after its birth. */
  readonly cache: string;
  /** Of the cloud: all its services answer here. */
  readonly address: string;
  /** This machine's end of the wire to it. */
  readonly gateway: string;
  readonly link: string;
  readonly files: {
    readonly config: string;
    /** Of the private authority that all its certificates are from. */
    readonly ca: string;
    readonly cloudsYaml: string;
    /** What the services wrote: `nova-api.log`, with `nova-api.pid` beside it. */
    readonly logs: string;
  };
}

/**
 * Reads `DROVER_LAB_DIR` (where labs live), `DROVER_LAB_CACHE` (what is slow to make) and `DROVER_LAB_NET`
 * (first three numbers of the lab's network, which it can share with the libvirt lab) and names everything after them.
 */
export function siteFrom(env: Readonly<Record<string, string | undefined>>): Site {
  const dir = `${env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab'}/openstack`;
  const network = env['DROVER_LAB_NET'] ?? '10.231.0';
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(network)) throw new Error(`DROVER_LAB_NET is not like 10.231.0: ${network}`);
  // its parts become options of a mount, which knows no way to quote these two
  if (/[:,]/.test(dir)) throw new Error(`DROVER_LAB_DIR cannot have a colon or a comma: ${dir}`);
  return {
    name: 'the cloud',
    dir,
    cache: `${env['DROVER_LAB_CACHE'] ?? `${homedir()}/.cache/drover-lab`}/openstack`,
    address: `${network}.100`,
    gateway: `${network}.101`,
    // 15 characters are the longest name of an interface: dl192-168-255os
    link: `dl${network.replaceAll('.', '-')}os`,
    files: {
      config: `${dir}/config.yaml`,
      ca: `${dir}/tls/ca.pem`,
      cloudsYaml: `${dir}/clouds.yaml`,
      logs: `${dir}/logs`,
    },
  };
}
