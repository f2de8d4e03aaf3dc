/** Hosts that are taken out of service, and put back: EnterMaintenanceMode_Task, ExitMaintenanceMode_Task (vSphere Web Services API). */
import { FleetError } from '../../../errors.ts';
import { type NodeId, nativeOf } from '../../../ids.ts';
import type { Accepted, NodeOps } from '../../contract.ts';
import { alreadySo, refuseRunning } from '../../lib/maintenance.ts';
import { textAt } from '../../transport/xml.ts';
import { nameOf } from '../lists.ts';
import { normalizeError } from '../normalize-error.ts';
import { type ObjectContent, retrieve, way } from '../properties.ts';
import { type MoRef, type Xml, xml } from '../soap/envelope.ts';
import { beginTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';

/** Seconds; the server gives up by itself then. A cluster moves the VMs of a host away meanwhile. */
const ENTERS_WITHIN_S = 1_800;
const EXITS_WITHIN_S = 120;
/** Most refusals come at once. */
const FOLLOW_MS = 5_000;

const MAINTENANCE = 'runtime.inMaintenanceMode';
const CONNECTION = 'runtime.connectionState';
const POWER = 'runtime.powerState';
const WANTED = [
  { type: 'HostSystem', paths: ['name', CONNECTION, MAINTENANCE] },
  { type: 'VirtualMachine', paths: ['name', POWER] },
  { type: 'ClusterComputeResource', paths: ['configurationEx'] },
];
const WAYS: Xml = xml`${[way('vms', 'HostSystem', 'vm', []), way('cluster', 'HostSystem', 'parent', [])]}`;

/** A host, in one request with who runs there and what its cluster does of that. */
interface HostNow {
  readonly ref: MoRef;
  readonly name: string;
  readonly isConnected: boolean;
  readonly inMaintenance: boolean;
  /** Names of the VMs that run. */
  readonly running: readonly string[];
  /** Its cluster moves VMs by itself, without asking an administrator. */
  readonly isEmptied: boolean;
}

export function createMaintenance(calls: VmCalls): Required<Pick<NodeOps, 'enterMaintenance' | 'exitMaintenance'>> {
  async function onHost(
    id: NodeId,
    signal: AbortSignal,
    work: (host: HostNow) => Promise<Accepted>,
  ): Promise<Accepted> {
    let name: string = nativeOf(id);
    try {
      const host = await readHost(calls, id, signal);
      name = host.name;
      if (!host.isConnected) {
        throw new FleetError('op.conflict', `${name} is not connected to its vCenter`, { fix: 'connect it first' });
      }
      return await work(host);
    } catch (error) {
      throw normalizeError(error, name, 'node');
    }
  }

  async function send({ ref, name }: HostNow, method: string, seconds: number, signal: AbortSignal): Promise<Accepted> {
    const args = xml`<timeout>${seconds}</timeout>`;
    const task = await beginTask(calls, { target: ref, method, args, subject: name, signal });
    await calls.tasks.follow(task, FOLLOW_MS, signal);
    return { task: task.value, warnings: [], takesUpToMs: seconds * 1000 };
  }

  return {
    enterMaintenance: (id, signal) =>
      onHost(id, signal, async (host) => {
        if (host.inMaintenance) return alreadySo('node.enterMaintenance', `${host.name} was in maintenance already`);
        // the server would wait until they are moved, until its time is over
        if (!host.isEmptied) refuseRunning(host.name, host.running);
        return send(host, 'EnterMaintenanceMode_Task', ENTERS_WITHIN_S, signal);
      }),
    exitMaintenance: (id, signal) =>
      onHost(id, signal, async (host) =>
        host.inMaintenance
          ? send(host, 'ExitMaintenanceMode_Task', EXITS_WITHIN_S, signal)
          : alreadySo('node.exitMaintenance', `${host.name} was in service already`),
      ),
  };
}

async function readHost({ session }: VmCalls, id: NodeId, signal: AbortSignal): Promise<HostNow> {
  const ref = { type: 'HostSystem', value: nativeOf(id) };
  const running: string[] = [];
  let host: ObjectContent = { ref, values: new Map() };
  let isEmptied = false;
  await retrieve(session, WANTED, { from: [ref], ways: WAYS }, signal, (object) => {
    const { type } = object.ref;
    if (type === 'HostSystem') host = object;
    else if (type === 'VirtualMachine') {
      if (object.values.get(POWER)?.text === 'poweredOn') running.push(nameOf(object));
    } else isEmptied = movesByItself(object);
  });
  const text = (path: string) => host.values.get(path)?.text;
  return {
    ref,
    name: nameOf(host),
    isConnected: text(CONNECTION) === 'connected',
    inMaintenance: text(MAINTENANCE) === 'true',
    running,
    isEmptied,
  };
}

/** DRS (ClusterDrsConfigInfo): any other behaviour only recommends moves to an administrator. */
function movesByItself({ values }: ObjectContent): boolean {
  const configuration = values.get('configurationEx');
  const drs = (name: string) => textAt(configuration, 'drsConfig', name);
  return drs('enabled') === 'true' && drs('defaultVmBehavior') === 'fullyAutomated';
}
