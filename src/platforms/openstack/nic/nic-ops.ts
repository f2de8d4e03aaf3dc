/** Network cards of a server: ports of Neutron that Nova plugs in. */
import { FleetError } from '../../../errors.ts';
import { nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { noPart } from '../../lib/parts.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { rowIn, rowsIn } from '../json.ts';
import { findNetwork } from '../network/find-network.ts';
import { isMissing, needed, type Project, untilSo } from '../project.ts';
import { onServer, type ServerCall } from '../server-call.ts';

/** On ports that were made for a NIC, so that they go with it: Nova deletes only those that it has made itself. */
const OWN = 'made by drover for a NIC';
/** A guest lets go of a NIC within this time. */
const UNPLUG_MS = 45_000;

export function createNicOps(project: Project): Required<Pick<NicOps, 'create' | 'delete'>> {
  const { calls } = project;
  return {
    create: (vm, spec, signal) =>
      onServer(calls, vm, signal, async (call) => {
        if (spec.model !== '' && spec.model !== 'virtio')
          throw new FleetError('op.refused', 'what a guest sees of a NIC is said by the image (hw_vif_model)');
        const { id } = await findNetwork(project, spec.network, signal);
        const mac = spec.mac === '' ? await plug(call, { net_id: id }) : await plugOwn(project, call, id, spec.mac);
        return { warnings: [], id: nicId(vm, mac) };
      }),
    delete: (id, signal) =>
      onServer(calls, vmOf(id), signal, async (call) => {
        const port = (await portsOf(call)).find((one) => textOf(one, 'mac_addr') === nativeOfPart(id));
        const portId = port && textOf(port, 'port_id');
        if (portId === undefined) throw noPart('nic', call.name, id);
        await call.change('DELETE', `/os-interface/${encodeURIComponent(portId)}`);
        await untilSo(
          project.clock,
          { signal, limitMs: UNPLUG_MS, late: `${call.name} does not let go of its NIC ${nativeOfPart(id)}` },
          () => portsOf(call),
          (ports) => !ports.some((one) => textOf(one, 'port_id') === portId),
        );
        await deleteOwn(needed(project.neutron, 'Neutron'), portId, signal);
        return { warnings: [] };
      }),
  };
}

const portsOf = async (call: ServerCall): Promise<readonly Row[]> =>
  rowsIn(await call.get('/os-interface'), 'interfaceAttachments');

/** Answers its MAC. */
async function plug(call: ServerCall, interfaceAttachment: Row): Promise<string> {
  const { body } = await call.change('POST', '/os-interface', { interfaceAttachment });
  const mac = textOf(rowIn(body as Row, 'interfaceAttachment'), 'mac_addr');
  if (mac === undefined) throw new FleetError('outcome.unknown', `${call.name}: Nova does not say which NIC it is`);
  return mac;
}

async function plugOwn(project: Project, call: ServerCall, network: string, mac: string): Promise<string> {
  const neutron = needed(project.neutron, 'Neutron');
  const { signal, name } = call;
  const port = { network_id: network, mac_address: mac, name: `${name}-nic`, description: OWN };
  const { body } = await neutron.change('POST', '/ports', { signal, subject: name, json: { port } });
  const id = textOf(rowIn(body as Row, 'port'), 'id') ?? '';
  const made: Made = {
    what: `the port ${id}`,
    command: `openstack port delete ${id}`,
    undo: () => neutron.change('DELETE', `/ports/${id}`, { signal: new AbortController().signal, subject: name }),
  };
  try {
    return await plug(call, { port_id: id });
  } catch (error) {
    throw await takeBack(signal.aborted ? signal.reason : error, [made]);
  }
}

async function deleteOwn(neutron: Api, id: string, signal: AbortSignal): Promise<void> {
  const path = `/ports/${encodeURIComponent(id)}`;
  const subject = `the port ${id}`;
  try {
    const { description } = rowIn(await neutron.get(path, { signal, subject }), 'port');
    if (description === OWN) await neutron.change('DELETE', path, { signal, subject });
  } catch (error) {
    // Nova has deleted one that it had made.
    if (!isMissing(error)) throw error;
  }
}
