/** Numbers of new guests: the server names the next one, and the one who asks for it first has it. */
import { FleetError } from '../../../errors.ts';
import type { Api } from '../api.ts';

export interface Vmids {
  /**
   * Sends what takes a number, and no other of this connection meanwhile. When another client was quicker it was refused, so that
   * nothing was done, and the next number is tried.
   */
  take<T>(subject: string, signal: AbortSignal, send: (vmid: number) => Promise<T>): Promise<T>;
}

const TRIES = 5;
/** `check_vmid_unused` of PVE::Cluster, and create_vm and clone_vm of PVE::API2::Qemu. */
const IS_TAKEN = /(?:VM|CT) \d+ already exists on node|config file already exists/;

export function createVmids(api: Api): Vmids {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    take(subject, signal, send) {
      const mine = turn.then(() => attempt(subject, signal, send, TRIES));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };

  async function attempt<T>(
    subject: string,
    signal: AbortSignal,
    send: (vmid: number) => Promise<T>,
    left: number,
  ): Promise<T> {
    signal.throwIfAborted();
    const answer = await api.get('/cluster/nextid', { signal, subject });
    const vmid = Number(answer);
    if (!Number.isSafeInteger(vmid) || vmid < 100)
      throw new FleetError('host.protocol', `${subject}: the server named no number for a guest`);
    try {
      return await send(vmid);
    } catch (error) {
      const isTaken = error instanceof FleetError && error.code === 'op.conflict' && IS_TAKEN.test(error.message);
      if (!isTaken || left <= 1) throw error;
      return attempt(subject, signal, send, left - 1);
    }
  }
}
