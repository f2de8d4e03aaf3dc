/** Port groups: of distributed switches (AddDVPortgroup_Task, Destroy_Task) and of hosts (HostNetworkSystem). */
import { FleetError } from '../../../errors.ts';
import { type NetworkId, nativeOfListed, networkId } from '../../../ids.ts';
import type { LossPlan, NetworkOps, NetworkSpec } from '../../contract.ts';
import { noListed, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, shellWord, takeBack } from '../../lib/take-back.ts';
import { childrenOf } from '../../transport/xml.ts';
import { wholeInventory } from '../inventory-spec.ts';
import { nameOf, readAll } from '../lists.ts';
import { normalizeError } from '../normalize-error.ts';
import { type Catalog, datacenterOf, type Host, type Net, readCatalog, type Switch } from '../place/catalog.ts';
import { calledSo } from '../place/choose.ts';
import { refOf, retrieveOne } from '../properties.ts';
import { type MoRef, nothing, type Xml, xml } from '../soap/envelope.ts';
import { runTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';

const CHANGE_MS = 60_000;

export function createNetworkChanges(calls: VmCalls): Required<Pick<NetworkOps, 'create' | 'planDelete' | 'delete'>> {
  const { session } = calls;
  const change = async (target: MoRef, method: string, args: Xml, subject: string, signal: AbortSignal) => {
    const call = { target, method, args, kind: 'mutates', signal, deadlineMs: CHANGE_MS } as const;
    await session.call(call).catch((error: unknown) => {
      throw normalizeError(error, subject, 'list');
    });
  };
  const run = (target: MoRef, method: string, args: Xml, subject: string, signal: AbortSignal) =>
    runTask(calls, { target, method, args, subject, signal }).catch((error: unknown) => {
      throw normalizeError(error, subject, 'list');
    });
  const networkSystem = async (host: Host, signal: AbortSignal): Promise<MoRef> =>
    refOf((await retrieveOne(session, host.ref, [SYSTEM], signal)).get(SYSTEM));

  async function addToHosts(
    spec: NetworkSpec,
    hosts: readonly Host[],
    vlan: number,
    signal: AbortSignal,
  ): Promise<void> {
    const made: Made[] = [];
    const { name } = spec;
    const args = xml`<portgrp><name>${name}</name><vlanId>${vlan}</vlanId><vswitchName>${switchIn(spec)}</vswitchName><policy/></portgrp>`;
    try {
      for (const host of hosts) {
        const system = await networkSystem(host, signal);
        await change(system, 'AddPortGroup', args, `${name} on ${host.name}`, signal);
        const patient = new AbortController().signal;
        made.push({
          what: `the port group ${name} on ${host.name}`,
          command: `govc host.portgroup.remove -host ${shellWord(host.name)} ${shellWord(name)}`,
          undo: () => change(system, 'RemovePortGroup', xml`<pgName>${name}</pgName>`, name, patient),
        });
      }
    } catch (error) {
      throw await takeBack(error, made);
    }
  }

  async function planned(id: NetworkId, signal: AbortSignal) {
    const catalog = await readCatalog(session, signal);
    const net = catalog.networks.get(nativeOfListed(id));
    if (!net) throw noListed('network', id);
    const vms = await usersOfNetwork(calls, net, signal);
    return { catalog, net, plan: planOf(catalog, net, vms) };
  }

  return {
    async create(of, spec, signal) {
      refuseForeign(spec);
      const vlan = spec.vlans?.[0] ?? 0;
      const catalog = await readCatalog(session, signal);
      const found = switchOf(catalog, spec);
      const datacenter = 'uuid' in found ? datacenterOf(catalog, found) : found.datacenter;
      const beside = [...catalog.networks.values()].filter((one) => datacenterOf(catalog, one) === datacenter);
      refuseTakenName('network', of, beside, spec.name);
      if ('uuid' in found) {
        await run(found.ref, 'AddDVPortgroup_Task', portgroupSpec(spec.name, vlan), spec.name, signal);
      } else await addToHosts(spec, found.hosts, vlan, signal);
      const now = await readCatalog(session, signal);
      const made = [...now.networks.values()].find(
        (one) => one.name === spec.name && datacenterOf(now, one)?.ref.value === datacenter?.ref.value,
      );
      return { warnings: [], ...(made && { id: networkId(of, made.ref.value) }) };
    },
    planDelete: async (id, signal) => (await planned(id, signal)).plan,
    async delete(id, signal) {
      const { catalog, net, plan } = await planned(id, signal);
      refusePlanned(plan);
      if (net.portgroupKey !== undefined) {
        await run(net.ref, 'Destroy_Task', nothing, net.name, signal);
        return { warnings: [] };
      }
      for (const host of hostsOf(catalog, net)) {
        const system = await networkSystem(host, signal);
        await change(
          system,
          'RemovePortGroup',
          xml`<pgName>${net.name}</pgName>`,
          `${net.name} on ${host.name}`,
          signal,
        );
      }
      return { warnings: [] };
    },
  };
}

const SYSTEM = 'configManager.networkSystem';

/** Throws op.refused for what a port group has not. */
function refuseForeign(spec: NetworkSpec): void {
  if (spec.mode !== 'bridge')
    throw refused(`vSphere has no networks of the mode ${spec.mode}`, 'take bridge, with a switch');
  if (spec.cidr !== '' || spec.dhcp || spec.domain !== '' || (spec.dualCidr ?? '') !== '') {
    throw refused('a port group has no addresses, DHCP or domain of its own', 'leave them out');
  }
  if (spec.inbound ?? spec.outbound) throw refused('drover sets no rates of port groups', 'leave them out');
  if (spec.mtu !== undefined) throw refused('the MTU is that of the switch', 'leave it out');
  if ((spec.vlans?.length ?? 0) > 1) throw refused('drover makes no trunks on vSphere', 'name one VLAN');
  if (spec.device === '')
    throw refused('a port group is of a switch', 'name a distributed one, or vSwitch0, or vSwitch0@HOST');
}

interface Standard {
  readonly datacenter: ReturnType<typeof datacenterOf>;
  readonly hosts: readonly Host[];
}

/** `vSwitch0@esx1`: of one host. */
const switchIn = ({ device }: NetworkSpec): string => device.split('@', 1)[0] ?? '';

function switchOf(catalog: Catalog, { device }: NetworkSpec): Switch | Standard {
  const distributed = calledSo(catalog, catalog.switches.values(), device);
  const [first, second] = distributed;
  if (second) {
    const names = distributed.map((one) => `${datacenterOf(catalog, one)?.name ?? ''}/${one.name}`);
    throw new FleetError('name.ambiguous', `several datacenters have a switch ${device}`, {
      fix: `take one of ${names.join(', ')}`,
    });
  }
  if (first) return first;
  const [, wanted = ''] = device.split('@');
  const hosts = [...catalog.hosts.values()].filter(({ name, isUp }) => isUp && (wanted === '' || name === wanted));
  const datacenters = new Set(hosts.map((host) => datacenterOf(catalog, host)));
  const [datacenter] = datacenters;
  if (hosts.length === 0) throw refused(`there is no switch and no host ${JSON.stringify(device)}`);
  if (datacenters.size > 1)
    throw refused(`${device} may be on hosts of several datacenters`, `name one host: ${device}@HOST`);
  return { datacenter, hosts };
}

function portgroupSpec(name: string, vlan: number): Xml {
  const setting = xml`<defaultPortConfig xsi:type="VMwareDVSPortSetting"><vlan xsi:type="VmwareDistributedVirtualSwitchVlanIdSpec"><inherited>false</inherited><vlanId>${vlan}</vlanId></vlan></defaultPortConfig>`;
  return xml`<spec><name>${name}</name><numPorts>8</numPorts>${setting}<type>earlyBinding</type><autoExpand>true</autoExpand></spec>`;
}

const hostsOf = ({ hosts }: Catalog, { ref }: Net): readonly Host[] =>
  [...hosts.values()].filter(({ networks }) => networks.includes(ref.value));

/** One request: VMs by what they are plugged into, templates too. */
async function usersOfNetwork({ session }: VmCalls, { ref }: Net, signal: AbortSignal): Promise<readonly string[]> {
  const wanted = [{ type: 'VirtualMachine', paths: ['name', 'network'] }];
  const all = await readAll(session, wanted, wholeInventory(session.content.rootFolder), signal);
  return all.flatMap((vm) =>
    childrenOf(vm.values.get('network'), 'ManagedObjectReference').some(({ text }) => text === ref.value)
      ? [nameOf(vm)]
      : [],
  );
}

function planOf(catalog: Catalog, net: Net, vms: readonly string[]): LossPlan {
  const refuse = (why: string): LossPlan => ({ goes: [], stays: [net.name], refused: why });
  if (net.opaque) return refuse(`${net.name} is of NSX, which alone deletes it`);
  if (vms.length > 0) return refuse(usedBy(net.name, vms));
  const own = net.switch === undefined ? undefined : catalog.switches.get(net.switch);
  if (own) return { goes: [`the port group ${net.name} of ${own.name}`], stays: [`the switch ${own.name}`] };
  const hosts = hostsOf(catalog, net);
  if (hosts.length === 0) return refuse(`no host says that it has ${net.name}`);
  return {
    goes: hosts.map(({ name }) => `the port group ${net.name} on ${name}`),
    stays: ['the switches that it was on'],
  };
}
