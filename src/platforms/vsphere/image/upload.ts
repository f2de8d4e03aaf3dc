/** An OVA becomes a template: OvfManager.CreateImportSpec, ResourcePool.ImportVApp, the lease that takes its disks, MarkAsTemplate. */
import { FleetError } from '../../../errors.ts';
import { imageId } from '../../../ids.ts';
import type { Accepted, ImageOps, ImageUploadSpec, Source, Warning } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { attribute, child, childrenOf, readXml, textAt, type XmlElement } from '../../transport/xml.ts';
import { NAME } from '../form/fields.ts';
import { refuseTakenName } from '../make/steps.ts';
import { vmMade } from '../make/undo.ts';
import { normalizeError } from '../normalize-error.ts';
import { type Catalog, readCatalog, type Store } from '../place/catalog.ts';
import type { Place } from '../place/choose.ts';
import { placeOfStore } from '../place/of-store.ts';
import { refOf } from '../properties.ts';
import { type MoRef, type Xml, xml } from '../soap/envelope.ts';
import { kindOf } from '../soap/kind.ts';
import { rewritten } from '../soap/rewrite.ts';
import type { VmCalls } from '../vm-call.ts';
import { abortLease, completeLease, keptAlive, type LeaseParts, readyLease, sendToDevice } from './lease.ts';
import { type Ova, type OvaFile, readOva } from './ova.ts';

const CALL_MS = 60_000;
/** Where drover has nothing better for a network of the appliance. */
const USUAL_NETWORK = 'VM Network';

export const createUpload =
  (calls: VmCalls, parts: LeaseParts): NonNullable<ImageOps['upload']> =>
  async (endpoint, spec, source, signal) => {
    const { name } = spec;
    if (!new RegExp(NAME.source).test(name))
      throw refused(`${JSON.stringify(name)} is no name of a template: ${NAME.complaint}`);
    try {
      const ova = await readOva(source);
      const plan = await planImport(calls, spec, ova, signal);
      const ref = await importVm(calls, parts, { name, source, ova, plan }, signal);
      const { place, store } = plan;
      return {
        id: imageId(endpoint, ref.value),
        warnings: plan.warnings,
        answer: `the template ${name} on ${store.name} of ${place.datacenter.name}`,
      } satisfies Accepted & { readonly id: unknown };
    } catch (error) {
      throw normalizeError(error, name, 'list');
    }
  };

interface Plan {
  readonly place: Place;
  readonly store: Store;
  /** The host that it is registered on; templates do not run. */
  readonly host: MoRef;
  /** As the server has made it of the descriptor. */
  readonly importSpec: XmlElement;
  readonly files: readonly WantedFile[];
  readonly warnings: readonly Warning[];
}

interface WantedFile {
  readonly key: string;
  readonly file: OvaFile;
  readonly isNew: boolean;
}

/** Three requests; nothing is made. */
async function planImport(
  { session, tasks }: VmCalls,
  spec: ImageUploadSpec,
  ova: Ova,
  signal: AbortSignal,
): Promise<Plan> {
  const { name } = spec;
  const catalog = await readCatalog(session, signal);
  const { place, store, host } = placeOfStore(catalog, spec.storage);
  await refuseTakenName({ session, tasks }, place.folder, name, signal);
  const networks = await mapNetworks(catalog, place, ova, signal);
  const { ovfManager } = session.content;
  if (!ovfManager) throw new FleetError('op.unsupported', `${session.host} imports no OVA`);
  // in the order of OvfCreateImportSpecParams
  const how = xml`<cisp><locale></locale><deploymentOption></deploymentOption><entityName>${name}</entityName><hostSystem type="HostSystem">${host.value}</hostSystem>${networks.mapping}<diskProvisioning>thin</diskProvisioning></cisp>`;
  const args = xml`<ovfDescriptor>${ova.descriptor}</ovfDescriptor><resourcePool type="${place.pool.type}">${place.pool.value}</resourcePool><datastore type="Datastore">${store.ref.value}</datastore>${how}`;
  const response = await session.call({
    target: ovfManager,
    method: 'CreateImportSpec',
    args,
    kind: 'reads',
    signal,
    deadlineMs: CALL_MS,
  });
  const result = child(response, 'returnval');
  const saidOf = (kind: 'error' | 'warning') =>
    childrenOf(result, kind).map((one) =>
      plainLine(textAt(one, 'localizedMessage') || (kindOf(child(one, 'fault')) ?? kind), 200),
    );
  const errors = saidOf('error');
  const importSpec = child(result, 'importSpec');
  if (errors.length > 0 || !importSpec)
    throw refused(`${name}: ${session.host} can't import this OVA: ${errors.join('; ') || 'it says no more'}`);
  if (kindOf(importSpec) !== 'VirtualMachineImportSpec')
    throw refused(`${name}: the OVA holds several VMs, of which no template is made`);
  const files = childrenOf(result, 'fileItem').map((item) => fileFor(name, item, ova));
  const warnings = [...saidOf('warning'), ...networks.warnings].map((detail) => ({ feature: 'image.upload', detail }));
  return { place, store, host, importSpec, files, warnings };
}

/** A file that the server wants. Throws op.refused for one that is not there, or not as it is. */
function fileFor(name: string, item: XmlElement, { files }: Ova): WantedFile {
  const path = textAt(item, 'path') ?? '';
  const file = files.get(path);
  if (textAt(item, 'compressionMethod'))
    throw refused(`${name}: ${plainLine(path)} is packed in the OVA, which drover does not unpack`);
  if (textAt(item, 'chunkSize')) throw refused(`${name}: ${plainLine(path)} is in pieces, which drover does not join`);
  if (!file) throw refused(`${name}: the OVA has no ${plainLine(path)}, which its descriptor names`);
  return { key: textAt(item, 'deviceId') ?? '', file, isNew: textAt(item, 'create') === 'true' };
}

/** Each network of the descriptor becomes the one of the same name, or else a usual one: a VM that is made of it says its own. */
async function mapNetworks(catalog: Catalog, { hosts }: Place, { descriptor }: Ova, signal: AbortSignal) {
  const envelope = await readXml(descriptor, { signal }).catch(() => {
    throw refused('the descriptor of the OVA is no XML');
  });
  const wanted = childrenOf(child(envelope, 'NetworkSection'), 'Network').flatMap((one) => {
    const key = Object.keys(one.attributes).find((name) => /(^|:)name$/.test(name));
    return key === undefined ? [] : (attribute(one, key) ?? []);
  });
  const there = hosts.flatMap(({ networks }) => networks.flatMap((one) => catalog.networks.get(one) ?? []));
  const mapping: Xml[] = [];
  const warnings: string[] = [];
  for (const name of wanted) {
    const own = there.find((one) => one.name === name);
    const net = own ?? there.find((one) => one.name === USUAL_NETWORK) ?? there[0];
    if (!net) continue;
    if (!own) warnings.push(`its network ${plainLine(name)} is ${net.name} here`);
    mapping.push(
      xml`<networkMapping><name>${name}</name><network type="${net.ref.type}">${net.ref.value}</network></networkMapping>`,
    );
  }
  return { mapping: xml`${mapping}`, warnings };
}

interface Import {
  readonly name: string;
  readonly source: Source;
  readonly ova: Ova;
  readonly plan: Plan;
}

/** The template that was made. What fails, or is given up, is taken back by the server, and deleted if it is there all the same. */
async function importVm(
  calls: VmCalls,
  parts: LeaseParts,
  { name, source, ova, plan }: Import,
  signal: AbortSignal,
): Promise<MoRef> {
  const { session } = calls;
  const { place, host, importSpec, files } = plan;
  const change = (target: MoRef, method: string, args: Xml = xml``) =>
    session.call({ target, method, args, kind: 'mutates', signal, deadlineMs: CALL_MS });
  const args = xml`${rewritten('spec', importSpec)}<folder type="Folder">${place.folder.value}</folder><host type="HostSystem">${host.value}</host>`;
  const made: Made[] = [];
  let asked: Made | undefined = vmMade(calls, name);
  let leased: MoRef | undefined;
  try {
    leased = refOf(child(await change(place.pool, 'ImportVApp', args), 'returnval'));
    const lease = await readyLease(session, leased, name, signal);
    made.push(vmMade(calls, name, lease.entity));
    asked = undefined;
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    let sent = 0;
    await keptAlive(
      session,
      lease,
      () => sent / Math.max(1, total),
      async () => {
        for (const { key, file, isNew } of files) {
          const device = lease.devices.get(key);
          if (!device) throw new FleetError('host.protocol', `${name}: the server takes no ${plainLine(file.name)}`);
          const one = {
            file,
            digest: ova.digests.get(file.name),
            source,
            isNew,
            sent: (bytes: number) => {
              sent += bytes;
            },
          };
          await sendToDevice(parts, device, one, signal);
        }
      },
    );
    await completeLease(session, lease, signal);
    leased = undefined;
    await change(lease.entity, 'MarkAsTemplate');
    return lease.entity;
  } catch (error) {
    if (leased) await abortLease(session, leased);
    throw await takeBack(normalizeError(error, name, 'list'), made, { asked });
  }
}
