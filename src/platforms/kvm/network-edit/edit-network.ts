/** Changes in the document that a network is saved as: all that is not changed stays as it was written. */
import type { NetworkSettings } from '../../contract.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import {
  domainName,
  domainOf,
  endsOf,
  forwardersOf,
  forwardOf,
  metadataOf,
  mtuOf,
  type Range,
  rangesOf,
  usualRange,
  writeRange,
} from '../network/network-parts.ts';
import {
  kcliInfoOf,
  OWN_MODES,
  plainForwarders,
  type Subnet,
  settingsIn,
  subnetsOf,
} from '../network/network-settings.ts';
import { editXml, type XmlEditor } from '../xml/edit-xml.ts';
import { refused, words } from '../xml/write-host-xml.ts';

type Changes = Partial<NetworkSettings>;

/** `autostart` is no part of it. Throws op.refused for what this network can't be. */
export async function editNetworkXml(name: string, xml: string, changes: Changes): Promise<string> {
  const editor = await editXml(xml, 'network');
  const { root } = editor;
  const subnets = subnetsOf(root);
  refuseOthers(name, settingsIn(root), changes);
  const hasIpv6 = subnets.some(({ cidr: { family } }) => family === 6);
  const { mode, mtu, domain, forwarders, plan } = changes;
  if (mode !== undefined) setMode(name, editor, mode, hasIpv6);
  if (mtu !== undefined) put(editor, 'mtu', mtu === null ? '' : mtuOf(name, mtu, hasIpv6));
  if (domain !== undefined) setDomain(name, editor, domain);
  if (forwarders) setForwarders(name, editor, forwarders);
  if (plan !== undefined) setPlan(editor, plan);
  setRanges(name, editor, subnets, changes);
  return editor.text();
}

const LABELS: Readonly<Record<keyof NetworkSettings, string>> = {
  mode: 'mode',
  dhcp: 'DHCP',
  range: 'DHCP range',
  domain: 'domain',
  forwarders: 'forwarders',
  mtu: 'MTU',
  autostart: 'autostart',
  plan: 'plan',
};
/** `mode, DHCP`. */
export const spelledKeys = (keys: readonly string[]): string =>
  keys.map((key) => LABELS[key as keyof NetworkSettings]).join(', ');

function refuseOthers(name: string, now: Changes, changes: Changes): void {
  const others = Object.keys(changes).filter((key) => key !== 'autostart' && !Object.hasOwn(now, key));
  if (others.length === 0) return;
  throw refused(name, `this network has none of its own: ${spelledKeys(others)}`, 'leave it out');
}

/** In place of the element of this name, or behind the others; '' takes it away. */
function put(editor: XmlEditor, element: string, xml: string): void {
  const { root } = editor;
  const there = child(root, element);
  if (!there) editor.insert(root, xml);
  else if (xml === '') editor.cut(there);
  else editor.replace(there, xml);
}

function setMode(name: string, editor: XmlEditor, mode: NetworkSettings['mode'], hasIpv6: boolean): void {
  if (!OWN_MODES.includes(mode))
    throw refused(
      name,
      `a network with addresses of its own can't be of mode ${mode}`,
      `choose ${OWN_MODES.join(', ')}`,
    );
  if (settingsIn(editor.root).mode === mode) return;
  const forward = child(editor.root, 'forward');
  const device = attribute(forward, 'dev') ?? attribute(child(forward, 'interface'), 'dev') ?? '';
  if (device !== '' && mode !== 'nat' && mode !== 'routed')
    throw refused(name, `it goes out by ${device}, which a network of mode ${mode} can't`, `virsh net-edit ${name}`);
  put(editor, 'forward', forwardOf(mode, device, hasIpv6));
}

function setDomain(name: string, editor: XmlEditor, domain: string): void {
  const there = child(editor.root, 'domain');
  if (there && domain !== '') editor.setAttribute(there, 'name', domainName(name, domain));
  else put(editor, 'domain', domain === '' ? '' : domainOf(name, domain));
}

function setForwarders(name: string, editor: XmlEditor, forwarders: readonly string[]): void {
  const written = forwardersOf(name, forwarders);
  const dns = child(editor.root, 'dns');
  for (const one of plainForwarders(editor.root)) editor.cut(one);
  if (dns) editor.insert(dns, written);
  else if (written !== '') editor.insert(editor.root, `<dns>${written}</dns>`);
}

function setPlan(editor: XmlEditor, plan: string): void {
  const { root } = editor;
  const written = words(plan);
  const info = kcliInfoOf(root);
  const metadata = child(root, 'metadata');
  const there = child(info, 'plan');
  if (there && plan === '') editor.cut(there);
  else if (there) editor.setText(there, plan);
  else if (plan === '') return;
  else if (info) {
    const tag = editor.tag(info).replace(/info$/, 'plan');
    editor.insert(info, `<${tag}>${written}</${tag}>`);
  } else if (metadata) editor.insert(metadata, metadataOf(plan).replace(/^<metadata>|<\/metadata>$/g, ''));
  else editor.insert(root, metadataOf(plan));
}

function setRanges(name: string, editor: XmlEditor, subnets: readonly Subnet[], { dhcp, range }: Changes): void {
  if (dhcp === undefined && range === undefined) return;
  const isOn = settingsIn(editor.root).dhcp === true;
  if (dhcp === false) refuseKept(name, editor.root);
  const will = dhcp ?? isOn;
  const cidrs = subnets.map(({ cidr }) => cidr);
  const given = range ? rangesOf(name, range, will, cidrs) : [];
  for (const { ip, cidr, ranges } of subnets) {
    const named = given.filter(({ of }) => of === cidr);
    // libvirt gives out addresses in one place of each version.
    const first = subnets.find((one) => one.cidr.family === cidr.family);
    const isUsual = isOn
      ? range === '' && child(ip, 'dhcp') !== undefined
      : ip === first?.ip && !given.some(({ of }) => of.family === cidr.family);
    if (!will) cutDhcp(editor, ip);
    else if (named.length > 0 || isUsual)
      writeRanges(editor, ip, ranges, named.length > 0 ? named : [usualRange(cidr)]);
  }
}

/** Reservations and boot files are sent by DHCP, and libvirt keeps none without it. */
function refuseKept(name: string, network: XmlElement): void {
  const all = childrenOf(network, 'ip').flatMap((ip) => child(ip, 'dhcp')?.children ?? []);
  const kept = all.filter((one) => one.name === 'host').length;
  if (kept > 0)
    throw refused(
      name,
      `it keeps ${kept === 1 ? 'an address' : `${kept} addresses`} for NICs, which DHCP gives`,
      'delete the leases that are kept first',
    );
  if (all.some((one) => one.name === 'bootp'))
    throw refused(name, 'it tells machines a boot file by DHCP', `take that out first: virsh net-edit ${name}`);
}

function cutDhcp(editor: XmlEditor, ip: XmlElement): void {
  const dhcp = child(ip, 'dhcp');
  if (dhcp) editor.cut(dhcp);
}

/** The first range that is there keeps what else it has: how long an address is given for. */
function writeRanges(editor: XmlEditor, ip: XmlElement, before: readonly Range[], wanted: readonly Range[]): void {
  const [text, now] = [wanted, before].map((ranges) => ranges.map(writeRange).join(''));
  if (text === now) return;
  const dhcp = child(ip, 'dhcp');
  if (!dhcp) {
    editor.insert(ip, `<dhcp>${text ?? ''}</dhcp>`);
    return;
  }
  const [first, ...others] = childrenOf(dhcp, 'range');
  const [one, ...more] = wanted;
  for (const other of others) editor.cut(other);
  if (first && one) for (const [key, value] of Object.entries(endsOf(one))) editor.setAttribute(first, key, value);
  editor.insert(dhcp, (first ? more : wanted).map(writeRange).join(''));
}
