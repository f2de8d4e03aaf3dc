import type { Vm } from '../platforms/contract.ts';
import type { VmColumn } from '../state/query/vm-columns.ts';
import type { CommandContext } from './command.ts';

/** A load is the difference of two looks; a platform takes its time between them. */
const METRICS_MS = 10_000;

/**
 * Waits until the first samples of what runs have come, 10 s at most: not every platform has metrics for each VM. Says
 * how many are missing then. Rejects when it is interrupted.
 */
export function awaitMetrics(columns: readonly VmColumn[], context: CommandContext): Promise<void> {
  const { fleet } = context.app.store;
  const isKnown = (vm: Vm) =>
    !Number.isNaN(fleet.samples.cpu(vm.id)) ||
    (columns.length > 0 && columns.every((column) => !Number.isNaN(column.value(vm, fleet))));
  const missing = () => {
    let count = 0;
    for (const vm of fleet.vms.values()) if (vm.state === 'running' && !isKnown(vm)) count++;
    return count;
  };
  return untilNoneMissing(missing, 'running VM', context);
}

/** The same of the nodes that are up. */
export function awaitNodeMetrics(context: CommandContext): Promise<void> {
  const { fleet } = context.app.store;
  const missing = () => {
    let count = 0;
    for (const { id, state } of fleet.nodes.values()) if (state === 'up' && !fleet.nodeSamples.of(id)) count++;
    return count;
  };
  return untilNoneMissing(missing, 'node', context);
}

async function untilNoneMissing(
  missing: () => number,
  what: string,
  { app, signal, say }: CommandContext,
): Promise<void> {
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
  say(`no metrics received for ${left === 1 ? `1 ${what}` : `${left} ${what}s`} within ${METRICS_MS / 1000} s`);
}
