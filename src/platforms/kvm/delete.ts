import { FleetError, sentence } from '../../errors.ts';
import type { VmOps, Warning } from '../contract.ts';
import { type Definition, define, readDefinition } from './definition.ts';
import { fateOfDisks } from './disk-fate.ts';
import { readDomainXml } from './domain-xml.ts';
import { unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { normalizeError } from './normalize-error.ts';
import { LibvirtError, VIR_ERR } from './rpc/errors.ts';
import { type Domain, procedures, UNDEFINE, XML } from './rpc/protocol.ts';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls): Required<Pick<VmOps, 'losses' | 'delete'>> {
  return {
    losses: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { xml, saved, snapshots } = await readDoomed(call);
        const { goes, stays } = await fateOfDisks(call, xml);
        return {
          goes: [...goes.map(({ path }) => path), ...(xml.nvram === undefined ? [] : [xml.nvram])],
          stays,
          snapshots,
          ...(saved && { savedMemory: true }),
        };
      }),

    delete: (id, { keepDisks, snapshots: withSnapshots }, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { client, domain, change } = call;
        if (domain.id !== -1) throw running(domain);
        const { xml, saved, snapshots } = await readDoomed(call);
        if (snapshots.length > 0 && !withSnapshots) {
          throw new FleetError('op.conflict', `${domain.name} has snapshots: ${snapshots.join(', ')}`, {
            fix: 'delete them as well',
          });
        }
        // Looked at anew: another guest may have come to use them since somebody was asked.
        const fate = keepDisks ? undefined : await fateOfDisks(call, xml);
        const definition = await readDefinition(call);
        // All that takes seconds on a large host.
        if ((await lookUp(call)).id !== -1) throw running(domain);
        const flags =
          (saved ? UNDEFINE.managedSave : 0) +
          (snapshots.length > 0 ? UNDEFINE.snapshotsMetadata : 0) +
          (xml.nvram === undefined ? 0 : keepDisks ? UNDEFINE.keepNvram : UNDEFINE.nvram);
        const survivor = await change('delete', async () => {
          await client.call(procedures.undefine, { domain, flags }, { signal, deadlineMs: CHANGE_MS });
          // A guest that was started in this very moment goes on without a definition, on its disks. One that is
          // gone can't be started any more.
          return lookUp(call).catch(unlessMissing);
        });
        if (survivor) throw await spared(call, survivor, definition, keepDisks ? undefined : xml.nvram);
        const warnings: Warning[] = [];
        if (keepDisks && snapshots.length > 0) {
          warnings.push({ feature: 'snapshots', detail: 'what is inside the kept disks stays there' });
        }
        for (const detail of fate?.stays ?? []) warnings.push({ feature: 'disks', detail: `stays: ${detail}` });
        for (const { path, volume } of fate?.goes ?? []) {
          try {
            await change(`delete ${path}`, () =>
              client.call(procedures.deleteVolume, { volume, flags: 0 }, { signal, deadlineMs: CHANGE_MS }),
            );
          } catch (error) {
            // The guest is gone by now: that a disk is left is said, and is no failure of the whole.
            warnings.push({
              feature: 'disks',
              detail: `could not be deleted: ${sentence(normalizeError(error, path))}`,
            });
          }
        }
        return { warnings };
      }),
  };
}

const running = (domain: Domain): FleetError =>
  new FleetError('op.conflict', `${domain.name} is running`, { fix: 'stop it first' });

const lookUp = ({ client, domain, signal }: GuestCall): Promise<Domain> =>
  client.call(procedures.domainByUuid, { uuid: domain.uuid }, { signal });

function unlessMissing(error: unknown): undefined {
  if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return undefined;
  throw error;
}

/** Why nothing more is deleted when a guest is still there after its definition went; what runs gets its own again. */
async function spared(
  call: GuestCall,
  survivor: Domain,
  definition: Definition,
  nvram: string | undefined,
): Promise<FleetError> {
  const { name } = survivor;
  if (survivor.id === -1) {
    return new FleetError('op.conflict', `${name} was defined anew while it was being deleted: its disks are kept`);
  }
  const started = `${name} was started while it was being deleted: it runs on, and its disks are kept`;
  const loss = nvram === undefined ? '' : `; ${nvram} may be gone`;
  try {
    await define(call, definition);
    return new FleetError('op.conflict', `${started}${loss}`, { fix: 'stop it first' });
  } catch (error) {
    return new FleetError(
      'op.conflict',
      `${started}, but its definition is lost and could not be written again: ${sentence(error)}${loss}`,
      { fix: 'save what `virsh dumpxml` says of it before it stops, and define it from that', cause: error },
    );
  }
}

async function readDoomed({ client, domain, signal }: GuestCall) {
  const options = { signal };
  const [text, saved, { snapshots }] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: XML.inactive }, options),
    client.call(procedures.hasManagedSave, { domain, flags: 0 }, options).catch(unlessGone(false)),
    client
      .call(procedures.listSnapshots, { domain, needResults: true, flags: 0 }, options)
      .catch(unlessGone({ snapshots: [], count: 0 })),
  ]);
  return { xml: await readDomainXml(text), saved, snapshots: snapshots.map(({ name }) => name) };
}
