/** Taking a snapshot: which kind of it this guest can have, and what is said about that. */
import { FleetError } from '../../../errors.ts';
import { snapshotId, type VmId } from '../../../ids.ts';
import type { SnapshotOps, SnapshotSpec, Warning } from '../../contract.ts';
import { notTold } from '../../lib/snapshots.ts';
import { planExternal, takeExternal } from '../files/external-snapshot.ts';
import { versionText } from '../host/host.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { SNAPSHOT } from '../rpc/flags.ts';
import { type DomainSnapshot, procedures } from '../rpc/protocol.ts';
import { type DomainXml, isInSnapshots, readDomainXml } from '../xml/domain-xml.ts';
import { readSnapshotXml } from '../xml/snapshot-xml.ts';
import { writeSnapshotXml } from '../xml/write-snapshot-xml.ts';
import { isSaved } from './guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { revertsToExternal, whyNoRevert } from './snapshot-list.ts';
import { refuseWords } from './snapshot-names.ts';

/** libvirt answers when memory and disks are written: as long as the operation may take. */
export const SNAPSHOT_MS = 600_000;

export const createCreate =
  (calls: GuestCalls): NonNullable<SnapshotOps['create']> =>
  (id, spec, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { client, domain } = call;
      refuseWords(domain.name, spec.name, spec.description);
      const [text, saved, persistent] = await Promise.all([
        client.call(procedures.domainXml, { domain, flags: 0 }, { signal }),
        isSaved(client, domain, signal),
        client.call(procedures.domainIsPersistent, { domain }, { signal }),
      ]);
      const external = spec.external === true ? await planExternal(call, spec, text, calls.files) : undefined;
      const outside = external ? 'it was asked for' : whyOutside(call, await readDomainXml(text), spec);
      const warnings = [
        ...aboutMemory(call, spec, saved, external?.memoryFile === undefined ? outside : undefined),
        // outside of the images it is tried in any case, and said where it was not possible
        ...(external || domain.id === -1 ? [] : notTold(domain.name, spec, ONLY_EXTERNAL)),
        ...(persistent
          ? []
          : [
              {
                feature: 'snapshots',
                detail: `${domain.name} has no saved definition: libvirt forgets its snapshots once it stops`,
              },
            ]),
      ];
      if (await isTaken(call, spec.name)) throw taken(call, spec);
      const document = writeSnapshotXml(spec.name, spec.description, external?.parts);
      const send = (flags: number) =>
        client.call(procedures.createSnapshot, { domain, xml: document, flags }, { signal, deadlineMs: SNAPSHOT_MS });
      const plainly = () => send(outside === undefined ? 0 : SNAPSHOT.diskOnly);
      const made = await call.change(external?.verb ?? 'take a snapshot', () =>
        (external ? takeExternal(external, send, warnings) : plainly()).catch(async (error) => {
          // libvirt has no code of its own for a name that is taken, and another client may have been quicker.
          if (!(error instanceof LibvirtError) || error.code !== VIR_ERR.operationFailed) throw error;
          if (!(await isTaken(call, spec.name))) throw error;
          throw taken(call, spec);
        }),
      );
      if (outside !== undefined) warnings.push(...(await aboutFiles(call, id, made)));
      return { warnings, id: snapshotId(id, made.name) };
    });

const ONLY_EXTERNAL = 'libvirt has its agent do so for disks that go on in files of their own, --external';

/** Why the snapshot can't be kept inside of the images, where a new file is made for each disk instead. */
function whyOutside(call: GuestCall, { disks, nvram }: DomainXml, { memory }: SnapshotSpec): string | undefined {
  const { domain, libvirt } = call;
  const runs = domain.id !== -1;
  const plain = disks.find((disk) => isInSnapshots(disk) && !KEEPS_SNAPSHOTS.has(disk.format));
  if (plain) return `its disk ${plain.target} is ${plain.format}`;
  // Of one that is off, some releases make internal ones and the others say that they don't.
  if (nvram !== undefined && (runs || revertsToExternal(call))) return 'its firmware is UEFI';
  if (!runs || memory) return undefined;
  if (revertsToExternal(call)) return 'it runs';
  throw new FleetError(
    'op.unsupported',
    `${domain.name} runs: libvirt ${versionText(libvirt)} keeps its disks without its memory in files of their own alone, and can't revert to those`,
    { fix: 'keep its memory as well, or stop it first' },
  );
}

/** libvirt's test driver has disks without a format, and keeps snapshots of them. */
const KEEPS_SNAPSHOTS: ReadonlySet<string> = new Set(['qcow2', '']);

function aboutMemory({ domain }: GuestCall, { memory }: SnapshotSpec, saved: boolean, outside: string | undefined) {
  const warn = (detail: string): Warning[] => [{ feature: 'memory', detail }];
  if (!memory) return [];
  if (saved) return warn(`${domain.name} is suspended, and its saved memory is not kept with the snapshot`);
  if (domain.id === -1) return warn(`${domain.name} is off, so there was no memory to keep`);
  return outside === undefined ? [] : warn(`not kept with the snapshot, since ${outside}`);
}

/** It is made by now, whatever becomes of this question. */
async function aboutFiles(call: GuestCall, vm: VmId, snapshot: DomainSnapshot): Promise<readonly Warning[]> {
  const { client, domain, signal } = call;
  const { layers, memoryFile } = await client
    .call(procedures.snapshotXml, { snapshot, flags: 0 }, { signal })
    .then((text) => readSnapshotXml(vm, text))
    .catch(() => ({ layers: ['new files beside its disks'], memoryFile: undefined }));
  const words = `${domain.name} writes to ${layers.join(', ')} from now on, layered on what it had`;
  return [
    { feature: 'disks', detail: words },
    ...(memoryFile === undefined ? [] : [{ feature: 'memory', detail: `it is in ${memoryFile}` }]),
    ...(revertsToExternal(call) ? [] : [{ feature: 'revert', detail: whyNoRevert(call) }]),
  ];
}

const taken = ({ domain }: GuestCall, { name }: SnapshotSpec): FleetError =>
  new FleetError('op.conflict', `${domain.name} has a snapshot ${JSON.stringify(name)} already`, {
    fix: 'choose another name',
  });

async function isTaken({ client, domain, signal }: GuestCall, name: string): Promise<boolean> {
  const { snapshots } = await client.call(
    procedures.listSnapshots,
    { domain, needResults: true, flags: 0 },
    { signal },
  );
  return snapshots.some((one) => one.name === name);
}
