import { homedir } from 'node:os';

/** One host of the lab: a machine of its own for all that libvirt, ssh and the network can tell. */
export interface Host {
  readonly number: number;
  readonly name: string;
  readonly address: string;
  /** libvirt's id of the host, so that it is the same in every run. */
  readonly uuid: string;
  /** What it sees as /run, /var/log, /etc/libvirt …: folders below this one. */
  readonly dir: string;
  /** The daemon's socket as this machine sees it: a path works across network namespaces. */
  readonly socket: string;
  /** This machine's end of the host's link. */
  readonly link: string;
  /** libvirt over TCP, for virsh. */
  readonly uri: string;
}

/** Where one lab lives. Two of them side by side need a folder and a network each. */
export interface Site {
  readonly dir: string;
  readonly cache: string;
  readonly bridge: string;
  /** This machine in the lab's network. */
  readonly gateway: string;
  readonly hosts: readonly [Host, Host, Host];
  readonly files: SiteFiles;
}

export interface SiteFiles {
  /** drover's configuration: three endpoints over ssh, two pools. */
  readonly config: string;
  /** The same hosts over ssh, tls, tcp and unix. */
  readonly allTransports: string;
  /** Private key that root of every host accepts. */
  readonly key: string;
  readonly knownHosts: string;
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** Kernel and initrd of the guests. */
  readonly guest: string;
}

/** root's password on every host, for tests of logins by password. The hosts are reachable from this machine only. */
export const ROOT_PASSWORD = 'drover-lab';

/** The longest path that the kernel takes for a unix socket. */
const LONGEST_SOCKET_PATH = 107;

function hostOf(dir: string, network: string, bridge: string, number: number): Host {
  const address = `${network}.${number}`;
  return {
    number,
    name: `host${number}`,
    address,
    uuid: `0d10e12a-0000-4000-8000-00000000000${number}`,
    dir: `${dir}/host${number}`,
    socket: `${dir}/host${number}/run/libvirt/libvirt-sock`,
    link: `${bridge}h${number}`,
    uri: `qemu+tcp://${address}/system`,
  };
}

/**
 * Reads `DROVER_LAB_DIR` (where labs live), `DROVER_LAB_CACHE` (what is slow to make) and `DROVER_LAB_NET`
 * (first three numbers of the lab's network) and names everything after them.
 */
export function siteFrom(env: Readonly<Record<string, string | undefined>>): Site {
  const dir = `${env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab'}/libvirt`;
  const network = env['DROVER_LAB_NET'] ?? '10.231.0';
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(network)) throw new Error(`DROVER_LAB_NET is not like 10.231.0: ${network}`);
  // 15 characters are the longest name of an interface: dl192-168-255h3
  const bridge = `dl${network.replaceAll('.', '-')}`;
  const host = (number: number): Host => hostOf(dir, network, bridge, number);
  const { socket } = host(1);
  if (socket.length > LONGEST_SOCKET_PATH) throw new Error(`DROVER_LAB_DIR is too long for a socket: ${socket}`);
  if (socket.startsWith('/run/')) throw new Error('DROVER_LAB_DIR cannot be below /run: every host has its own');
  return {
    dir,
    cache: `${env['DROVER_LAB_CACHE'] ?? `${homedir()}/.cache/drover-lab`}/libvirt`,
    bridge,
    gateway: `${network}.254`,
    hosts: [host(1), host(2), host(3)],
    files: {
      config: `${dir}/config.yaml`,
      allTransports: `${dir}/all-transports.yaml`,
      key: `${dir}/key`,
      knownHosts: `${dir}/known_hosts`,
      ca: `${dir}/tls/ca.pem`,
      clientCert: `${dir}/tls/client.pem`,
      clientKey: `${dir}/tls/client.key`,
      guest: `${dir}/guest`,
    },
  };
}
