/**
 * A template of a copy of a guest: POST …/clone and then …/template (PVE::API2::Qemu, PVE::API2::LXC). The API gives no disk away, and
 * exports no OVA; templates are what other guests are made of.
 */
import { FleetError } from '../../../errors.ts';
import { endpointOf, imageId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { readCatalog } from '../catalog.ts';
import { NAME } from '../form/fields.ts';
import { type GuestCalls, onGuest, pathOf } from '../guest-call.ts';
import { diskContent } from '../guests.ts';
import type { Maker } from '../make/create.ts';
import { refuseTakenGuest } from '../make/taken.ts';
import { guestMade, whatMayCome } from '../make/undo.ts';
import { chooseStorage } from '../storage/choose.ts';
import { type FollowContext, finishedTask, settled, stopTask } from '../tasks.ts';

/** Some TiB between slow storages. */
const COPY_MS = 7_000_000;
/** Nodes tell every ten seconds or so what their guests are. */
const TELLS_WITHIN_MS = 30_000;
const LOOK_MS = 1_000;

export const createExport =
  (calls: GuestCalls, { lists, vmids }: Maker): NonNullable<VmOps['export']> =>
  (id, { name, storage: wanted }, signal) =>
    onGuest(calls, id, signal, async ({ guest, name: original, current }) => {
      const { api, clock, index, touched } = calls;
      const { kind, node } = guest;
      if (current.status === 'running')
        throw new FleetError('op.conflict', `${original} is running`, { fix: 'stop it first' });
      if (!new RegExp(NAME.source).test(name))
        throw refused(`${JSON.stringify(name)} is no name of a template`, NAME.complaint);
      const catalog = await readCatalog(lists, signal);
      refuseTakenGuest(lists.endpoint, catalog, name);
      const wish = { endpoint: lists.endpoint, wanted, content: diskContent(kind), node };
      const storage = wanted === '' ? undefined : chooseStorage(catalog.storages, wish);
      const context: FollowContext = { api, clock, signal, subject: name };
      const done: Made[] = [];
      let asked: Made | undefined;
      try {
        const { vmid, answer } = await vmids.take(name, signal, async (number) => {
          asked = guestMade(context, { node, kind, vmid: number });
          const form = {
            newid: String(number),
            [kind === 'qemu' ? 'name' : 'hostname']: name,
            full: '1',
            ...(storage && { storage: storage.name }),
          };
          return { vmid: number, answer: await api.post(`${pathOf(guest)}/clone`, { signal, subject: name, form }) };
        });
        const warnings = await finishedTask(answer, context, COPY_MS).catch(async (error: unknown) => {
          if (signal.aborted) await stopTask(answer, context);
          throw error;
        });
        if (asked) done.push(asked);
        asked = undefined;
        const copy = { kind, node, vmid };
        const more = await settled(
          await api.post(`${pathOf(copy)}/template`, { signal, subject: name, form: {} }),
          context,
        );
        const key = `${kind}/${vmid}`;
        touched(key);
        await untilTold(key);
        return { warnings: [...warnings, ...more], id: imageId(endpointOf(id), key) };
      } catch (error) {
        throw await takeBack(error, done, whatMayCome(asked, signal));
      }

      /** Until the list of the cluster has it as what it is; it is made all the same when that takes longer. */
      async function untilTold(key: string): Promise<void> {
        const end = clock.ticks() + TELLS_WITHIN_MS;
        for (;;) {
          const isTold = await index.refreshed(key, signal).then(
            ({ template }) => template,
            () => false,
          );
          if (isTold || signal.aborted || clock.ticks() > end) return;
          await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
        }
      }
    });
