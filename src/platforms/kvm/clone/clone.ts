/** Another VM with the disks and the settings of one that is off: all checks first, then its volumes, then its definition. */
import { randomUUID } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { vmId } from '../../../ids.ts';
import type { CloneSpec, VmOps, Warning } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { unlessGone } from '../vm/guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { mentionedPaths } from '../vm/mentioned-paths.ts';
import { editXml } from '../xml/edit-xml.ts';
import { isTaken, newMac, readOthers, refuseShared, refuseUnlessOff, takenName } from './clone-checks.ts';
import { type DiskCopy, planCopies } from './clone-disks.ts';
import { readSeeds, replaceSeeds } from './clone-seed.ts';
import { type CloneParts, describeClone } from './clone-xml.ts';
import { makeClone } from './make-clone.ts';

export const createClone = (calls: GuestCalls, host: Host): Required<Pick<VmOps, 'clone'>> => ({
  clone: (id, spec, signal) =>
    onGuest(calls, id, signal, async (call) => {
      refuseName(spec.name);
      await refuseUnlessOff(call);
      if (await isTaken(call, spec.name)) throw takenName(spec.name);
      const { xml: original, autostart } = await readOriginal(call);
      const editor = await editXml(original, 'domain');
      refuseShared(call, editor.root);
      const plan = await planCopies(call, editor.root, spec);
      const copies = plan.copies.map((copy) => ({ ...copy, newPath: pathOf(copy) }));
      const macs = await readOthers(call, copies);
      const seeds = await readSeeds(call, host, original, spec.name);
      const uuid = randomUUID();
      const drawn = new Map<string, string>();
      const parts: CloneParts = {
        name: spec.name,
        uuid,
        created: host.clock.now(),
        disks: new Map(
          copies.map(({ at, newPath, name, format }) => [
            at,
            { path: newPath, volume: name, format: spec.linked ? 'qcow2' : format },
          ]),
        ),
        newMac(before) {
          const mac = newMac(macs);
          drawn.set(before, mac);
          return mac;
        },
      };
      const said = [...describeClone(editor, parts)];
      const renamed = {
        from: { name: call.domain.name, uuid: uuidText(call.domain.uuid) },
        to: { name: spec.name, uuid },
        ...{ macs: drawn, date: new Date(parts.created) },
      };
      const seed = await replaceSeeds(editor, seeds, renamed, (feature, detail) => void said.push({ feature, detail }));
      const xml = editor.text();
      refuseLeftOver(call, xml, [...copies, ...(seed ? [seed] : [])]);
      const started = await makeClone(call, host, { ...spec, copies, seed, xml, autostart });
      return {
        id: vmId(host.place.endpoint, uuid),
        warnings: [...plan.warnings, ...said, ...warnOfBase(call, spec, copies), ...started],
      };
    }),
});

/** Whole: a clone without the password of its VNC would let everyone in. Who may not read that can't clone it. */
async function readOriginal({ client, domain, signal }: GuestCall) {
  const [xml, autostart] = await Promise.all([
    client.call(procedures.domainXml, { domain, flags: XML.inactive + XML.secure }, { signal }),
    client.call(procedures.domainAutostart, { domain }, { signal }).catch(unlessGone(false)),
  ]);
  return { xml, autostart };
}

/** libvirt takes no slash, and writes a file of the name. */
function refuseName(name: string): void {
  if (name.trim() === name && name !== '' && !/[/\x00-\x1f\x7f]/.test(name)) return;
  const why = `${JSON.stringify(name)} can't be the name of a VM: it is empty, or has a slash or blanks around it`;
  throw new FleetError('op.refused', why, { fix: 'choose another name' });
}

/** Where the new volume will be: libvirt puts files into the folder of the pool, and devices next to one another. */
const pathOf = ({ path, name }: DiskCopy): string => `${path.slice(0, path.lastIndexOf('/'))}/${name}`;

/** A disk may be named in places that drover doesn't know. */
function refuseLeftOver({ domain }: GuestCall, xml: string, copies: readonly Pick<DiskCopy, 'path'>[]): void {
  const paths = mentionedPaths(xml);
  const left = copies.find(({ path }) => paths.has(path));
  if (!left) return;
  const why = `its definition names the disk ${left.path} in a place that drover does not know: the clone would use it`;
  throw new FleetError('op.refused', `${domain.name} can't be cloned: ${why}`);
}

function warnOfBase({ domain }: GuestCall, { linked }: CloneSpec, copies: readonly DiskCopy[]): readonly Warning[] {
  if (!linked || copies.length === 0) return [];
  const base = `its disks hold only what differs from those of ${domain.name}`;
  const detail = `${base}: starting ${domain.name}, or reverting or deleting snapshots of it, destroys this clone`;
  return [{ feature: 'vm.clone', detail }];
}
