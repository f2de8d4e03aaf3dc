/** A guest that was restored and waits: libvirt 9.0 says of it that it migrates, until it goes on. */
import { FleetError } from '../../../errors.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { DOMAIN } from '../vm/states.ts';

/** Of one that migrates libvirt answers this when a page was sent; one that takes longer is no guest that waits. */
const JOB_MS = 3_000;

/** Whether libvirt does nothing with a guest that is paused. */
export async function isIdle(client: RpcClient, domain: Domain, state: number, signal: AbortSignal): Promise<boolean> {
  if (state !== DOMAIN.paused) return false;
  const { type } = await client
    .call(procedures.jobInfo, { domain }, { signal, deadlineMs: JOB_MS })
    .catch((error: unknown) => {
      const isNoAnswer = error instanceof LibvirtError && error.code !== VIR_ERR.noDomain;
      if (isNoAnswer || (error instanceof FleetError && error.code === 'op.timeout')) return { type: -1 };
      throw error;
    });
  return type === 0;
}
