/** What a NIC is plugged into: Network, DistributedVirtualPortgroup and OpaqueNetwork (vSphere Web Services API). */
import { networkId, nodeId } from '../../../ids.ts';
import type { Network, NetworkOps } from '../../contract.ts';
import { child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { inFolders } from '../inventory-spec.ts';
import { inOrder, nameOf, readAll, UNTOLD } from '../lists.ts';
import { type ObjectContent, retrieve } from '../properties.ts';
import type { Session } from '../session.ts';
import type { MoRef } from '../soap/envelope.ts';
import { SoapFault } from '../soap/fault.ts';
import { kindOf } from '../soap/kind.ts';

const SWITCH = 'config.distributedVirtualSwitch';
const PORT = 'config.defaultPortConfig';
const ACCESSIBLE = 'summary.accessible';

/** What is wanted of a type is wanted of those that are made of it, too: of distributed port groups both lines. */
const WANTED = [
  { type: 'Network', paths: ['name', 'host', ACCESSIBLE] },
  { type: 'DistributedVirtualPortgroup', paths: [SWITCH, PORT] },
  { type: 'DistributedVirtualSwitch', paths: ['name'] },
];

export const createNetworkOps = (session: Session): Required<Pick<NetworkOps, 'list'>> => ({
  async list(_of, signal) {
    const all = await readAll(session, WANTED, inFolders(session.content.rootFolder, 'networkFolder'), signal);
    const isSwitch = ({ ref }: ObjectContent) => ref.type.endsWith('DistributedVirtualSwitch');
    const switches = new Map(all.filter(isSwitch).map((one) => [one.ref.value, nameOf(one)]));
    const networks = all.filter((one) => !isSwitch(one));
    const onHosts = await readPortGroups(session, networks.filter(isStandard), signal);
    return inOrder(
      networks.map((one) => {
        const placed = isStandard(one) ? onHosts(one) : distributed(one, switches);
        return networkFrom(one, placed, session);
      }),
    );
  },
});

/** Where a network is, and how its frames are marked. */
interface Placed {
  readonly device: string | undefined;
  readonly vlan: number | undefined;
}

const isStandard = ({ ref }: ObjectContent): boolean => ref.type === 'Network';

const hostsOf = ({ values }: ObjectContent): readonly string[] =>
  childrenOf(values.get('host'), 'ManagedObjectReference').map(({ text }) => text);

function networkFrom(object: ObjectContent, { device, vlan }: Placed, { endpoint, clock }: Session): Network {
  const hosts = hostsOf(object);
  const accessible = object.values.get(ACCESSIBLE)?.text;
  return {
    id: networkId(endpoint, object.ref.value),
    name: nameOf(object),
    type: object.ref.type,
    mode: 'bridge',
    node: hosts.length === 1 && hosts[0] ? nodeId(endpoint, hosts[0]) : undefined,
    active: accessible === 'true',
    cidrs: [],
    dhcp: undefined,
    device,
    vlan,
    mtu: undefined,
    domain: undefined,
    ...(accessible === undefined ? { trouble: { message: UNTOLD, since: clock.now() } } : {}),
  };
}

const distributed = ({ values }: ObjectContent, switches: ReadonlyMap<string, string>): Placed => {
  const vlan = child(values.get(PORT), 'vlan');
  // a trunk has ranges
  const tag = kindOf(vlan)?.endsWith('TrunkVlanSpec') ? undefined : (textAt(vlan, 'vlanId') ?? textAt(vlan, 'pvlanId'));
  return { device: switches.get(values.get(SWITCH)?.text ?? ''), vlan: tagOf(tag) };
};

/** 0 is none, and 4095 all of them: a trunk. */
function tagOf(text: string | undefined): number | undefined {
  const tag = /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0;
  return tag > 0 && tag < 4095 ? tag : undefined;
}

const PORT_GROUPS = 'config.network.portgroup';
/** A host tells some kilobytes for each of its port groups; of more hosts than these it is not asked. */
const MOST_HOSTS = 100;

/**
 * Standard port groups are settings of their hosts, and a network is all of one name: what its hosts agree on. Hosts that
 * don't tell leave it undefined.
 */
async function readPortGroups(
  session: Session,
  networks: readonly ObjectContent[],
  signal: AbortSignal,
): Promise<(network: ObjectContent) => Placed> {
  const hosts = [...new Set(networks.flatMap(hostsOf))].slice(0, MOST_HOSTS);
  const from = hosts.map((value): MoRef => ({ type: 'HostSystem', value }));
  const wanted = [{ type: 'HostSystem', paths: [PORT_GROUPS] }];
  const byHost = new Map<string, ReadonlyMap<string, XmlElement>>();
  if (from.length > 0) {
    await retrieve(session, wanted, { from, mayBeGone: true }, signal, ({ ref, values }) => {
      byHost.set(ref.value, specsIn(values.get(PORT_GROUPS)));
    }).catch((error: unknown) => {
      // a server that refuses it has told the networks themselves
      if (!(error instanceof SoapFault)) throw error;
    });
  }
  return (network) => {
    const name = nameOf(network);
    const specs = hostsOf(network).map((host) => byHost.get(host)?.get(name));
    return {
      device: agreed(specs.map((spec) => textAt(spec, 'vswitchName'))),
      vlan: agreed(specs.map((spec) => tagOf(textAt(spec, 'vlanId')))),
    };
  };
}

const specsIn = (value: XmlElement | undefined): ReadonlyMap<string, XmlElement> =>
  new Map(
    childrenOf(value, 'HostPortGroup').flatMap((group) => {
      const spec = child(group, 'spec');
      return spec ? [[textAt(spec, 'name') ?? '', spec] as const] : [];
    }),
  );

/** The one value that all have. */
const agreed = <Value>(values: readonly Value[]): Value | undefined =>
  values.every((one) => one === values[0]) ? values[0] : undefined;
