import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures, type StoragePool } from '../rpc/protocol.ts';

/** While another operation waits for it. */
const REFRESH_MS = 6_000;

/**
 * libvirt lists a folder as it was when it last looked, and reads only then what format a file has. A pool that takes longer than
 * `deadlineMs` is taken as libvirt knew it, and so is one that a volume is being written to: libvirt looks again when that is done.
 */
export async function refreshPool(
  { client, signal }: Pick<HostCall, 'client' | 'signal'>,
  pool: StoragePool,
  deadlineMs = REFRESH_MS,
): Promise<void> {
  await client.call(procedures.refreshPool, { pool, flags: 0 }, { signal, deadlineMs }).catch((error: unknown) => {
    if (error instanceof LibvirtError || (error instanceof FleetError && error.code === 'op.timeout')) return;
    throw error;
  });
}
