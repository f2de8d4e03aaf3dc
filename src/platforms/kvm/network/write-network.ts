/** The document of a network to be made (https://libvirt.org/formatnetwork.html). */
import { isIP } from 'node:net';
import { FleetError } from '../../../errors.ts';
import type { Network, NetworkSpec } from '../../contract.ts';
import { addressText, type Cidr, cidrOf, cidrText } from '../../lib/cidr.ts';
import { overlapping } from '../../lib/listed.ts';
import { bandwidthXml, type Rate } from '../nic/nic-options.ts';
import { refused, words } from '../xml/write-host-xml.ts';
import {
  domainOf,
  forwardersOf,
  forwardOf,
  metadataOf,
  mtuOf,
  rangesOf,
  usualRange,
  writeRange,
} from './network-parts.ts';

/** Throws op.refused for what can't be a network, op.conflict for addresses that one of the others has. */
export function writeNetworkXml(spec: NetworkSpec, others: readonly Network[]): string {
  const { name, mode } = spec;
  const body = mode === 'bridge' || mode === 'macvtap' ? ofDevice(spec) : withAddresses(spec, others);
  return `<network><name>${words(name)}</name>${metadataOf(spec.plan, spec.openvswitch)}${body}</network>`;
}

/** One that stands for a bridge or an interface of the host: addresses and names come from what is behind that. */
function ofDevice(spec: NetworkSpec): string {
  const { name, mode, device } = spec;
  if (device === '') throw refused(name, `a network of mode ${mode} needs a device: ${NEEDED[mode] ?? ''}`);
  const own: readonly (readonly [string, unknown])[] = [
    ['CIDR', spec.cidr],
    ['dual CIDR', spec.dualCidr],
    ['DHCP', spec.dhcp],
    ['DHCP range', spec.range],
    ['boot file', spec.boot],
    ['domain', spec.domain],
    ['forwarders', spec.forwarders?.length],
    ['MTU', spec.mtu],
    ['rates', spec.inbound ?? spec.outbound],
  ];
  const given = own.flatMap(([what, value]) => (value ? [what] : []));
  if (given.length > 0)
    throw refused(name, `a network of mode ${mode} has none of its own: ${given.join(', ')}`, 'leave it out');
  const vlans = vlansOf(spec);
  if (mode === 'bridge') return `<forward mode="bridge"/><bridge name="${words(device)}"/>${vlans}`;
  return `<forward mode="bridge"><interface dev="${words(device)}"/></forward>`;
}

const MOST_VLAN = 4_094;

/** What libvirt has of Open vSwitch: the port, the VLAN of all NICs, and the port groups as kcli calls them. */
function vlansOf({ name, mode, openvswitch, vlans = [], portGroups = [] }: NetworkSpec): string {
  if (openvswitch && mode !== 'bridge')
    throw refused(
      name,
      `Open vSwitch is a bridge of the host, not a network of mode ${mode}`,
      'choose the mode bridge',
    );
  if (!openvswitch && vlans.length + portGroups.length > 0)
    throw refused(name, 'libvirt sets VLANs at bridges of Open vSwitch alone', 'leave them out');
  if (!openvswitch) return '';
  for (const all of [vlans, portGroups]) {
    const wrong = all.find((id) => !Number.isInteger(id) || id < 1 || id > MOST_VLAN);
    if (wrong !== undefined) throw refused(name, `the VLAN ${wrong} is not from 1 to ${MOST_VLAN}`);
    if (new Set(all).size < all.length) throw refused(name, `a VLAN is there twice in ${all.join(', ')}`);
  }
  const tags = (ids: readonly number[]) => ids.map((id) => `<tag id="${id}"/>`).join('');
  const own = vlans.length === 0 ? '' : `<vlan${vlans.length > 1 ? ' trunk="yes"' : ''}>${tags(vlans)}</vlan>`;
  const groups = portGroups.map((id) => `<portgroup name="vlan-${id}"><vlan>${tags([id])}</vlan></portgroup>`);
  const usual = groups.length > 0 ? '<portgroup name="default" default="yes"/>' : '';
  return `${own}<virtualport type="openvswitch"/>${usual}${groups.join('')}`;
}

const NEEDED: Readonly<Record<string, string>> = {
  bridge: 'a bridge of the host',
  macvtap: 'an interface of the host',
};

function withAddresses(spec: NetworkSpec, others: readonly Network[]): string {
  const { name, mode, device, dhcp, cidr, dualCidr = '' } = spec;
  vlansOf(spec);
  if (device !== '' && mode !== 'nat' && mode !== 'routed')
    throw refused(name, `a network of mode ${mode} gets a bridge of its own`, 'leave the device out');
  const all = [readSpec(spec, cidr, 'CIDR'), ...(dualCidr === '' ? [] : [readSpec(spec, dualCidr, 'dual CIDR')])];
  const [first, second] = all;
  if (first && first.family === second?.family)
    throw refused(name, `CIDR and dual CIDR are both of IPv${first.family}`, 'write one of each version of IP');
  for (const text of [cidr, dualCidr]) {
    const other = overlapping(text, others);
    if (other) throw new FleetError('op.conflict', `${name}: ${text} overlaps the network ${other.name}`);
  }
  const hasIpv6 = all.some(({ family }) => family === 6);
  const ranges = spec.range ? rangesOf(name, spec.range, dhcp, all) : [];
  const boot = bootOf(spec, dhcp && all.some(({ family }) => family === 4));
  const ips = all.map((one) => {
    const { tftp, bootp } = one.family === 4 ? boot : NO_BOOT;
    const given = ranges.filter(({ of }) => of === one);
    const written = (given.length > 0 ? given : [usualRange(one)]).map(writeRange).join('');
    const leased = dhcp ? `<dhcp>${written}${bootp}</dhcp>` : '';
    const host = addressText(one.first + 1n, one.family);
    return `<ip family="ipv${one.family}" address="${host}" prefix="${one.length}">${tftp}${leased}</ip>`;
  });
  const { mtu, domain, forwarders = [] } = spec;
  const dns = forwardersOf(name, forwarders);
  return [
    forwardOf(mode, device, hasIpv6),
    mtu === undefined ? '' : mtuOf(name, mtu, hasIpv6),
    bandwidthXml({ inbound: rateOf(spec, 'inbound'), outbound: rateOf(spec, 'outbound') }),
    domain === '' ? '' : domainOf(name, domain),
    dns === '' ? '' : `<dns>${dns}</dns>`,
    ...ips,
  ].join('');
}

/** As libvirt takes it: its peak is not below its average, and neither it nor a burst is without one. */
function rateOf(spec: NetworkSpec, way: 'inbound' | 'outbound'): Rate | undefined {
  const { average, peak, burst } = spec[way] ?? {};
  if (average === undefined) {
    if (spec[way]) throw refused(spec.name, `${way}, a peak and a burst need an average`, 'name that too');
    return undefined;
  }
  if (peak !== undefined && peak < average) throw refused(spec.name, `${way}, the peak is less than the average`);
  return { average, peak, burst };
}

function readSpec({ name, mode }: NetworkSpec, text: string, field: string): Cidr {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const cidr = cidrOf(address, Number(length || Number.NaN));
  if (!cidr)
    throw refused(
      name,
      `a network of mode ${mode} needs a ${field}, such as 192.168.150.0/24, not ${JSON.stringify(text)}`,
    );
  if (cidr.address !== cidr.first) throw refused(name, `${text} is an address in a network`, `write ${cidrText(cidr)}`);
  if (cidr.last - cidr.first < 3n) throw refused(name, `${text} has no room for the host and a VM`);
  return cidr;
}

const NO_BOOT = { tftp: '', bootp: '' } as const;

/**
 * `FILE@SERVER`, or a whole path, which the network's own dnsmasq hands out from its folder. Any other file without a server is
 * asked of the host, which must have a TFTP server of its own then. dnsmasq takes what stands behind a comma for something else.
 */
function bootOf({ name, boot = '' }: NetworkSpec, hasDhcp: boolean): { readonly tftp: string; readonly bootp: string } {
  if (boot === '') return NO_BOOT;
  if (!hasDhcp)
    throw refused(
      name,
      'a boot file is sent by DHCP of IPv4, which this network does not have',
      'leave the boot file out',
    );
  const at = boot.lastIndexOf('@');
  const [path, server] = at < 0 ? [boot, ''] : [boot.slice(0, at), boot.slice(at + 1)];
  const slash = path.lastIndexOf('/');
  const [root, file] =
    at < 0 && path.startsWith('/') ? [path.slice(0, slash) || '/', path.slice(slash + 1)] : ['', path];
  if (file === '' || /[,"\s]/.test(path)) throw refused(name, `${JSON.stringify(path)} is no boot file`);
  if (at >= 0 && isIP(server) !== 4)
    throw refused(
      name,
      `the boot server ${JSON.stringify(server)} is no IPv4 address`,
      'write it as pxelinux.0@10.0.0.5',
    );
  return {
    tftp: root === '' ? '' : `<tftp root="${words(root)}"/>`,
    bootp: `<bootp file="${words(file)}"${server === '' ? '' : ` server="${server}"`}/>`,
  };
}
