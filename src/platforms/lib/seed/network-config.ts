/** The NICs of a guest, as the three that read them in guests want it: cloud-init, NetworkManager and systemd-networkd. */

import type { CloudNic } from '../../user-files/network-config.ts';
import { addressText, type Cidr } from '../cidr.ts';
import { ASKS, type GuestNetwork, type NicAddresses } from './network-spec.ts';

/** A NIC by its address, which is how the guest finds it. */
interface GuestNic extends NicAddresses {
  readonly mac: string;
  /** What it is called in the guest. */
  readonly name: string;
  readonly dns: readonly string[];
  readonly domains: readonly string[];
}

/** `macs`: of all NICs of the VM. Name servers are those of the NIC that leads outside. */
function nicsOf({ nics, dns, domain }: GuestNetwork, macs: readonly string[]): readonly GuestNic[] {
  const all = macs.map((mac, at) => ({ mac, name: `eth${at}`, ...(nics[at] ?? ASKS) }));
  const outward = all.find(({ gateways }) => gateways.length > 0) ?? all.find(({ how }) => how !== 'none');
  return all.map((nic) => {
    const leads = nic === outward;
    return { ...nic, dns: leads ? dns : [], domains: leads && domain !== '' ? [domain] : [] };
  });
}

const withLength = ({ address, family, length }: Cidr): string => `${addressText(address, family)}/${length}`;

/** For cloud-init. */
export const nicsOfCloud = (network: GuestNetwork, macs: readonly string[]): readonly CloudNic[] =>
  nicsOf(network, macs).map((nic) => ({ ...nic, addresses: nic.addresses.map(withLength) }));

export interface NetworkFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** For guests without cloud-init: CoreOS has NetworkManager, Flatcar systemd-networkd; what one has the other does not read. */
export const networkFiles = (network: GuestNetwork, macs: readonly string[]): readonly NetworkFile[] =>
  nicsOf(network, macs).flatMap((nic) => [
    // NetworkManager ignores what others may read.
    {
      path: `/etc/NetworkManager/system-connections/${nic.name}.nmconnection`,
      content: keyfileOf(nic),
      mode: 0o600,
    },
    { path: `/etc/systemd/network/10-${nic.name}.network`, content: unitOf(nic), mode: 0o644 },
  ]);

/** https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html */
function keyfileOf({ name, mac, how, addresses, gateways, dns, domains }: GuestNic): string {
  const family = (version: 4 | 6): readonly string[] => {
    const isOwn = (ip: string) => ip.includes(':') === (version === 6);
    const own = addresses.filter((one) => one.family === version).map(withLength);
    const [gateway] = gateways.filter(isOwn);
    const servers = dns.filter(isOwn);
    const method =
      own.length > 0 ? 'manual' : how === 'none' || (how === 'static' && version === 4) ? 'disabled' : 'auto';
    return [
      `[ipv${version}]`,
      `method=${method}`,
      ...own.map((address, at) => `address${at + 1}=${address}`),
      ...(gateway === undefined ? [] : [`gateway=${gateway}`]),
      ...(servers.length > 0 ? [`dns=${servers.join(';')};`] : []),
      ...(domains.length > 0 && method !== 'disabled' ? [`dns-search=${domains.join(';')};`] : []),
    ];
  };
  return `${[
    '[connection]',
    `id=${name}`,
    'type=ethernet',
    '[ethernet]',
    `mac-address=${mac}`,
    ...family(4),
    ...family(6),
  ].join('\n')}\n`;
}

/** https://www.freedesktop.org/software/systemd/man/systemd.network.html */
function unitOf({ mac, how, addresses, gateways, dns, domains }: GuestNic): string {
  return `${[
    '[Match]',
    `MACAddress=${mac}`,
    ...(how === 'none' ? ['[Link]', 'Unmanaged=yes'] : ['[Network]', `DHCP=${how === 'dhcp' ? 'ipv4' : 'no'}`]),
    ...addresses.map((address) => `Address=${withLength(address)}`),
    ...gateways.map((gateway) => `Gateway=${gateway}`),
    ...dns.map((server) => `DNS=${server}`),
    ...(domains.length > 0 ? [`Domains=${domains.join(' ')}`] : []),
  ].join('\n')}\n`;
}
