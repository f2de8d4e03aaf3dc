import type { HostCall } from '../host/host-call.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { VOLUME_PHYSICAL } from '../rpc/flags.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';

export interface Sizes {
  /** Of the file or the device, bytes: of an image not what a guest sees. */
  readonly size: number;
  /** What of it takes room: of a file that is written from its beginning about how far that has come. */
  readonly used: number;
}

/** As the file is now, whatever libvirt has listed. */
export async function sizesOf({ client, signal }: HostCall, volume: Volume): Promise<Sizes> {
  const { capacity, allocation } = await client.call(procedures.volumeInfo, { volume }, { signal });
  const physical = await client
    .call(procedures.volumeInfoWith, { volume, flags: VOLUME_PHYSICAL }, { signal })
    .catch((error: unknown) => {
      // libvirt before 3.0; of what is no image yet the capacity is the same.
      if (error instanceof LibvirtError && error.code === VIR_ERR.rpc) return { allocation: capacity };
      throw error;
    });
  return { size: physical.allocation, used: allocation };
}
