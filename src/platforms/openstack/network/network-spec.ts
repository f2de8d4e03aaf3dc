/** What is asked of a new network, in the words of Neutron. */
import { FleetError } from '../../../errors.ts';
import type { NetworkSpec } from '../../contract.ts';
import type { Row } from '../../lib/json.ts';

export interface WantedNetwork {
  readonly name: string;
  /** Of the network that its router is to lead to; '' where there is only one. */
  readonly device: string;
  readonly leadsOut: boolean;
  readonly network: Row;
  readonly subnets: readonly Row[];
}

/** Throws op.refused, by name, for what Neutron has no word for. */
export function readSpec(spec: NetworkSpec): WantedNetwork {
  const { name, mode, cidr, dualCidr, device, mtu, domain, autostart, plan, vlans, portGroups } = spec;
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${name}: ${why}`, fix === undefined ? {} : { fix });
  if (mode !== 'nat' && mode !== 'routed' && mode !== 'isolated')
    throw refused(`Neutron makes no network of the mode ${mode}`, 'nat and routed have a router, isolated has none');
  const foreign: readonly (readonly [string, boolean])[] = [
    ['boot', (spec.boot ?? '') !== ''],
    ['autostart', autostart === false],
    ['plan', (plan ?? '') !== ''],
    ['openvswitch', spec.openvswitch === true],
    ['vlans', (vlans ?? []).length > 0],
    ['port groups', (portGroups ?? []).length > 0],
    ['rates', (spec.inbound ?? spec.outbound) !== undefined],
  ];
  const [first] = foreign.filter(([, isAsked]) => isAsked);
  if (first) throw refused(`a network of Neutron takes no ${first[0]} from its users`, 'leave it out');
  if (mode === 'isolated' && device !== '') throw refused('an isolated network leads nowhere', 'leave the device out');
  if (cidr === '') throw refused('it has no addresses', 'give a network like 10.0.0.0/24');
  return {
    ...{ name, device, leadsOut: mode !== 'isolated' },
    network: {
      name,
      ...(mtu !== undefined && { mtu }),
      ...(domain !== '' && { dns_domain: domain.endsWith('.') ? domain : `${domain}.` }),
    },
    subnets: [cidr, ...(dualCidr === undefined || dualCidr === '' ? [] : [dualCidr])].map((one) => subnetOf(spec, one)),
  };
}

const isV6 = (text: string): boolean => text.includes(':');

function subnetOf({ name, mode, dhcp, range, forwarders = [] }: NetworkSpec, cidr: string): Row {
  const [start, end] = (range ?? '').split('-').map((one) => one.trim());
  const isOfRange = start !== undefined && end !== undefined && isV6(start) === isV6(cidr);
  const servers = forwarders.filter((one) => isV6(one) === isV6(cidr));
  return {
    name: isV6(cidr) ? `${name}-v6` : name,
    cidr,
    ip_version: isV6(cidr) ? 6 : 4,
    enable_dhcp: dhcp,
    ...(mode === 'isolated' && { gateway_ip: null }),
    ...(isOfRange && { allocation_pools: [{ start, end }] }),
    ...(servers.length > 0 && { dns_nameservers: servers }),
    ...(isV6(cidr) && dhcp && { ipv6_address_mode: 'dhcpv6-stateful', ipv6_ra_mode: 'dhcpv6-stateful' }),
  };
}
