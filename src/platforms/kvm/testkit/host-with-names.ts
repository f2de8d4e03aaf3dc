import { attribute, child, childrenOf, readXml, type XmlElement } from '../../transport/xml.ts';
import { createDnsOps } from '../names/dns-ops.ts';
import { createLeaseOps } from '../names/lease-ops.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { AFFECT, NETWORK_XML, SECTION, UPDATE } from '../rpc/flags.ts';
import { type DhcpLease, procedures } from '../rpc/protocol.ts';
import { element, withChild, writeElement } from '../xml/write-element.ts';
import { libvirtNo } from './scripted-client.ts';
import { type HostWords, hostOfLists } from './scripted-host.ts';

type Given = readonly [address: string, mac?: string | undefined, hostname?: string | undefined, until?: number];

export interface NameWords extends Pick<HostWords, 'domains' | 'running' | 'inactive' | 'transient'> {
  /** By name: what is inside of `network`; as it runs, where that is something else. */
  readonly networks: Readonly<Record<string, string>>;
  readonly live?: Readonly<Record<string, string>>;
  /** By network: address, MAC, name, and until when, seconds. */
  readonly leases?: Readonly<Record<string, readonly Given[]>>;
  /** A libvirt before 7.2 takes the arguments of an update the other way round. */
  readonly isOld?: boolean;
}

const lease = ([address, mac, hostname, until = 2]: Given): DhcpLease => ({
  ...{ bridge: 'virbr0', until, type: 0, mac, iaid: undefined, address, prefix: 24, hostname, client: undefined },
});

/** A host whose networks keep addresses and names, and change as libvirt changes them. */
export async function hostWithNames(words: NameWords) {
  const { networks, live = {}, leases = {}, isOld = false } = words;
  const scripted = hostOfLists(words);
  const { answer } = scripted;
  const read = async (inside: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(inside).map(
          async ([name, text]) => [name, await readXml(`<network>${text}</network>`)] as const,
        ),
      ),
    );
  const there = { saved: await read(networks), live: { ...(await read(networks)), ...(await read(live)) } };
  const sent: string[] = [];

  answer(procedures.networkByName, ({ name }) => {
    const at = Object.keys(networks).indexOf(name);
    if (at < 0) throw libvirtNo(VIR_ERR.noNetwork);
    return { name, uuid: Buffer.alloc(16, at + 1) };
  });
  const xmlOf = (name: string, half: 'live' | 'saved') => writeElement(there[half][name] ?? element('html'));
  answer(procedures.networkXml, ({ network: { name }, flags }) =>
    xmlOf(name, flags === NETWORK_XML.inactive ? 'saved' : 'live'),
  );
  answer(procedures.networkLeases, ({ network: { name } }) => ({ leases: (leases[name] ?? []).map(lease), count: 0 }));
  answer(procedures.supportsFeature, () => Number(!isOld));
  answer(
    procedures.updateNetwork,
    async ({ network: { name }, command: first, section: second, parent, xml, flags }) => {
      const [command, section] = isOld ? [second, first] : [first, second];
      const where = [flags & AFFECT.live ? 'live' : '', flags & AFFECT.config ? 'saved' : ''].filter(Boolean).join('+');
      const entry = await readXml(xml);
      const changed = (['live', 'saved'] as const).flatMap((half) => {
        const network = there[half][name];
        if (!network || (flags & AFFECT[half === 'live' ? 'live' : 'config']) === 0) return [];
        return [[half, updated(network, command, section, parent, entry)] as const];
      });
      for (const [half, network] of changed) there[half][name] = network;
      sent.push(`${command === UPDATE.delete ? 'delete' : 'add'} ${where} ${parent} ${xml}`);
    },
  );
  const { host, signal } = scripted;
  return { ...scripted, sent, xmlOf, leases: createLeaseOps(host), dns: createDnsOps(host), signal };
}

/** The network after an update, or libvirt's refusal. */
function updated(network: XmlElement, command: number, section: number, parent: number, entry: XmlElement): XmlElement {
  const isDhcp = section === SECTION.dhcpHost || section === SECTION.dhcpRange;
  const outer = isDhcp ? childrenOf(network, 'ip')[parent] : network;
  if (!outer) throw libvirtNo(VIR_ERR.operationInvalid, 'no <ip> element found');
  const name = isDhcp ? 'dhcp' : 'dns';
  const list = child(outer, name) ?? element(name);
  const isMatch = (one: XmlElement) => one.name === entry.name && matches(section, one, entry);
  const found = list.children.filter(isMatch);
  if (command === UPDATE.delete && found.length !== 1)
    throw libvirtNo(VIR_ERR.operationInvalid, `${found.length} matching records`);
  if (command === UPDATE.addLast && found.some((one) => section !== SECTION.dnsHost || hasIp(one, entry)))
    throw libvirtNo(VIR_ERR.operationInvalid, 'there is already a matching record');
  const children =
    command === UPDATE.delete ? list.children.filter((one) => one !== found[0]) : [...list.children, entry];
  const changed = withChild(outer, { ...list, children });
  return outer === network
    ? changed
    : { ...network, children: network.children.map((one) => (one === outer ? changed : one)) };
}

const hasIp = (one: XmlElement, entry: XmlElement): boolean => attribute(one, 'ip') === attribute(entry, 'ip');

/** As virNetworkDefUpdateDNSHost and its like: a name of DNS is found at every address that has it. */
function matches(section: number, one: XmlElement, entry: XmlElement): boolean {
  if (section === SECTION.dnsTxt) return attribute(one, 'name') === attribute(entry, 'name');
  if (section !== SECTION.dnsHost)
    return Object.entries(entry.attributes).every(([key, value]) => (attribute(one, key) ?? value) === value);
  const names = (of: XmlElement) => childrenOf(of, 'hostname').map(({ text }) => text);
  return hasIp(one, entry) || names(one).some((each) => names(entry).includes(each));
}
