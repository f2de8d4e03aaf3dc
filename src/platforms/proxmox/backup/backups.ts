/** Backups in the storages of the cluster: content `backup` (PVE::API2::Storage::Content), made by vzdump (PVE::API2::VZDump). */
import { type BackupId, backupId, endpointOf, vmId } from '../../../ids.ts';
import type { Backup, BackupOps } from '../../contract.ts';
import { textOf } from '../../lib/json.ts';
import { refusePlanned } from '../../lib/listed.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { inOrder, type ListContext, readCatalog, troubleNow } from '../catalog.ts';
import { type Entry, readContents, readStorage } from '../contents.ts';
import { type GuestCalls, onGuest, pathOf } from '../guest-call.ts';
import { diskContent } from '../guests.ts';
import { flagOf, numberOf, sizeOf } from '../json.ts';
import type { Maker } from '../make/create.ts';
import { startMade } from '../make/start.ts';
import { refuseTakenGuest } from '../make/taken.ts';
import { guestMade, whatMayCome } from '../make/undo.ts';
import { placePath } from '../read-each.ts';
import { chooseStorage } from '../storage/choose.ts';
import { deleteEntry, findEntry } from '../storage/find-entry.ts';
import { type FollowContext, finishedTask, settled, stopTask } from '../tasks.ts';

export function createBackupOps(calls: GuestCalls, maker: Maker): Required<BackupOps> {
  const { lists } = maker;
  const { api, clock } = calls;
  const find = (id: BackupId, signal: AbortSignal) =>
    findEntry(lists, 'backup', id, ({ kind }) => kind === 'backup', signal);

  return {
    list: (_of, signal) => listBackups(lists, signal),
    create: (vm, { storage: wanted, mode, description }, signal) =>
      onGuest(calls, vm, signal, async ({ guest, name }) => {
        const { storages } = await readCatalog(lists, signal);
        const wish = { endpoint: lists.endpoint, wanted, content: 'backup', node: guest.node };
        const storage = chooseStorage(storages, wish);
        const form = {
          vmid: String(guest.vmid),
          storage: storage.name,
          mode,
          compress: 'zstd',
          // older ones stay: what is kept how long is the business of the cluster's jobs
          remove: '0',
          'notes-template': notesFor(description),
        };
        const known = new Set((await readStorage(lists, storage, signal)).entries.map(({ key }) => key));
        const answer = await api.post(placePath('nodes', guest.node, 'vzdump'), { signal, subject: name, form });
        const warnings = await finishedTask(answer, { api, clock, signal, subject: name }, BACKUP_MS).catch(
          async (error: unknown) => {
            if (signal.aborted) await stopTask(answer, { api, clock, subject: name });
            throw error;
          },
        );
        const { entries } = await readStorage(lists, storage, signal);
        const made = entries.find(({ key, row }) => !known.has(key) && numberOf(row, 'vmid') === guest.vmid);
        return { warnings, ...(made && { id: backupId(lists.endpoint, made.key) }) };
      }),
    planDelete: async (id, signal) => lossOf((await find(id, signal)).entry),
    async delete(id, signal) {
      const { entry } = await find(id, signal);
      refusePlanned(lossOf(entry));
      return deleteEntry(entry, { api, clock, signal });
    },
    async restore(id, { name, storage: wanted, start }, signal) {
      const { entry, catalog } = await find(id, signal);
      refuseTakenGuest(lists.endpoint, catalog, name);
      const kind = kindOf(entry);
      const content = diskContent(kind);
      const { node } = entry;
      const storage =
        wanted === ''
          ? undefined
          : chooseStorage(catalog.storages, { endpoint: lists.endpoint, wanted, content, node });
      const context: FollowContext = { api, clock, signal, subject: name };
      const done: Made[] = [];
      let asked: Made | undefined;
      try {
        const { vmid, answer } = await maker.vmids.take(name, signal, async (number) => {
          asked = guestMade(context, { node, kind, vmid: number });
          const form = restoreForm(kind, entry.volid, number, name, storage?.name);
          return {
            vmid: number,
            answer: await api.post(placePath('nodes', node, kind), { signal, subject: name, form }),
          };
        });
        const warnings = [...(await finishedTask(answer, context))];
        if (asked) done.push(asked);
        asked = undefined;
        const guest = { kind, node, vmid };
        if (kind === 'qemu') {
          // a virtual machine has its old name in its archive
          const renamed = await api.put(`${pathOf(guest)}/config`, { signal, subject: name, form: { name } });
          warnings.push(...(await settled(renamed, context)));
        }
        if (start) warnings.push(...(await startMade(context, guest)));
        calls.touched(`${kind}/${vmid}`);
        return { warnings, id: vmId(endpointOf(id), `${kind}/${vmid}`) };
      } catch (error) {
        throw await takeBack(error, done, whatMayCome(asked, signal));
      }
    },
  };
}

/** Some TiB over a slow network. */
const BACKUP_MS = 7_000_000;

/** `unique`: cards get new addresses, so that both can be in one network. */
function restoreForm(kind: 'qemu' | 'lxc', archive: string, vmid: number, name: string, storage: string | undefined) {
  const shared = { vmid: String(vmid), unique: '1', ...(storage !== undefined && { storage }) };
  return kind === 'qemu' ? { ...shared, archive } : { ...shared, ostemplate: archive, restore: '1', hostname: name };
}

/** `{{guestname}}` and its like are words of the template: what a user writes has none. */
const notesFor = (description: string): string =>
  ['{{guestname}}', description.replaceAll('\\', '\\\\').replaceAll(/[{}]/g, '').replaceAll(/\r?\n/g, '\\n')]
    .filter(Boolean)
    .join('\\n');

/** Those in all storages that take backups: one request for the catalog, one for each such storage. */
async function listBackups(context: ListContext, signal: AbortSignal): Promise<readonly Backup[]> {
  const { storages, resources } = await readCatalog(context, signal);
  const able = storages.filter(({ content }) => content.includes('backup'));
  const { entries, unread } = await readContents(context, able, signal);
  const names = new Map([...resources.guests.values()].map(({ vmid, name }) => [vmid, name]));
  const rows = entries.filter(({ kind }) => kind === 'backup').map((entry) => rowOf(context, entry, names));
  return inOrder(
    [
      ...unread.map(
        ({ storage, key, why }): Backup => ({
          ...UNKNOWN,
          id: backupId(context.endpoint, key),
          name: `(backups of ${storage.key})`,
          storage: storage.name,
          trouble: troubleNow(context, `not read: ${why}`),
          unread: true,
        }),
      ),
      ...rows,
    ],
    ({ id }) => id,
  );
}

const UNKNOWN = {
  ...{ vm: undefined, created: undefined, size: undefined, format: undefined },
  ...{ description: undefined, protected: undefined, path: undefined },
} as const;

/** The first line of its notes is the name that its guest had; without notes, the one that has its number now. */
function rowOf(context: ListContext, entry: Entry, names: ReadonlyMap<number, string>): Backup {
  const { storage, key, name, row, volid } = entry;
  const [first = '', ...rest] = (textOf(row, 'notes') ?? '').split('\n');
  const seconds = numberOf(row, 'ctime');
  const vmid = numberOf(row, 'vmid');
  return {
    id: backupId(context.endpoint, key),
    name,
    vm: first.trim() || (vmid === undefined ? undefined : names.get(vmid)),
    storage: storage.name,
    created: seconds === undefined ? undefined : seconds * 1000,
    ...(seconds !== undefined && { identity: String(seconds) }),
    size: sizeOf(row, 'size'),
    format: textOf(row, 'format'),
    description: rest.join('\n').trim() || undefined,
    protected: flagOf(row, 'protected'),
    path: volid,
    ...(flagOf(row, 'protected') && { disabled: { 'backup.delete': 'it is protected against being deleted' } }),
  };
}

const lossOf = ({ volid, row }: Entry) => ({
  goes: [volid],
  stays: [],
  ...(flagOf(row, 'protected') && { refused: `${volid} is protected against being deleted` }),
});

/** By the name of the archive, `vzdump-lxc-101-…` or `backup/ct/101/…` of a backup server. */
const kindOf = ({ volid }: Entry): 'qemu' | 'lxc' =>
  /vzdump-(?:lxc|openvz)-|:backup\/ct\//.test(volid) ? 'lxc' : 'qemu';
