/** Volumes that are made, and files that are sent to a storage (PVE::API2::Storage::Content and ::Status). */
import { FleetError } from '../../../errors.ts';
import { volumeId } from '../../../ids.ts';
import type { VolumeOps } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import { oneOf, refused } from '../../lib/spec-values.ts';
import type { Api } from '../api.ts';
import { unclear } from '../api.ts';
import { type KnownStorage, type ListContext, readCatalog } from '../catalog.ts';
import { contentPath, type Entry, readStorage } from '../contents.ts';
import { FORMATS } from '../form/fields.ts';
import { chooseStorage } from './choose.ts';
import { contentOf } from './download.ts';
import { sendFile } from './send-file.ts';

export function createVolumeOps(context: ListContext, control: Api): Required<Pick<VolumeOps, 'create' | 'upload'>> {
  const { endpoint, clock } = context;

  /** The storage, and what is in it already: a name is refused that is there. */
  async function target(wanted: string, content: string, name: string, signal: AbortSignal) {
    const { storages } = await readCatalog(context, signal);
    const storage = chooseStorage(storages, { endpoint, wanted, content });
    const { entries } = await readStorage(context, storage, signal);
    return { storage, entries: entries.filter((one) => one.name === name) };
  }
  const idOf = ({ node, name }: KnownStorage, behind: string) =>
    volumeId(endpoint, node === undefined ? `${name}:${behind}` : `${node}/${name}:${behind}`);

  return {
    async create(_of, { name, storage: wanted, size, format, image }, signal) {
      const vmid = ownerOf(name);
      if ((image ?? '') !== '')
        throw new FleetError('op.unsupported', 'Proxmox VE makes volumes of images for guests alone', {
          fix: 'make a guest of it, or add a disk to one',
        });
      const { storage, entries } = await target(wanted, 'images', name, signal);
      refuseTakenName('volume', endpoint, entries, name);
      const [node = ''] = storage.through;
      const form = {
        vmid,
        filename: name,
        size: `${Math.ceil(size / 1024)}`,
        ...(format !== '' && { format: oneOf(FORMATS, format, 'format') }),
      };
      const volid = await control.post(`${contentPath(node, storage.name)}/content`, { signal, subject: name, form });
      if (typeof volid !== 'string' || !volid.startsWith(`${storage.name}:`))
        throw unclear(name, 'the answer names no volume');
      return { warnings: [], id: idOf(storage, volid.slice(storage.name.length + 1)) };
    },
    async upload(_of, { name, storage: wanted, resume }, source, signal) {
      const content = contentOf(name);
      const { storage, entries } = await target(wanted, content, name, signal);
      const [there] = entries.filter(({ kind }) => kind === content);
      if (there) throw taken(there, resume);
      const [node = ''] = storage.through;
      const file = { name, content, node, storage: storage.name, length: source.size, pieces: () => source.read(0) };
      const warnings = await sendFile({ api: control, clock, signal, subject: name }, file);
      return { warnings, id: idOf(storage, `${content}/${name}`) };
    },
  };
}

/** The server has all of a file or nothing of it, and tells no one what is in it. */
function taken({ volid }: Entry, resume: boolean): FleetError {
  const why = resume ? '; Proxmox VE goes on with no upload, and keeps nothing of one that broke off' : '';
  return new FleetError('op.conflict', `${volid} is there already${why}`, {
    fix: 'delete it first, or choose another name',
  });
}

/** The guest that the name says: `vm-100-disk-1`, as all storages want it. */
function ownerOf(name: string): string {
  const [, vmid] = /^vm-(\d+)-[A-Za-z0-9_-]+(?:\.(?:raw|qcow2|vmdk))?$/.exec(name) ?? [];
  if (vmid !== undefined) return vmid;
  throw refused(
    `${JSON.stringify(name)} does not say whose volume it is`,
    'call it vm-NUMBER-disk-1, with the number of its guest',
  );
}
