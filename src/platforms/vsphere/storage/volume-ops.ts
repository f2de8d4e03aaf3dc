/** Disks without a VM, and files that are sent to datastores and fetched: VirtualDiskManager, FileManager and `/folder`. */
import { FleetError } from '../../../errors.ts';
import { spellBytes } from '../../../units.ts';
import type { LossPlan, VolumeOfferOps, VolumeOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { oneOf, refused } from '../../lib/spec-values.ts';
import { takeBack } from '../../lib/take-back.ts';
import { normalizeError } from '../normalize-error.ts';
import { type Catalog, datacenterOf, readCatalog, type Store } from '../place/catalog.ts';
import { calledSo } from '../place/choose.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { runTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';
import { pathIn, type StoreFile, searchStore } from './browse.ts';
import { fileMade, folderPath, receiveFile, sendFile } from './transfer.ts';
import { readFileUsers, usersOf } from './users.ts';
import { findVolume, idOfFile, listVolumes } from './volumes.ts';

/** The usual one first: what CreateVirtualDisk_Task calls them. */
const DISK_TYPES: Readonly<Record<string, string>> = {
  '': 'thin',
  thin: 'thin',
  vmdk: 'thin',
  thick: 'preallocated',
  eager: 'eagerZeroedThick',
};
const MEDIA = /\.(iso|img|flp)$/i;

export function createVolumeOps(calls: VmCalls): Required<Omit<VolumeOps, keyof VolumeOfferOps>> {
  const { session } = calls;

  const run = async (
    target: 'virtualDiskManager' | 'fileManager',
    method: string,
    args: Xml,
    subject: string,
    signal: AbortSignal,
  ) => {
    const request = { target: session.content[target], method, args, subject, signal };
    await runTask(calls, request).catch((error: unknown) => {
      throw normalizeError(error, subject, 'list');
    });
  };
  /** The datastore, and that it has nothing of this name. */
  async function target(wanted: string, name: string, signal: AbortSignal) {
    const catalog = await readCatalog(session, signal);
    const store = oneStore(catalog, wanted);
    if (!store.isUsable) throw refused(`${store.name} can't be used now`, 'name another datastore');
    const there = await searchStore(calls, store, { folder: '', isDeep: false, name }, signal);
    return { catalog, store, there };
  }
  const plan = async (file: StoreFile, signal: AbortSignal): Promise<LossPlan> => {
    const users = await readFileUsers(session, file.store.ref.value, signal);
    const vms = usersOf(users, { store: file.store.ref.value, path: file.path });
    return { goes: [file.path], stays: [], ...(vms.length > 0 && { refused: usedBy(file.path, vms) }) };
  };

  return {
    list: (_of, signal) => listVolumes(calls, signal),
    async create(of, { name, storage, size, format, image }, signal) {
      if ((image ?? '') !== '') {
        throw new FleetError('op.unsupported', 'vSphere copies the disks of templates into VMs alone', {
          fix: 'make a VM of it',
        });
      }
      checkName(name, /\.vmdk$/i, 'a disk is called NAME.vmdk');
      const { catalog, store, there } = await target(storage, name, signal);
      refuseTakenName('volume', of, there, name);
      const type = DISK_TYPES[oneOf(Object.keys(DISK_TYPES), format, 'format')];
      const spec = xml`<spec xsi:type="FileBackedVirtualDiskSpec"><diskType>${type ?? 'thin'}</diskType><adapterType>lsiLogic</adapterType><capacityKb>${Math.ceil(size / 1024)}</capacityKb></spec>`;
      const args = xml`<name>${pathIn(store.name, name)}</name>${datacenter(catalog, store)}${spec}`;
      await run('virtualDiskManager', 'CreateVirtualDisk_Task', args, name, signal);
      return { warnings: [], id: idOfFile(session, store, name) };
    },
    async planDelete(id, signal) {
      return plan((await findVolume(calls, id, signal)).file, signal);
    },
    async delete(id, signal) {
      const { catalog, file } = await findVolume(calls, id, signal);
      refusePlanned(await plan(file, signal));
      const args = xml`<name>${file.path}</name>${datacenter(catalog, file.store)}`;
      if (file.kind === 'disk') await run('virtualDiskManager', 'DeleteVirtualDisk_Task', args, file.path, signal);
      else await run('fileManager', 'DeleteDatastoreFile_Task', args, file.path, signal);
      return { warnings: [] };
    },
    async resize(id, size, signal) {
      const { catalog, file } = await findVolume(calls, id, signal);
      if (file.kind !== 'disk') throw refused(`${file.path} is no disk`);
      if (file.size !== undefined && size < file.size) {
        throw refused(`${file.path} has ${spellBytes(file.size)}: it only grows, since a smaller one would be cut off`);
      }
      const { refused: why } = await plan(file, signal);
      if (why !== undefined) throw refused(why, 'let the disk of that VM grow');
      const capacity = xml`<newCapacityKb>${Math.ceil(size / 1024)}</newCapacityKb><eagerZero>false</eagerZero>`;
      const args = xml`<name>${file.path}</name>${datacenter(catalog, file.store)}${capacity}`;
      await run('virtualDiskManager', 'ExtendVirtualDisk_Task', args, file.path, signal);
      return { warnings: [] };
    },
    async upload(of, { name, storage, resume }, source, signal) {
      checkName(name, MEDIA, 'a datastore takes media alone so: NAME.iso, NAME.img or NAME.flp');
      const { catalog, store, there } = await target(storage, name, signal);
      if (resume && there.length > 0) {
        throw new FleetError(
          'op.conflict',
          `${pathIn(store.name, name)} is there already; vSphere goes on with no upload`,
          {
            fix: 'delete it first, or choose another name',
          },
        );
      }
      refuseTakenName('volume', of, there, name);
      const path = folderPath(catalog, store, name);
      try {
        await sendFile(session, path, source, signal);
      } catch (error) {
        const undo = (patient: AbortSignal) => {
          const args = xml`<name>${pathIn(store.name, name)}</name>${datacenter(catalog, store)}`;
          return run('fileManager', 'DeleteDatastoreFile_Task', args, name, patient);
        };
        throw await takeBack(error, [fileMade(store, name, undo)], { isUnsure: false });
      }
      return { warnings: [], id: idOfFile(session, store, name) };
    },
    async download(id, to, signal) {
      const { catalog, file } = await findVolume(calls, id, signal);
      if (file.kind === 'disk') {
        throw new FleetError(
          'op.unsupported',
          `${file.path} is a disk: several files, which only its host can put together`,
        );
      }
      await receiveFile(session, folderPath(catalog, file.store, file.name), to, signal);
      return { warnings: [] };
    },
  };
}

function oneStore(catalog: Catalog, wanted: string): Store {
  const found = calledSo(catalog, catalog.stores.values(), wanted);
  const [first, second] = found;
  if (!first) throw new FleetError('storage.not-found', `there is no datastore ${JSON.stringify(wanted)}`);
  if (!second) return first;
  const names = found.map((one) => `${datacenterOf(catalog, one)?.name ?? ''}/${one.name}`);
  throw new FleetError('name.ambiguous', `several datacenters have a datastore ${wanted}`, {
    fix: `take one of ${names.join(', ')}`,
  });
}

function checkName(name: string, ending: RegExp, rule: string): void {
  if (/^[^/\\[\]%?*:]+$/.test(name) && ending.test(name)) return;
  throw refused(`${JSON.stringify(name)} is no name of such a file`, rule);
}

/** Needed by a vCenter, since names of datastores are unique in a datacenter alone. */
function datacenter(catalog: Catalog, store: Store): Xml {
  const of = datacenterOf(catalog, store);
  return of ? xml`<datacenter type="Datacenter">${of.ref.value}</datacenter>` : xml``;
}
