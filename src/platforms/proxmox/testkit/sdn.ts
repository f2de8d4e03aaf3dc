/** Virtual networks of a pretended cluster, as PVE::API2::Network::SDN tells them. */

const ZONES = [
  { zone: 'office', type: 'vlan', bridge: 'vmbr0', mtu: 1500, digest: 'd1' },
  { zone: 'inside', type: 'simple', dhcp: 'dnsmasq', dnszone: 'inside.example.org', digest: 'd1' },
];

const VNETS = [
  { vnet: 'web', type: 'vnet', zone: 'office', tag: 20, digest: 'd1' },
  { vnet: 'nat1', type: 'vnet', zone: 'inside', digest: 'd1' },
  { vnet: 'soon', type: 'vnet', state: 'new', pending: { zone: 'office', tag: 30 }, digest: 'd1' },
];

const SUBNETS: Readonly<Record<string, readonly object[]>> = {
  nat1: [
    {
      subnet: 'inside-10.9.0.0-24',
      type: 'subnet',
      vnet: 'nat1',
      zone: 'inside',
      cidr: '10.9.0.0/24',
      gateway: '10.9.0.1',
      snat: 1,
      'dhcp-range': [{ 'start-address': '10.9.0.10', 'end-address': '10.9.0.99' }],
    },
  ],
};

/** `path` is below /cluster/sdn. Undefined: none of ours. */
export function answerSdn(path: string): unknown {
  if (path === 'zones') return ZONES;
  if (path === 'vnets') return VNETS;
  const vnet = /^vnets\/(\w+)\/subnets$/.exec(path)?.[1];
  return vnet === undefined ? undefined : (SUBNETS[vnet] ?? []);
}
