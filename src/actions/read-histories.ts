import { createGate } from '../gate.ts';
import type { VmId } from '../ids.ts';
import type { History, HistoryRange, VmOps } from '../platforms/contract.ts';

/** So many at once: they may be of one host. */
const AT_ONCE = 4;

export interface Histories {
  readonly kept: ReadonlyMap<VmId, History>;
  /** Why those of these VMs were not read; one that can't be read takes no others with it. */
  readonly failed: ReadonlyMap<VmId, unknown>;
}

/** `historyOf` answers how to read that of a VM, undefined where none is kept, and may throw. Rejects only when `signal` aborts. */
export async function readHistories(
  ids: readonly VmId[],
  range: HistoryRange,
  historyOf: (id: VmId) => VmOps['history'],
  signal: AbortSignal,
): Promise<Histories> {
  const gate = createGate(AT_ONCE);
  const kept = new Map<VmId, History>();
  const failed = new Map<VmId, unknown>();
  const read = async (id: VmId) => {
    try {
      const history = await historyOf(id)?.(id, range, signal);
      if (history) kept.set(id, history);
    } catch (error) {
      failed.set(id, error);
    }
  };
  await Promise.all(ids.map((id) => gate.run(signal, () => read(id))));
  signal.throwIfAborted();
  return { kept, failed };
}
