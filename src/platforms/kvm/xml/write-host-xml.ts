/** Documents of pools, volumes and networks to be made (https://libvirt.org/formatstorage.html, formatnetwork.html). */
import { FleetError } from '../../../errors.ts';
import type { Network, NetworkSpec, StorageSpec, VolumeSpec } from '../../contract.ts';
import { addressText, type Cidr, cidrOf, cidrText } from '../../lib/cidr.ts';
import { overlapping } from '../../lib/listed.ts';
import { escapeXml } from '../../transport/xml.ts';

/** Half of a pair, and what is no character of XML: these would be left out without a word. */
const NOT_KEPT = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;

function words(text: string): string {
  if (!NOT_KEPT.test(text)) return escapeXml(text);
  throw new FleetError('op.refused', `${JSON.stringify(text)} has characters that libvirt can't keep`);
}
const refused = (name: string, why: string, fix?: string): FleetError =>
  new FleetError('op.refused', `${name}: ${why}`, fix === undefined ? {} : { fix });

/** Throws op.refused for a type or path that can't be. */
export function writePoolXml({ name, type, path }: StorageSpec): string {
  const named = `<name>${words(name)}</name>`;
  if (type === 'dir') {
    if (!path.startsWith('/')) throw refused(name, `${JSON.stringify(path)} is no directory`, 'write its whole path');
    return `<pool type="dir">${named}<target><path>${words(path)}</path></target></pool>`;
  }
  if (type !== 'lvm' && type !== 'zfs')
    throw refused(name, `drover makes no storage of type ${JSON.stringify(type)}`, 'choose dir, lvm or zfs');
  const source = words(path.replace(/^\/dev\/|\/+$/g, ''));
  if (source === '' || source.startsWith('/')) throw refused(name, `${JSON.stringify(path)} is no name of a source`);
  const [driver, target] = type === 'lvm' ? ['logical', `<target><path>/dev/${source}</path></target>`] : ['zfs', ''];
  return `<pool type="${driver}">${named}<source><name>${source}</name></source>${target}</pool>`;
}

/** `isFile`: it takes only what is written to it. Others are block devices, and libvirt gives them all their room. */
export function writeVolumeXml({ name, storage, size, format }: VolumeSpec, isFile: boolean): string {
  if (isFile && name.includes('/')) throw refused(name, 'the name of a file has no slash');
  if (!isFile && format !== '' && format !== 'raw')
    throw refused(name, `volumes of ${storage} have no format`, 'choose raw');
  const target = format === '' || !isFile ? '' : `<target><format type="${words(format)}"/></target>`;
  const room = `${isFile ? '<allocation>0</allocation>' : ''}<capacity unit="bytes">${size}</capacity>`;
  return `<volume><name>${words(name)}</name>${room}${target}</volume>`;
}

/** Throws op.refused for what can't be a network, op.conflict for addresses that one of the others has. */
export function writeNetworkXml(spec: NetworkSpec, others: readonly Network[]): string {
  const { name, mode, dhcp, device, domain } = spec;
  const named = `<name>${words(name)}</name>`;
  if (mode === 'bridge') {
    if (device === '') throw refused(name, 'a network of mode bridge needs a bridge of the host');
    if (spec.cidr !== '' || dhcp || domain !== '')
      throw refused(name, 'a network of mode bridge has no CIDR, DHCP or domain of its own', 'leave them out');
    return `<network>${named}<forward mode="bridge"/><bridge name="${words(device)}"/></network>`;
  }
  if (device !== '') throw refused(name, `a network of mode ${mode} gets a bridge of its own`, 'leave the device out');
  const cidr = readSpec(spec);
  const other = overlapping(spec.cidr, others);
  if (other) throw new FleetError('op.conflict', `${name}: ${spec.cidr} overlaps the network ${other.name}`);
  const nat = cidr.family === 6 ? '<forward mode="nat"><nat ipv6="yes"/></forward>' : '<forward mode="nat"/>';
  const forward = { nat, routed: '<forward mode="route"/>', open: '<forward mode="open"/>', isolated: '' }[mode];
  const suffix = domain === '' ? '' : `<domain name="${words(domain)}"/>`;
  return `<network>${named}${forward}${suffix}${ipOf(cidr, dhcp)}</network>`;
}

function readSpec({ name, mode, cidr: text }: NetworkSpec): Cidr {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const cidr = cidrOf(address, Number(length || Number.NaN));
  if (!cidr)
    throw refused(
      name,
      `a network of mode ${mode} needs a CIDR, such as 192.168.150.0/24, not ${JSON.stringify(text)}`,
    );
  if (cidr.address !== cidr.first) throw refused(name, `${text} is an address in a network`, `write ${cidrText(cidr)}`);
  if (cidr.last - cidr.first < 3n) throw refused(name, `${text} has no room for the host and a VM`);
  return cidr;
}

/** libvirt 9.0 refuses a range of more, though it says 65,535. */
const MOST_LEASED = 65_534n;

/** The host has the first address, VMs get the second to the last but one. */
function ipOf({ family, first, last, length }: Cidr, dhcp: boolean): string {
  const end = last - 1n < first + 1n + MOST_LEASED ? last - 1n : first + 1n + MOST_LEASED;
  const [host, from, to] = [first + 1n, first + 2n, end].map((value) => addressText(value, family));
  const range = dhcp ? `<dhcp><range start="${from}" end="${to}"/></dhcp>` : '';
  return `<ip family="ipv${family}" address="${host}" prefix="${length}">${range}</ip>`;
}
