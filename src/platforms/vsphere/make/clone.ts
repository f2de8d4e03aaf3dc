/** Copies of a VM: CloneVM_Task, with disks of their own or laid on those of a snapshot; and as a template. */
import { FleetError } from '../../../errors.ts';
import { endpointOf, vmId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { takeBack } from '../../lib/take-back.ts';
import { textAt } from '../../transport/xml.ts';
import { configSpec } from '../config-spec.ts';
import { readDevices } from '../devices.ts';
import { renewMac } from '../hardware/nics.ts';
import { normalizeError } from '../normalize-error.ts';
import { readCatalog } from '../place/catalog.ts';
import { choosePlace, chooseStore } from '../place/choose.ts';
import { nothing, type Xml, xml } from '../soap/envelope.ts';
import { conflict, onVm, type VmCall, type VmCalls } from '../vm-call.ts';
import { readSource, type Source } from './source.ts';
import { createSteps, refuseTakenName } from './steps.ts';

const SNAPSHOT = 'snapshot';
const IS_TEMPLATE = 'config.template';

export function createClone(calls: VmCalls): Required<Pick<VmOps, 'clone' | 'export'>> {
  const { session } = calls;
  return {
    clone: (id, spec, signal) =>
      onVm(calls, id, [SNAPSHOT, IS_TEMPLATE], signal, async (call) => {
        const snapshot = spec.linked ? currentSnapshot(call) : nothing;
        const source = await readSource(session, call.ref, signal);
        const how = { name: spec.name, isTemplate: false, snapshot, isLinked: spec.linked, storage: '' };
        return { warnings: [], id: vmId(endpointOf(id), await copy(calls, call, source, how, spec.start)) };
      }),
    export: (id, spec, signal) =>
      onVm(calls, id, [SNAPSHOT, IS_TEMPLATE], signal, async (call) => {
        if (call.power !== 'poweredOff') throw conflict(call.name, 'is on', 'stop it first');
        const source = await readSource(session, call.ref, signal);
        const how = { name: spec.name, isTemplate: true, snapshot: nothing, isLinked: false, storage: spec.storage };
        await copy(calls, call, source, how, false);
        return { warnings: [] };
      }),
  };
}

/** What a linked clone lies on: its base must not change any more. */
function currentSnapshot({ name, values }: VmCall): Xml {
  const current = textAt(values.get(SNAPSHOT), 'currentSnapshot');
  if (current === undefined)
    throw conflict(name, 'has no snapshot that a linked clone could lie on', 'take a snapshot first');
  return xml`<snapshot type="VirtualMachineSnapshot">${current}</snapshot>`;
}

interface How {
  readonly name: string;
  readonly isTemplate: boolean;
  readonly snapshot: Xml;
  readonly isLinked: boolean;
  /** The name of a datastore; '' is where its disks are. */
  readonly storage: string;
}

/** The value of its reference. */
async function copy(calls: VmCalls, call: VmCall, source: Source, how: How, isStarted: boolean): Promise<string> {
  const { signal } = call;
  if (source.folder === '') {
    throw new FleetError('op.refused', `${source.name} is in a vApp, or its folder may not be seen`, {
      fix: 'move it into a folder first',
    });
  }
  const folder = { type: 'Folder', value: source.folder };
  await refuseTakenName(calls, folder, how.name, signal);
  const catalog = await readCatalog(calls.session, signal);
  const wish = { datacenter: '', cluster: '', host: '', pool: '', folder: '' };
  const place = choosePlace(catalog, wish, { compute: source.compute, folder: source.folder });
  const store = how.storage === '' ? undefined : chooseStore(catalog, place, how.storage);
  const fresh = readDevices(source.devices).nics.map(({ element }) => renewMac(catalog, element, undefined));
  // a template is in no pool, so that its clones must be told one
  const wasTemplate = call.values.get(IS_TEMPLATE)?.text === 'true';
  const location = xml`<location>${store ? xml`<datastore type="Datastore">${store.ref.value}</datastore>` : nothing}${
    how.isLinked ? xml`<diskMoveType>createNewChildDiskBacking</diskMoveType>` : nothing
  }${wasTemplate ? xml`<pool type="${place.pool.type}">${place.pool.value}</pool>` : nothing}</location>`;
  const spec = xml`<spec>${location}<template>${how.isTemplate}</template>${configSpec(
    { deviceChange: xml`${fresh}` },
    'config',
  )}<powerOn>false</powerOn>${how.snapshot}</spec>`;
  const steps = createSteps(calls, how.name, signal);
  try {
    const args = xml`<folder type="Folder">${folder.value}</folder><name>${how.name}</name>${spec}`;
    const made = await steps.make(source.ref, 'CloneVM_Task', args);
    if (isStarted) await steps.start(made);
    return made.value;
  } catch (error) {
    throw await takeBack(normalizeError(error, how.name), steps.made, { asked: steps.asked });
  }
}
