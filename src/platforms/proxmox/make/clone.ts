/** Another guest with the same disks and settings: POST …/clone (PVE::API2::Qemu, PVE::API2::LXC), which begins a task. */
import { FleetError } from '../../../errors.ts';
import { endpointOf, vmId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { readCatalog } from '../catalog.ts';
import { type GuestCalls, onGuest, pathOf } from '../guest-call.ts';
import { type FollowContext, settled } from '../tasks.ts';
import type { Maker } from './create.ts';
import { startMade } from './start.ts';
import { refuseTakenGuest } from './taken.ts';
import { guestMade, whatMayCome } from './undo.ts';

export const createClone =
  (calls: GuestCalls, { lists, vmids }: Maker): NonNullable<VmOps['clone']> =>
  (id, { name, linked, start }, signal) =>
    onGuest(calls, id, signal, async ({ guest, name: original }) => {
      const { api, clock, touched } = calls;
      refuseTakenGuest(lists.endpoint, await readCatalog(lists, signal), name);
      if (linked && !guest.template)
        throw new FleetError(
          'op.refused',
          `${original} is no template: Proxmox VE makes linked clones of templates alone`,
          {
            fix: 'clone it whole, or make a template of it',
          },
        );
      const context: FollowContext = { api, clock, signal, subject: name };
      const { kind, node } = guest;
      const done: Made[] = [];
      let asked: Made | undefined;
      try {
        const { vmid, answer } = await vmids.take(name, signal, async (number) => {
          asked = guestMade(context, { node, kind, vmid: number });
          const form = {
            newid: String(number),
            [kind === 'qemu' ? 'name' : 'hostname']: name,
            full: linked ? '0' : '1',
          };
          return { vmid: number, answer: await api.post(`${pathOf(guest)}/clone`, { signal, subject: name, form }) };
        });
        const warnings = [...(await settled(answer, context))];
        if (asked) done.push(asked);
        asked = undefined;
        if (start) warnings.push(...(await startMade(context, { kind, node, vmid })));
        touched(`${kind}/${vmid}`);
        return { warnings, id: vmId(endpointOf(id), `${kind}/${vmid}`) };
      } catch (error) {
        throw await takeBack(error, done, whatMayCome(asked, signal));
      }
    });
