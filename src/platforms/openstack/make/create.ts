/** A new server: made by Nova with its volumes and ports, its floating address, and off where it is not to be started. */
import { FleetError } from '../../../errors.ts';
import { vmId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { rowIn, rowsIn } from '../json.ts';
import { isMissing, needed, type Project, untilSo } from '../project.ts';
import { readServer, type Server } from '../servers.ts';
import { planServer } from './plan.ts';
import { readSpec } from './spec.ts';

/** Images are copied to hosts, and into volumes. */
const BUILD_MS = 580_000;
const STOP_MS = 120_000;
const GONE_MS = 180_000;

export const createMake =
  (project: Project): NonNullable<VmOps['create']> =>
  async (endpoint, settings, signal) => {
    const spec = readSpec(settings);
    const plan = await planServer(project, spec, signal);
    const { nova, calls } = project;
    const { name } = spec;
    const made: Made[] = [];
    // Without an answer it may be there, and only its name is known.
    let asked: Made | undefined = {
      what: `the server ${name}`,
      command: 'openstack server list',
      undo: async () => {},
    };
    let id = '';
    try {
      const { body } = await nova.change('POST', '/servers', { signal, subject: name, json: plan.body });
      id = textOf(rowIn(asRow(body, name), 'server'), 'id') ?? '';
      asked = undefined;
      made.push(serverMade(project, id, name));
      calls.news({ server: id });
      await untilBuilt(project, id, name, signal);
      if (plan.floatingOf !== undefined) made.push(await giveAddress(project, id, plan.floatingOf, name, signal));
      if (!spec.start) await turnOff(project, id, name, signal);
    } catch (error) {
      throw await takeBack(signal.aborted ? signal.reason : error, made, { asked });
    } finally {
      if (id !== '') calls.news({ server: id });
    }
    return { warnings: plan.warnings, id: vmId(endpoint, id) };
  };

const pathOf = (id: string): string => `/servers/${encodeURIComponent(id)}`;

/** Undefined for one that is gone. */
async function read({ nova }: Project, id: string, name: string, signal: AbortSignal): Promise<Server | undefined> {
  try {
    const server = readServer(rowIn(await nova.get(pathOf(id), { signal, subject: name }), 'server'));
    return server.status === 'DELETED' ? undefined : server;
  } catch (error) {
    if (error instanceof FleetError && error.code === 'vm.not-found') return undefined;
    throw error;
  }
}

function serverMade(project: Project, id: string, name: string): Made {
  const { signal } = new AbortController();
  return {
    what: `the server ${name}`,
    command: `openstack server delete ${id}`,
    async undo() {
      await project.nova.change('DELETE', pathOf(id), { signal, subject: name }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      const late = `${name} is still being deleted`;
      const reading = () => read(project, id, name, signal);
      await untilSo(project.clock, { signal, limitMs: GONE_MS, late }, reading, (now) => now === undefined);
    },
  };
}

async function untilBuilt(project: Project, id: string, name: string, signal: AbortSignal): Promise<void> {
  const now = await untilSo(
    project.clock,
    { signal, limitMs: BUILD_MS, late: `${name} is still being built` },
    () => read(project, id, name, signal),
    (server) => server?.status !== 'BUILD',
  );
  if (now?.status === 'ACTIVE') return;
  const why = now === undefined ? 'it is gone' : (now.fault?.message ?? `Nova says ${now.status}`);
  throw new FleetError('op.failed', `${name} could not be built: ${why}`);
}

async function turnOff(project: Project, id: string, name: string, signal: AbortSignal): Promise<void> {
  await project.nova.change('POST', `${pathOf(id)}/action`, { signal, subject: name, json: { 'os-stop': null } });
  await untilSo(
    project.clock,
    { signal, limitMs: STOP_MS, late: `${name} does not stop` },
    () => read(project, id, name, signal),
    (server) => server?.status === 'SHUTOFF',
  );
}

/** Of its first port. */
async function giveAddress(
  project: Project,
  id: string,
  network: string,
  name: string,
  signal: AbortSignal,
): Promise<Made> {
  const neutron = needed(project.neutron, 'Neutron');
  const ports = rowsIn(await neutron.get('/ports', { signal, subject: name, query: { device_id: id } }), 'ports');
  const port = ports[0] && textOf(ports[0], 'id');
  if (port === undefined) throw new FleetError('op.refused', `${name} has no NIC that could have a floating address`);
  const json = { floatingip: { floating_network_id: network, port_id: port } };
  const { body } = await neutron.change('POST', '/floatingips', { signal, subject: name, json });
  const row: Row = rowIn(asRow(body, name), 'floatingip');
  const address = textOf(row, 'id') ?? '';
  return {
    what: `the floating address ${textOf(row, 'floating_ip_address') ?? address}`,
    command: `openstack floating ip delete ${address}`,
    undo: () =>
      neutron.change('DELETE', `/floatingips/${address}`, { signal: new AbortController().signal, subject: name }),
  };
}
