/** Volumes by the ids that lists give them: volumes, and the images that are volumes. */
import type { ImageId, VolumeId } from '../../../ids.ts';
import { endpointOf, nativeOfListed } from '../../../ids.ts';
import type { LossPlan } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { readNeeds, UNASKED } from './needs.ts';

type Kind = 'volume' | 'image';
type Id = VolumeId | ImageId;

/** A volume's name may have a slash, the name of its pool has none. */
const partsOf = (id: Id): readonly [pool: string, name: string] => {
  const native = nativeOfListed(id);
  return [native.slice(0, native.indexOf('/')), native.slice(native.indexOf('/') + 1)];
};

/** Does something with a volume as the daemon finds it now. Rejects with `volume.not-found`, `image.not-found`. */
export const onVolume = <T>(
  host: Host,
  kind: Kind,
  id: Id,
  signal: AbortSignal,
  work: (call: HostCall, volume: Volume) => Promise<T>,
): Promise<T> =>
  onHost(host, partsOf(id)[1] || endpointOf(id), signal, async (call) => work(call, await lookUp(call, kind, id)));

/** What goes with it, which is its file alone, and why it must stay. */
export async function planOfVolume(
  host: Host,
  call: HostCall,
  kind: Kind,
  id: Id,
  { pool, name }: Volume,
): Promise<LossPlan> {
  const [need] = await readNeeds(host, call, (volume) => volume.pool === pool && volume.name === name);
  // It may be that it is only gone: then this says so.
  if (!need) await lookUp(call, kind, id);
  const { client, signal } = call;
  const storage = await client.call(procedures.poolByName, { name: pool }, { signal });
  const { isShared } = await readPoolXml(
    await client.call(procedures.poolXml, { pool: storage, flags: 0 }, { signal }),
  );
  const refused = need ? need.why : `${name} can't be read: whether a VM needs it is not known`;
  return {
    goes: [`${need?.path ?? name}${isShared ? UNASKED : ''}`],
    stays: [],
    ...(refused !== undefined && { refused }),
  };
}

async function lookUp({ client, signal }: HostCall, kind: Kind, id: Id): Promise<Volume> {
  const [storage, name] = partsOf(id);
  try {
    const pool = await client.call(procedures.poolByName, { name: storage }, { signal });
    return await client.call(procedures.volumeByName, { pool, name }, { signal });
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    throw error.code === VIR_ERR.noPool || error.code === VIR_ERR.noVolume ? noListed(kind, id) : error;
  }
}
