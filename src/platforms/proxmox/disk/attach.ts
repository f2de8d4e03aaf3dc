/** A volume that is there becomes a disk of a guest. */
import { FleetError } from '../../../errors.ts';
import type { Warning } from '../../contract.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { refused } from '../../lib/spec-values.ts';
import { type Catalog, readCatalog } from '../catalog.ts';
import { type Entry, readContents } from '../contents.ts';
import { type GuestCall, pathOf } from '../guest-call.ts';
import { diskContent, type Guest } from '../guests.ts';
import { numberOf } from '../json.ts';
import { settled } from '../tasks.ts';
import { type ConfigNow, changeConfig } from '../vm/change-config.ts';
import type { Parts } from './parts.ts';

interface Wish {
  readonly key: string;
  /** Volume id or name. */
  readonly volume: string;
  readonly shareable: boolean;
}

/**
 * A volume of this guest, or of no guest, is attached as it is. One that is an unused disk of another guest is handed over, since it
 * would go with that one: it gets a name of its new owner. One that another guest uses is an op.conflict.
 */
export async function attachVolume(
  { calls, lists }: Parts,
  call: GuestCall,
  now: ConfigNow,
  { key, volume, shareable }: Wish,
): Promise<readonly Warning[]> {
  const { guest, name, signal } = call;
  if (shareable) throw refused('Proxmox VE keeps no two guests from writing to one disk', 'attach it to one of them');
  const catalog = await readCatalog(lists, signal);
  const entry = await findVolume(lists, catalog, guest, volume, signal);
  const own = now.config.disks.find(({ path, device }) => path === entry.volid && !device.startsWith('unused'));
  if (own) throw new FleetError('op.conflict', `${entry.volid} is ${own.device} of ${name} already`);
  const owner = ownerOf(catalog, entry);
  const mount = guest.kind === 'lxc' ? `,mp=/mnt/${key}` : '';
  if (!owner || owner.key === guest.key) return changeConfig(calls, call, { [key]: `${entry.volid}${mount}` }, now);
  const { api, clock, touched } = calls;
  const row = asRow(await api.get(`${pathOf(owner)}/config`, { signal, subject: owner.name }), owner.name);
  const place = Object.keys(row).find((one) => (textOf(row, one) ?? '').split(',', 1)[0] === entry.volid);
  if (place !== undefined && !place.startsWith('unused'))
    throw new FleetError('op.conflict', `${entry.volid} is ${place} of ${owner.name}`, {
      fix: 'detach it there first',
    });
  if (place === undefined)
    throw new FleetError('op.refused', `${entry.volid} has the number of ${owner.name}, which does not list it`, {
      fix: `let its node look for it: qm rescan --vmid ${owner.vmid}`,
    });
  const isLxc = guest.kind === 'lxc';
  const form = {
    [isLxc ? 'volume' : 'disk']: place,
    'target-vmid': String(guest.vmid),
    [isLxc ? 'target-volume' : 'target-disk']: key,
  };
  const answer = await api.post(`${pathOf(owner)}/${isLxc ? 'move_volume' : 'move_disk'}`, {
    signal,
    subject: name,
    form,
  });
  const warnings = await settled(answer, { api, clock, signal, subject: name });
  touched(guest.key);
  touched(owner.key);
  return warnings;
}

const ownerOf = ({ resources }: Catalog, { row }: Entry): Guest | undefined => {
  const vmid = numberOf(row, 'vmid');
  return [...resources.guests.values()].find((one) => one.vmid === vmid);
};

async function findVolume(
  lists: Parts['lists'],
  { storages }: Catalog,
  { node, kind }: Guest,
  volume: string,
  signal: AbortSignal,
): Promise<Entry> {
  const content = diskContent(kind);
  const able = storages.filter(
    (one) => one.content.includes(content) && (one.node === undefined || one.node === node) && one.through.length > 0,
  );
  const { entries } = await readContents(lists, able, signal);
  const found = entries.filter(
    (one) => one.kind === content && (one.volid === volume || one.key === volume || one.name === volume),
  );
  const [first, second] = found;
  if (!first) throw new FleetError('volume.not-found', `${node} has no volume ${JSON.stringify(volume)} for a disk`);
  if (second)
    throw new FleetError(
      'name.ambiguous',
      `there are several volumes ${volume}: ${found.map(({ volid }) => volid).join(', ')}`,
      {
        fix: 'name it with its storage',
      },
    );
  return first;
}
