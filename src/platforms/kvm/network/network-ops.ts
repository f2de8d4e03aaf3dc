import { type NetworkId, networkId } from '../../../ids.ts';
import type { LossPlan, NetworkOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Host, type HostCall, makeWhole, onHost, onListed } from '../host/host-call.ts';
import { remove, type Switched, switchOff, switchOn } from '../host/switched.ts';
import { uuidText } from '../link/uuid.ts';
import { readNetworkNow, updateNetwork } from '../network-edit/update-network.ts';
import { type Procedure, procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { CHANGE_MS, DONE } from '../vm/guest-call.ts';
import { refuseNoDevice } from './interfaces.ts';
import { readNetworkXml } from './network-xml.ts';
import { readNetworks } from './networks.ts';
import { vmsIn } from './vms-in.ts';
import { writeNetworkXml } from './write-network.ts';

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
        if (spec.device !== '') await refuseNoDevice(call, spec.device, spec.mode === 'bridge' && !spec.openvswitch);
        // Waited for also when the caller has given up, so that it can be taken back.
        const options = { deadlineMs: CHANGE_MS };
        const { uuid } = await makeWhole(
          call,
          () => client.call(procedures.defineNetwork, { xml }, options),
          async (network) => {
            signal.throwIfAborted();
            if (spec.autostart !== false)
              await client.call(procedures.setNetworkAutostart, { network, autostart: true }, options);
            await client.call(procedures.createNetwork, { network }, options);
          },
          (network) => client.call(procedures.undefineNetwork, { network }, options),
        );
        return { ...DONE, id: networkId(endpoint, uuidText(uuid)) };
      }),
    settings: (id, signal) =>
      onNetwork(id, signal, async (call, network) => {
        const { settings, atRestart, users } = await readNetworkNow(call, network);
        return { settings, atRestart, users };
      }),
    update: (id, changes, basedOn, options, signal) =>
      onNetwork(id, signal, (call, network) => updateNetwork(call, network, changes, basedOn, options)),
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

async function planOf(call: HostCall, network: VirtualNetwork): Promise<LossPlan> {
  const { client, signal } = call;
  const { name } = network;
  const { cidrs } = await readNetworkXml(await client.call(procedures.networkXml, { network, flags: 0 }, { signal }));
  const vms = await vmsIn(call, network, 'all');
  const goes = [`the network ${name}${cidrs.length > 0 ? ` (${cidrs.join(', ')})` : ''}`];
  return { goes, stays: [], ...(vms.length > 0 && { refused: usedBy(name, vms) }) };
}
