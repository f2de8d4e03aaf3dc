/** A new VM, from a template or from nothing: CreateVM_Task, CloneVM_Task and ReconfigVM_Task. All of it, or nothing. */
import { randomUUID } from 'node:crypto';
import { vmId } from '../../../ids.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { takeBack } from '../../lib/take-back.ts';
import { configSpec, extraConfig } from '../config-spec.ts';
import { readDevices } from '../devices.ts';
import { type MakeSpec, readSpec } from '../form/spec.ts';
import { normalizeError } from '../normalize-error.ts';
import { readCatalog, storesOf } from '../place/catalog.ts';
import { choosePlace, chooseStore, type Place } from '../place/choose.ts';
import { type MoRef, nothing, type Xml, xml } from '../soap/envelope.ts';
import { findFile } from '../storage/browse.ts';
import { tagChanges } from '../tags/tags.ts';
import { changesOf } from '../vm/custom-attributes.ts';
import type { VmCalls } from '../vm-call.ts';
import { readCustomization } from './customization.ts';
import { chooseNics, type Hardware, partsOfClone, partsOfNew } from './hardware.ts';
import { writeGuestInfo } from './seed.ts';
import { findTemplate, type Source } from './source.ts';
import { createSteps, refuseTakenName, type Steps } from './steps.ts';

export const createMake =
  (calls: VmCalls): NonNullable<VmOps['create']> =>
  async (endpoint, settings, signal) => {
    const spec = readSpec(settings);
    const steps = createSteps(calls, spec.name, signal);
    try {
      const attributes = await changesOf(calls.session, spec.attributes, {}, signal);
      const tags = await tagChanges(calls.session, spec.tags, [], signal);
      const { source, hardware, customization } = await plan(calls, spec, signal);
      const { ref, warnings } = await makeVm(calls, steps, spec, hardware, source);
      if (customization) await steps.customize(ref, customization);
      for (const { send } of [...attributes, ...tags]) await send(ref);
      if (spec.start) await steps.start(ref);
      return { id: vmId(endpoint, ref.value), warnings };
    } catch (error) {
      throw await takeBack(normalizeError(error, spec.name), steps.made, { asked: steps.asked });
    }
  };

interface Plan {
  readonly source: Source | undefined;
  readonly hardware: Hardware;
  readonly customization: Xml | undefined;
}

/** All that is looked up before anything is made: four requests and a search for the medium, whatever the fleet. */
async function plan(calls: VmCalls, spec: MakeSpec, signal: AbortSignal): Promise<Plan> {
  const { session } = calls;
  const source = spec.image === '' ? undefined : await findTemplate(session, spec.image, signal);
  const catalog = await readCatalog(session, signal);
  const place = choosePlace(catalog, spec.wish, { compute: source?.compute ?? '', folder: source?.folder ?? '' });
  await refuseTakenName(calls, place.folder, spec.name, signal);
  const customization =
    spec.customization === '' ? undefined : await readCustomization(session, spec.customization, signal);
  for (const { storage } of spec.disks) if (storage !== '') chooseStore(catalog, place, storage);
  const stores = storesOf(catalog, place.hosts);
  const iso = spec.iso === '' ? '' : (await findFile(calls, stores, spec.iso, 'iso', signal)).path;
  return {
    source,
    customization,
    hardware: { catalog, place, iso, metadataKeys: source?.metadataKeys ?? [], ...chooseNics(catalog, place, spec) },
  };
}

interface MadeVm {
  readonly ref: MoRef;
  readonly warnings: readonly Warning[];
}

async function makeVm(
  { session }: VmCalls,
  steps: Steps,
  spec: MakeSpec,
  hardware: Hardware,
  source: Source | undefined,
): Promise<MadeVm> {
  const warnings: Warning[] = [];
  const { place } = hardware;
  let ref: MoRef;
  if (source === undefined) {
    const config = configSpec(partsOfNew(spec, hardware), 'config');
    ref = await steps.make(place.folder, 'CreateVM_Task', xml`${config}${poolOf(place)}${hostOf(place)}`);
  } else {
    ref = await steps.make(source.ref, 'CloneVM_Task', cloneArgs(spec, hardware));
    const clone = partsOfClone(spec, hardware, await steps.devices(ref));
    warnings.push(...clone.warnings);
    await steps.configure(ref, clone.parts);
  }
  const macs = readDevices(await steps.devices(ref)).nics.map(({ mac }) => mac);
  const date = new Date(session.clock.now());
  const told = await writeGuestInfo(spec, { macs, instance: randomUUID(), date });
  if (told) await steps.configure(ref, { extraConfig: extraConfig(told.options) });
  if (told?.isClosed) {
    warnings.push({ feature: 'vm.create', detail: `nothing lets a user into ${spec.name}: no key and no password` });
  }
  return { ref, warnings };
}

const poolOf = ({ pool }: Place): Xml => xml`<pool type="${pool.type}">${pool.value}</pool>`;
const hostOf = ({ host }: Place): Xml => (host ? xml`<host type="HostSystem">${host.ref.value}</host>` : nothing);

/** Its disks go to the datastore that is named for the first one; otherwise they stay beside those of the template. */
function cloneArgs({ name, disks }: MakeSpec, { catalog, place }: Hardware): Xml {
  const wanted = disks[0]?.storage ?? '';
  const store = wanted === '' ? undefined : chooseStore(catalog, place, wanted);
  const datastore = store ? xml`<datastore type="Datastore">${store.ref.value}</datastore>` : nothing;
  const location = xml`<location>${datastore}${poolOf(place)}${hostOf(place)}</location>`;
  const spec = xml`<spec>${location}<template>false</template><powerOn>false</powerOn></spec>`;
  return xml`<folder type="Folder">${place.folder.value}</folder><name>${name}</name>${spec}`;
}
