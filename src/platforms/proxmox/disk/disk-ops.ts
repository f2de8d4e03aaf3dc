/** Disks and drives of a guest, which are settings of it: `scsi1: local-lvm:vm-100-disk-1,size=8G`. */
import { FleetError } from '../../../errors.ts';
import { type DiskId, diskId, nativeOfPart, vmOf } from '../../../ids.ts';
import { spellBytes } from '../../../units.ts';
import type { DiskOps, DiskSpec } from '../../contract.ts';
import { refuseImage } from '../../lib/empty-disks.ts';
import { refusePlanned } from '../../lib/listed.ts';
import { listDisks, noPart } from '../../lib/parts.ts';
import { oneOf, refused } from '../../lib/spec-values.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import { BUSES, FORMATS } from '../form/fields.ts';
import { freeKey, gibWord, MOST } from '../form/texts.ts';
import { type GuestCall, onGuest, pathOf } from '../guest-call.ts';
import type { ConfiguredDisk } from '../guest-config.ts';
import { diskContent } from '../guests.ts';
import { findIso } from '../make/source.ts';
import { chooseStorage } from '../storage/choose.ts';
import { settled } from '../tasks.ts';
import { type ConfigNow, changeConfig, readConfigNow } from '../vm/change-config.ts';
import { attachVolume } from './attach.ts';
import { moveDisk } from './move-disk.ts';
import type { Parts } from './parts.ts';
import { planDisk } from './plan-delete.ts';

export function createDiskOps(parts: Parts): Required<DiskOps> {
  const { calls, lists, info } = parts;
  const on = <T>(
    id: DiskId,
    signal: AbortSignal,
    work: (call: GuestCall, now: ConfigNow, disk: ConfiguredDisk) => Promise<T>,
  ) =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const now = await readConfigNow(call);
      const disk = now.config.disks.find(({ device }) => device === nativeOfPart(id));
      if (!disk) throw noPart('disk', call.name, id);
      return work(call, now, disk);
    });

  return {
    list: listDisks(info),
    create: (vm, spec, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        refuseImage(spec, 'Proxmox VE');
        const now = await readConfigNow(call);
        const key = keyFor(call, now, spec);
        const warnings =
          spec.volume === ''
            ? await changeConfig(calls, call, { [key]: await newText(lists, call, now, spec) }, now)
            : await attachVolume(parts, call, now, { key, volume: spec.volume, shareable: spec.shareable });
        return { warnings, id: diskId(vm, key) };
      }),
    detach: (id, signal) =>
      on(id, signal, async (call, now, { device }) => {
        if (device.startsWith('unused'))
          throw new FleetError('op.refused', `${device} of ${call.name} is attached to nothing`, {
            fix: 'delete it, or attach its volume',
          });
        return { warnings: await changeConfig(calls, call, { delete: device }, now) };
      }),
    planDelete: (id, signal) => on(id, signal, (call, now, disk) => planDisk(lists, call, now, disk, signal)),
    delete: (id, signal) =>
      on(id, signal, async (call, now, disk) => {
        refusePlanned(await planDisk(lists, call, now, disk, signal));
        const { device } = disk;
        const form = { delete: device, ...(device.startsWith('unused') ? {} : { force: '1' }) };
        return { warnings: await changeConfig(calls, call, form, now) };
      }),
    resize: (id, size, signal) =>
      on(id, signal, async (call, now, { device, size: before }) => {
        if (before !== undefined && size < before)
          throw new FleetError(
            'op.refused',
            `${device} of ${call.name} has ${spellBytes(before)}: it only grows, since a smaller one would be cut off`,
          );
        const { api, clock, touched } = calls;
        const form = { disk: device, size: String(size), ...(now.digest && { digest: now.digest }) };
        const answer = await api.put(`${pathOf(call.guest)}/resize`, { signal, subject: call.name, form });
        touched(call.guest.key);
        return { warnings: await settled(answer, { api, clock, signal, subject: call.name }) };
      }),
    move: (id, spec, signal) =>
      on(id, signal, (call, { digest }, disk) => moveDisk(parts, call, { disk, spec, digest })),
    insert: (id, volume, signal) =>
      on(id, signal, async (call, now, { device }) => ({
        warnings: await changeConfig(calls, call, { [device]: await mediumText(lists, call, volume) }, now),
      })),
  };
}

/** A container has `mp0`, a virtual machine the next place of a bus: that of its first disk, unless one is named. */
function keyFor({ guest, name }: GuestCall, { config, keys }: ConfigNow, spec: DiskSpec): string {
  const first = config.disks.find(({ type, bus }) => type === 'disk' && bus !== undefined);
  const bus = guest.kind === 'lxc' ? 'mp' : oneOf(BUSES, spec.bus || first?.bus || BUSES[0], 'bus');
  const key = freeKey(bus, keys, MOST[bus] ?? 0);
  if (key === undefined) throw refused(`${name} has no free place for a disk on ${bus}`);
  return key;
}

async function newText(lists: ListContext, call: GuestCall, { config }: ConfigNow, spec: DiskSpec): Promise<string> {
  const { guest, signal } = call;
  if (spec.shareable)
    throw refused('a new disk is of one guest alone', 'make it, and then share its volume in the web interface');
  const { storages } = await readCatalog(lists, signal);
  const usual = config.disks.find(({ type, storage }) => type === 'disk' && storage !== undefined)?.storage ?? '';
  const storage = chooseStorage(storages, {
    endpoint: lists.endpoint,
    wanted: spec.storage || usual,
    content: diskContent(guest.kind),
    node: guest.node,
  });
  const format = oneOf(['', ...FORMATS], spec.format, 'format');
  const text = `${storage.name}:${gibWord(spec.size)}`;
  if (guest.kind === 'lxc') return `${text},mp=/mnt/disk${config.disks.length}`;
  return format === '' ? text : `${text},format=${format}`;
}

async function mediumText(lists: ListContext, { guest, name, signal }: GuestCall, volume: string): Promise<string> {
  if (guest.kind === 'lxc') throw new FleetError('op.unsupported', `${name} is a container: it has no drives`);
  if (volume === '') return 'none,media=cdrom';
  const catalog = await readCatalog(lists, signal);
  const volid = await findIso(lists, catalog, volume, guest.node, signal).catch((error: unknown) => {
    if (!(error instanceof FleetError && error.code === 'image.not-found')) throw error;
    throw new FleetError('volume.not-found', error.message, { cause: error });
  });
  return `${volid},media=cdrom`;
}
