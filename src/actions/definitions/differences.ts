/** How what a node has differs from what was defined. Compared is what platforms tell of it; what they don't tell counts as the same. */
import { BlockList, isIPv6 } from 'node:net';
import type { Network, NetworkSettings, NetworkSpec, Storage, StorageSpec } from '../../platforms/contract.ts';

/** What libvirt calls a type of storage where that is another word. */
const CALLED: Readonly<Record<string, string>> = { lvm: 'logical' };

/** A line for each: `path is /srv/a, not /srv/b`. */
export function storageDifferences(spec: StorageSpec, found: Storage): readonly string[] {
  const isOfType = found.type === spec.type || found.type === CALLED[spec.type];
  const tellsSource = found.source !== undefined || found.hosts !== undefined;
  return [
    ...(isOfType ? [] : [unlike('type', found.type, spec.type)]),
    ...(spec.path === '' || found.path === undefined ? [] : differs('path', plain(found.path), plain(spec.path))),
    ...(tellsSource ? differs('source', plain(found.source ?? ''), plain(spec.source ?? '')) : []),
    ...(tellsSource ? differs('host', (found.hosts ?? []).join(','), (spec.hosts ?? []).join(',')) : []),
  ];
}

/** `saved` is what can be changed of it, where the platform has that. */
export function networkDifferences(
  spec: NetworkSpec,
  found: Network,
  saved: Partial<NetworkSettings>,
): readonly string[] {
  const wanted = [spec.cidr, spec.dualCidr ?? ''].filter((cidr) => cidr !== '');
  const isSame =
    wanted.length === found.cidrs.length && wanted.every((one) => found.cidrs.some((cidr) => sameRange(one, cidr)));
  const isOfDevice = spec.mode === 'bridge' || spec.mode === 'macvtap';
  const [vlan] = spec.vlans ?? [];
  return [
    ...(found.mode === undefined ? [] : differs('mode', found.mode, spec.mode)),
    ...(isSame ? [] : [unlike('CIDR', found.cidrs.join(', '), wanted.join(', '))]),
    ...(found.dhcp === undefined ? [] : differs('DHCP', yesNo(found.dhcp), yesNo(spec.dhcp))),
    ...(isOfDevice && found.device !== undefined ? differs('device', found.device, spec.device) : []),
    ...differs('domain', found.domain ?? '', spec.domain),
    ...(spec.mtu === undefined || found.mtu === undefined ? [] : differs('MTU', `${found.mtu}`, `${spec.mtu}`)),
    ...(spec.vlans?.length === 1 && found.vlan !== undefined ? differs('VLAN', `${found.vlan}`, `${vlan}`) : []),
    ...(spec.range && saved.range !== undefined ? differs('range', close(saved.range), close(spec.range)) : []),
    ...(spec.forwarders && saved.forwarders
      ? differs('forwarders', saved.forwarders.join(', '), spec.forwarders.join(', '))
      : []),
  ];
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const close = (text: string): string => text.replaceAll(/\s/g, '');
/** `/dev/vg` and `vg` are one volume group, `/srv/a/` and `/srv/a` one directory. */
const plain = (path: string): string => path.replace(/^\/dev\/(?!disk\/)/, '').replace(/(?<=.)\/+$/, '');

const unlike = (what: string, is: string, wanted: string): string =>
  `${what} is ${is === '' ? 'none' : is}, not ${wanted === '' ? 'none' : wanted}`;
const differs = (what: string, is: string, wanted: string): readonly string[] =>
  is === wanted ? [] : [unlike(what, is, wanted)];

/** `10.0.0.1/24` and `10.0.0.0/24` are the same addresses. */
function sameRange(a: string, b: string): boolean {
  const [address = '', length] = a.toLowerCase().split('/');
  const [other = '', otherLength] = b.toLowerCase().split('/');
  if (length !== otherLength || isIPv6(address) !== isIPv6(other)) return false;
  try {
    const type = isIPv6(address) ? 'ipv6' : 'ipv4';
    const range = new BlockList();
    range.addSubnet(address, Number(length), type);
    return range.check(other, type);
  } catch {
    // What is no address was taken for one by its platform.
    return a === b;
  }
}
