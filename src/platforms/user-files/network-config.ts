import { writeYaml } from './write-yaml.ts';

/** The NICs of a guest for cloud-init: version 2 of its network config (https://docs.cloud-init.io), as netplan has it too. */
export interface CloudNic {
  /** It asks for addresses, it has none, or these. */
  readonly how: 'dhcp' | 'none' | 'static';
  readonly mac: string;
  /** What it is called in the guest. */
  readonly name: string;
  /** `10.0.0.5/24`. */
  readonly addresses: readonly string[];
  /** One of each version of IP. */
  readonly gateways: readonly string[];
  readonly dns: readonly string[];
  readonly domains: readonly string[];
}

export function writeNetworkConfig(nics: readonly CloudNic[]): Promise<string> {
  const ethernets = nics.filter(({ how }) => how !== 'none').map((nic) => [nic.name, configOf(nic)] as const);
  return writeYaml({ version: 2, ethernets: Object.fromEntries(ethernets) });
}

function configOf({ name, mac, how, addresses, gateways, dns, domains }: CloudNic) {
  const servers = {
    ...(dns.length > 0 && { addresses: dns }),
    ...(domains.length > 0 && { search: domains }),
  };
  const [gateway4, gateway6] = [4, 6].map((version) => gateways.find((ip) => ip.includes(':') === (version === 6)));
  return {
    match: { macaddress: mac },
    // Without a name cloud-init looks for a NIC that is called as the key is.
    'set-name': name,
    ...(how === 'dhcp' ? { dhcp4: true } : { addresses }),
    // Of IPv4 as all take it: netplan gives up gateway4, and cloud-init 22 knows no other word. It takes ::/0 for ::/64.
    ...(gateway4 !== undefined && { routes: [{ to: '0.0.0.0/0', via: gateway4 }] }),
    ...(gateway6 !== undefined && { gateway6 }),
    ...(Object.keys(servers).length > 0 && { nameservers: servers }),
  };
}
