import { FleetError } from '../../../errors.ts';
import { type NetworkId, networkId } from '../../../ids.ts';
import type { LossPlan, NetworkOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Host, type HostCall, makeWhole, onHost, onListed } from '../host/host-call.ts';
import { remove, type Switched, switchOff, switchOn } from '../host/switched.ts';
import { uuidText } from '../link/uuid.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { type Procedure, procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { CHANGE_MS, DONE } from '../vm/guest-call.ts';
import { otherDomains } from '../vm/other-domains.ts';
import { readNetworkXml } from '../xml/network-xml.ts';
import { writeNetworkXml } from '../xml/write-host-xml.ts';
import { readNetworks } from './networks.ts';

/** The virtual networks of a host. */
export function createNetworkOps(host: Host): Required<NetworkOps> {
  const { endpoint } = host.place;
  const onNetwork = <T>(
    id: NetworkId,
    signal: AbortSignal,
    work: (call: HostCall, network: VirtualNetwork) => Promise<T>,
  ): Promise<T> => onListed(host, 'network', procedures.networkByUuid, id, signal, work);

  return {
    list: (of, signal) => onHost(host, of, signal, (call) => readNetworks(host, call)),
    create: (_of, spec, signal) =>
      onHost(host, spec.name, signal, async (call) => {
        const { client } = call;
        const all = await readNetworks(host, call);
        refuseTakenName('network', endpoint, all, spec.name);
        const xml = writeNetworkXml(spec, all);
        if (spec.mode === 'bridge') await refuseNoDevice(call, spec.device);
        const options = { signal, deadlineMs: CHANGE_MS };
        const { uuid } = await makeWhole(
          call,
          () => client.call(procedures.defineNetwork, { xml }, options),
          async (network) => {
            await client.call(procedures.setNetworkAutostart, { network, autostart: true }, options);
            await client.call(procedures.createNetwork, { network }, options);
          },
          (network) => client.call(procedures.undefineNetwork, { network }),
        );
        return { ...DONE, id: networkId(endpoint, uuidText(uuid)) };
      }),
    planDelete: (id, signal) => onNetwork(id, signal, planOf),
    delete: (id, signal) =>
      onNetwork(id, signal, async (call, network) => {
        refusePlanned(await planOf(call, network));
        return remove(call, switched(call, network));
      }),
    start: (id, signal) => onNetwork(id, signal, (call, network) => switchOn(call, switched(call, network))),
    stop: (id, signal) => onNetwork(id, signal, (call, network) => switchOff(call, network, switched(call, network))),
  };
}

function switched({ client, signal }: HostCall, network: VirtualNetwork): Switched {
  const ask = <R>(procedure: Procedure<{ readonly network: VirtualNetwork }, R>) =>
    client.call(procedure, { network }, { signal, deadlineMs: CHANGE_MS });
  return {
    isActive: () => ask(procedures.networkIsActive),
    isPersistent: () => ask(procedures.networkIsPersistent),
    start: () => ask(procedures.createNetwork),
    stop: () => ask(procedures.destroyNetwork),
    undefine: () => ask(procedures.undefineNetwork),
  };
}

/** Throws op.refused for a device that the host has not. Where its interfaces can't be asked for, nothing is refused. */
async function refuseNoDevice({ client, signal }: HostCall, name: string): Promise<void> {
  await client.call(procedures.interfaceByName, { name }, { signal }).catch((error: unknown) => {
    if (!(error instanceof LibvirtError)) throw error;
    if (error.code === VIR_ERR.noInterface) throw new FleetError('op.refused', `the host has no bridge ${name}`);
  });
}

/** VMs are in it by its name, or by its bridge. One that can't be read may be in any. */
async function planOf(call: HostCall, network: VirtualNetwork): Promise<LossPlan> {
  const { client, signal } = call;
  const { name } = network;
  const text = await client.call(procedures.networkXml, { network, flags: 0 }, { signal });
  const { mode, cidrs, device } = await readNetworkXml(text);
  const vms = new Set<string>();
  for await (const { what, vm, nics, fault } of otherDomains(call, false)) {
    if (fault !== undefined) throw new FleetError('op.refused', `${what} can't be read: ${fault}`);
    const isIn = nics.some(
      ({ type, source }) =>
        (type === 'network' && source === name) || (type === 'bridge' && source === device && mode !== 'bridge'),
    );
    if (isIn) vms.add(vm);
  }
  const goes = [`the network ${name}${cidrs.length > 0 ? ` (${cidrs.join(', ')})` : ''}`];
  return { goes, stays: [], ...(vms.size > 0 && { refused: usedBy(name, [...vms]) }) };
}
