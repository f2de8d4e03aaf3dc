/** Network cards as they are added and changed: VirtualEthernetCard and what it is plugged into (vSphere Web Services API). */
import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import type { XmlElement } from '../../transport/xml.ts';
import type { NicModel } from '../form/fields.ts';
import { type Catalog, type Datacenter, datacenterOf, type Host, type Net } from '../place/catalog.ts';
import { namesOf, oneOf } from '../place/choose.ts';
import { nothing, type Xml, xml } from '../soap/envelope.ts';
import { rewritten, typed } from '../soap/rewrite.ts';
import { CONNECTED, DEVICE_ORDER, deviceChange } from './device-change.ts';
import type { Slots } from './slots.ts';

const KINDS: Readonly<Record<NicModel, string>> = {
  vmxnet3: 'VirtualVmxnet3',
  e1000e: 'VirtualE1000e',
  e1000: 'VirtualE1000',
};

/** The network of this name that one of the hosts reaches. Rejects with network.not-found, and op.refused. */
export function findNetwork(catalog: Catalog, hosts: readonly Host[], datacenter: Datacenter, wanted: string): Net {
  const there = [...catalog.networks.values()].filter((one) => datacenterOf(catalog, one) === datacenter);
  const reached = there.filter(({ ref }) => hosts.some(({ networks }) => networks.includes(ref.value)));
  const isWanted = ({ name, ref }: Net) => name === wanted || ref.value === wanted;
  if (!reached.some(isWanted) && there.some(isWanted)) throw refused(`${wanted} is not reached from ${namesOf(hosts)}`);
  return oneOf(reached, wanted, 'network', 'network.not-found');
}

function backingOf({ switches }: Catalog, { ref, name, portgroupKey, switch: of, opaque }: Net): Xml {
  if (portgroupKey !== undefined) {
    const uuid = switches.get(of ?? '')?.uuid;
    if (uuid === undefined)
      throw new FleetError('auth.forbidden', `the switch of ${name} may not be seen`, {
        fix: 'ask for the right System.Read on it',
      });
    const port = xml`<port><switchUuid>${uuid}</switchUuid><portgroupKey>${portgroupKey}</portgroupKey></port>`;
    return typed('backing', 'VirtualEthernetCardDistributedVirtualPortBackingInfo', port);
  }
  if (opaque) {
    const inside = xml`<opaqueNetworkId>${opaque.id}</opaqueNetworkId><opaqueNetworkType>${opaque.type}</opaqueNetworkType>`;
    return typed('backing', 'VirtualEthernetCardOpaqueNetworkBackingInfo', inside);
  }
  const inside = xml`<deviceName>${name}</deviceName><network type="${ref.type}">${ref.value}</network>`;
  return typed('backing', 'VirtualEthernetCardNetworkBackingInfo', inside);
}

/** `mac`: '' is one that the server makes. */
export function addNic(catalog: Catalog, slots: Slots, net: Net, model: NicModel, mac: string): Xml {
  const address = mac === '' ? nothing : xml`<addressType>manual</addressType><macAddress>${mac}</macAddress>`;
  const inside = xml`<key>${slots.newKey()}</key>${backingOf(catalog, net)}${CONNECTED}${address}<wakeOnLanEnabled>true</wakeOnLanEnabled>`;
  return deviceChange('add', typed('device', KINDS[model], inside));
}

/** Another network; address and model stay. */
export const plugNic = (catalog: Catalog, nic: XmlElement, net: Net): Xml =>
  deviceChange('edit', rewritten('device', nic, { backing: backingOf(catalog, net) }, DEVICE_ORDER));

/** An address that no other card has: one that was set by hand would be that of the VM that it was cloned from. */
export const renewMac = (catalog: Catalog, nic: XmlElement, net: Net | undefined, mac = ''): Xml =>
  deviceChange(
    'edit',
    rewritten('device', nic, {
      ...(net && { backing: backingOf(catalog, net) }),
      addressType: xml`<addressType>${mac === '' ? 'assigned' : 'manual'}</addressType>`,
      macAddress: mac === '' ? nothing : xml`<macAddress>${mac}</macAddress>`,
    }),
  );
