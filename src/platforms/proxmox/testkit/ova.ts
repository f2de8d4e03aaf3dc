/** Appliances in the storages of a pretended cluster (get_import_metadata of PVE::Storage::DirPlugin). */
import { refusal } from './refusal.ts';
import type { World } from './world.ts';

/** `volume`: without its storage. */
export function metadataOf({ appliances }: World, storage: string, volume: string): unknown {
  const volid = `${storage}:${volume}`;
  const ova = appliances.get(volid);
  if (!ova) throw refusal(500, 'invalid format');
  const { bios } = ova.args;
  return {
    type: 'vm',
    // the server itself writes the name of the volume here, which its own description does not have
    source: 'esxi',
    'create-args': ova.args,
    disks: {
      ...Object.fromEntries(
        Object.entries(ova.disks).map(([device, file]) => [
          device,
          { volid: `${volid}/${file}`, size: ova.files[file] },
        ]),
      ),
      ...(bios === 'ovmf' && { efidisk0: 1 }),
    },
    net: Object.fromEntries(Object.entries(ova.nics).map(([nic, model]) => [nic, { model }])),
    warnings: [{ type: 'ova-needs-extracting' }],
  };
}

/** The size of a disk in an appliance, by its volume id. Throws a sentence where its storage can't unpack it. */
export function sizeInOva(
  { appliances, storages }: World,
  from: string,
  working: string | undefined,
): number | undefined {
  const [, volid = '', file = ''] = /^(.+\.ova)\/([^/]+)$/.exec(from) ?? [];
  const size = appliances.get(volid)?.files[file];
  if (size === undefined) return undefined;
  const storage = working ?? volid.slice(0, volid.indexOf(':'));
  const config = storages.get(storage);
  if (config?.['path'] === undefined || !config.content.split(',').includes('images'))
    throw new Error(`storage '${storage}' does not support 'images' content type or is not file based.`);
  return size;
}
