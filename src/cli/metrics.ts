import type { Vm } from '../platforms/contract.ts';
import type { VmColumn } from '../state/query/vm-columns.ts';
import type { CommandContext } from './command.ts';

/** A load is the difference of two looks; a platform takes its time between them. */
const METRICS_MS = 10_000;

/**
 * Waits until the first samples of what runs have come, 10 s at most: not every platform has metrics for each VM. Says
 * how many are missing then. Rejects when it is interrupted.
 */
export async function awaitMetrics(columns: readonly VmColumn[], { app, signal, say }: CommandContext): Promise<void> {
  const { fleet } = app.store;
  const isKnown = (vm: Vm) =>
    !Number.isNaN(fleet.samples.cpu(vm.id)) ||
    (columns.length > 0 && columns.every((column) => !Number.isNaN(column.value(vm, fleet))));
  const missing = () => {
    let count = 0;
    for (const vm of fleet.vms.values()) if (vm.state === 'running' && !isKnown(vm)) count++;
    return count;
  };
  if (missing() === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stops = [
    app.clock.after(METRICS_MS, resolve),
    app.store.subscribe(() => {
      if (missing() === 0) resolve();
    }),
  ];
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  for (const stop of stops) stop();
  signal.throwIfAborted();
  const left = missing();
  if (left === 0) return;
  say(`no metrics received for ${left === 1 ? '1 running VM' : `${left} running VMs`} within ${METRICS_MS / 1000} s`);
}
