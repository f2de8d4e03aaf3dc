/** VMs go to another host, or to another datastore: RelocateVM_Task (vSphere Web Services API). */

import { endpointOf } from '../../../ids.ts';
import type { MigrationOps } from '../../contract.ts';
import { plansFor, refuseFailed } from '../../lib/migration.ts';
import { HARDWARE_PATHS } from '../hardware/change-vm.ts';
import { type Catalog, readCatalog } from '../place/catalog.ts';
import { hostOf } from '../place/of-vm.ts';
import { nothing, type Xml, xml } from '../soap/envelope.ts';
import { onVm, refuseTemplate, type VmCall, type VmCalls } from '../vm-call.ts';
import { type Facts, type Move, memoryOf, moveTo } from './plan.ts';

/** Some hundred GiB over a slow network. */
const TAKES_MS = 7_200_000;
const MEMORY = 'config.hardware.memoryMB';
const PATHS = [...HARDWARE_PATHS, 'network', MEMORY, 'resourcePool'];

export function createMigration(calls: VmCalls): Required<Pick<MigrationOps, 'planMigrate' | 'migrate'>> {
  const facts = async (call: VmCall, endpoint: Facts['endpoint']): Promise<Facts> => {
    const catalog = await readCatalog(calls.session, call.signal);
    return { endpoint, call, catalog, from: hostOf(catalog, call), memory: memoryOf(call.values.get(MEMORY)?.text) };
  };
  return {
    planMigrate: (id, targets, spec, signal) =>
      onVm(calls, id, PATHS, signal, async (call) => {
        const known = await facts(call, endpointOf(id));
        return plansFor(targets, async (target) => moveTo(known, target, spec).plan, signal);
      }),
    migrate: (id, target, spec, signal) =>
      onVm(calls, id, PATHS, signal, async (call) => {
        refuseTemplate(call);
        const known = await facts(call, endpointOf(id));
        const move = moveTo(known, target, spec);
        refuseFailed(call.name, move.plan, spec.despite);
        const args = xml`<spec>${specOf(known, move)}</spec><priority>defaultPriority</priority>`;
        const accepted = await call.task('RelocateVM_Task', args);
        return { ...accepted, takesUpToMs: TAKES_MS, id };
      }),
  };
}

/** Datastore, pool, host: in the order of VirtualMachineRelocateSpec. Within a cluster a VM stays in its pool. */
function specOf({ call, catalog }: Facts, { host, compute, store }: Move): Xml {
  const pool = call.values.get('resourcePool')?.text ?? '';
  const own = catalog.computes.get(compute?.ref.value ?? '');
  const isInside = own !== undefined && isBelow(catalog, pool, own.rootPool);
  const rootPool = isInside || own === undefined ? nothing : xml`<pool type="ResourcePool">${own.rootPool}</pool>`;
  return xml`${store ? xml`<datastore type="Datastore">${store.ref.value}</datastore>` : nothing}${rootPool}${
    host ? xml`<host type="HostSystem">${host.ref.value}</host>` : nothing
  }`;
}

function isBelow({ pools }: Catalog, pool: string, root: string): boolean {
  const seen = new Set<string>();
  for (let at = pool; at !== '' && !seen.has(at); at = pools.get(at)?.parent ?? '') {
    if (at === root) return true;
    seen.add(at);
  }
  return false;
}
