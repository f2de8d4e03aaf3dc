/** Volumes with the content of an image: copies, and layers on it. */
import { formatBytes } from '../../../units.ts';
import type { VolumeSpec } from '../../contract.ts';
import { type HostCall, makeWhole } from '../host/host-call.ts';
import { findVolume } from '../make/find.ts';
import { refuseUsed } from '../make/uses.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import type { PoolXml } from '../xml/pool-xml.ts';
import { refused, words, writeVolumeXml } from '../xml/write-host-xml.ts';

/** libvirt answers when all is copied. */
const COPY_MS = 600_000;

/** Rejects with image.not-found, and with op.conflict for an image that a VM writes to. What is half made goes again. */
export async function createOfImage(
  call: HostCall,
  pool: StoragePool,
  { folder }: PoolXml,
  spec: VolumeSpec,
): Promise<Volume> {
  const { client, signal, change } = call;
  const { name, image = '', linked = false, size } = spec;
  if (image === '') throw refused(name, 'it is linked to an image, and none is named', 'name one');
  const found = await findVolume(call, image);
  const { xml: of, volume: from } = found;
  const least = of.size ?? 0;
  if (size < least)
    throw refused(
      name,
      `${formatBytes(size)} is smaller than the image ${from.name}, which has ${formatBytes(least)}`,
      `give it ${formatBytes(least)} or more`,
    );
  // Also where the VM that gets the volume writes to it.
  await refuseUsed({ client, signal, change }, found, []);
  const isFile = folder !== undefined;
  const options = { signal, deadlineMs: COPY_MS };
  if (linked) {
    if (!isFile || spec.format !== 'qcow2')
      throw refused(
        name,
        'only a file in qcow2 can hold what differs from an image',
        'choose qcow2 and a storage with a folder',
      );
    const below = `<backingStore><path>${words(of.path)}</path><format type="${words(of.format ?? 'raw')}"/></backingStore>`;
    const xml = writeVolumeXml(spec, isFile).replace('</volume>', `${below}</volume>`);
    return change('create', () => client.call(procedures.createVolume, { pool, xml, flags: 0 }, options));
  }
  const xml = writeVolumeXml({ ...spec, size: of.size ?? size }, isFile);
  return makeWhole(
    call,
    () => client.call(procedures.createVolumeFrom, { pool, xml, from, flags: 0 }, options),
    async (volume) => {
      if (size > least)
        await client.call(procedures.resizeVolume, { volume, capacity: size, flags: 0 }, { deadlineMs: COPY_MS });
    },
    (volume) => client.call(procedures.deleteVolume, { volume, flags: 0 }),
  );
}
