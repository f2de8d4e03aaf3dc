import { FleetError, sentence } from '../../errors.ts';
import type { VmOps, Warning } from '../contract.ts';
import { fateOfDisks } from './disk-fate.ts';
import { readDomainXml } from './domain-xml.ts';
import { unlessGone } from './guest.ts';
import { CHANGE_MS, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { normalizeError } from './normalize-error.ts';
import { procedures, UNDEFINE, XML } from './rpc/protocol.ts';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls): Required<Pick<VmOps, 'losses' | 'delete'>> {
  return {
    losses: (id, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { xml, saved, snapshots } = await readDoomed(call);
        const { goes, stays } = await fateOfDisks(call, xml);
        const others = [
          ...(xml.nvram === undefined ? [] : [xml.nvram]),
          ...(saved ? ['the saved memory of the guest'] : []),
        ];
        return { goes: [...goes.map(({ path }) => path), ...others], stays, snapshots };
      }),

    delete: (id, { keepDisks, snapshots: withSnapshots }, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { client, domain, change } = call;
        if (domain.id !== -1) {
          throw new FleetError('op.conflict', `${domain.name} is running`, { fix: 'stop it first' });
        }
        const { xml, saved, snapshots } = await readDoomed(call);
        if (snapshots.length > 0 && !withSnapshots) {
          throw new FleetError('op.conflict', `${domain.name} has snapshots: ${snapshots.join(', ')}`, {
            fix: 'delete them as well',
          });
        }
        // Looked at anew: another guest may have come to use them since somebody was asked.
        const fate = keepDisks ? undefined : await fateOfDisks(call, xml);
        const flags =
          (saved ? UNDEFINE.managedSave : 0) +
          (snapshots.length > 0 ? UNDEFINE.snapshotsMetadata : 0) +
          (xml.nvram === undefined ? 0 : keepDisks ? UNDEFINE.keepNvram : UNDEFINE.nvram);
        await change('delete', () =>
          client.call(procedures.undefine, { domain, flags }, { signal, deadlineMs: CHANGE_MS }),
        );
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

async function readDoomed({ client, domain, signal }: GuestCall) {
  const options = { signal };
  const [text, saved, { snapshots }] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: XML.inactive }, options),
    client.call(procedures.hasManagedSave, { domain, flags: 0 }, options).catch(unlessGone(false)),
    client
      .call(procedures.listSnapshots, { domain, needResults: true, flags: 0 }, options)
      .catch(unlessGone({ snapshots: [], count: 0 })),
  ]);
  return { xml: readDomainXml(text), saved, snapshots: snapshots.map(({ name }) => name) };
}
