import { FleetError, sentence } from '../../../errors.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { defineAgain, readDefinition, type WholeDefinition } from '../files/definition.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { UNDEFINE, XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { seedsOf } from '../seed/own-seed.ts';
import { type DomainXml, readDomainXml } from '../xml/domain-xml.ts';
import { chosen, deleteFiles } from './delete-files.ts';
import { type Doomed, fateOfFiles } from './disk-fate.ts';
import { unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { snapshotDocuments } from './other-domains.ts';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const doomed = await readDoomed(call);
        const { goes, stays, unknown } = await fateOfFiles(call, calls.files, doomed);
        return {
          goes: goes.map(({ path }) => path),
          stays,
          snapshots: [...namesOf(doomed), ...doomed.checkpoints.map((name) => `${name} (checkpoint)`)],
          ...(unknown.length > 0 && { unknown: unknown.map(({ path, why }) => ({ path, why })) }),
          ...(doomed.saved && { savedMemory: true }),
        };
      }),

    delete: (id, { keepDisks, snapshots: withSnapshots, deleteUnknown = [] }, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { client, domain, change } = call;
        if (domain.id !== -1) throw running(domain);
        const doomed = await readDoomed(call);
        if (!withSnapshots) refuseLosing(domain, doomed);
        const { xml, saved, snapshots, checkpoints } = doomed;
        const plan = keepDisks ? undefined : chosen(await fateOfFiles(call, calls.files, doomed), deleteUnknown);
        const definition = await readDefinition(call);
        // All that takes seconds on a large host.
        if ((await lookUp(call)).id !== -1) throw running(domain);
        const nvramGoes = plan?.goes.some(({ by }) => by === 'definition') ?? false;
        const flags =
          (saved ? UNDEFINE.managedSave : 0) +
          (snapshots.length > 0 ? UNDEFINE.snapshotsMetadata : 0) +
          (checkpoints.length > 0 ? UNDEFINE.checkpointsMetadata : 0) +
          nvramFlag(xml, nvramGoes, keepDisks);
        const survivor = await change('delete', async () => {
          await client.call(procedures.undefine, { domain, flags }, { signal, deadlineMs: CHANGE_MS });
          // A guest that was started in this very moment goes on without a definition, on its disks. One that is
          // gone can't be started any more.
          return lookUp(call).catch(unlessMissing);
        });
        if (survivor) throw await spared(call, survivor, definition, nvramGoes ? xml.nvram : undefined);
        const warnings: Warning[] = [];
        if (!plan) {
          if (snapshots.length > 0)
            warnings.push({ feature: 'snapshots', detail: 'what is inside the kept disks stays there' });
          return { warnings };
        }
        const { stays, kept } = await deleteFiles(call, calls.files, doomed, plan, deleteUnknown);
        for (const detail of stays) warnings.push({ feature: 'disks', detail: `stays: ${detail}` });
        return { warnings, ...(kept.length > 0 && { kept }) };
      }),
  };
}

/** What libvirt has made for a firmware that it chose itself is named nowhere while the guest is off: it is the guest's own. */
function nvramFlag({ nvram, firmware }: DomainXml, goes: boolean, keepDisks: boolean): number {
  if (nvram === undefined) return firmware === 'UEFI' ? (keepDisks ? UNDEFINE.keepNvram : UNDEFINE.nvram) : 0;
  return goes ? UNDEFINE.nvram : UNDEFINE.keepNvram;
}

const namesOf = ({ snapshots }: DoomedGuest): readonly string[] => snapshots.map(({ snapshot }) => snapshot);

function refuseLosing({ name }: Domain, doomed: DoomedGuest): void {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['snapshots', namesOf(doomed)],
    ['checkpoints', doomed.checkpoints],
  ];
  const lost = all.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : []));
  if (lost.length === 0) return;
  throw new FleetError('op.conflict', `${name} has ${lost.join('; ')}`, { fix: 'delete them as well' });
}

const running = (domain: Domain): FleetError =>
  new FleetError('op.conflict', `${domain.name} is running`, { fix: 'stop it first' });

const lookUp = ({ client, domain, signal }: GuestCall): Promise<Domain> =>
  client.call(procedures.domainByUuid, { uuid: domain.uuid }, { signal });

function unlessMissing(error: unknown): undefined {
  if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return undefined;
  throw error;
}

/** Why nothing more is deleted when a guest is still there after its definition went; if it runs, that is written again. */
async function spared(
  call: GuestCall,
  survivor: Domain,
  definition: WholeDefinition,
  nvram: string | undefined,
): Promise<FleetError> {
  const { name } = survivor;
  if (survivor.id === -1) {
    return new FleetError('op.conflict', `${name} was defined again while it was being deleted: its disks are kept`);
  }
  const started = `${name} was started while it was being deleted: it runs on, and its disks are kept`;
  const loss = nvram === undefined ? '' : `; ${nvram} may be gone`;
  try {
    await defineAgain(call, definition);
    return new FleetError('op.conflict', `${started}${loss}`, { fix: 'stop it first' });
  } catch (error) {
    return new FleetError(
      'op.conflict',
      `${started}, but its definition is lost and could not be written again: ${sentence(error)}${loss}`,
      { fix: 'save what `virsh dumpxml` says of it before it stops, and define it from that', cause: error },
    );
  }
}

interface DoomedGuest extends Doomed {
  readonly xml: DomainXml;
  readonly saved: boolean;
  readonly checkpoints: readonly string[];
}

async function readDoomed({ client, domain, signal }: GuestCall): Promise<DoomedGuest> {
  const options = { signal };
  const [text, saved, { checkpoints }, snapshots] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: XML.inactive }, options),
    client.call(procedures.hasManagedSave, { domain, flags: 0 }, options).catch(unlessGone(false)),
    client
      .call(procedures.listCheckpoints, { domain, needResults: true, flags: 0 }, options)
      .catch(unlessGone({ checkpoints: [], count: 0 })),
    snapshotDocuments(client, domain, signal),
  ]);
  const xml = await readDomainXml(text);
  return { xml, seeds: seedsOf(domain.name, xml), saved, snapshots, checkpoints: checkpoints.map(({ name }) => name) };
}
