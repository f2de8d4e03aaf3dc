/** What was read of VMs at one instant, as the columns of a sample block. */
import type { VmId } from '../../ids.ts';
import type { SampleBlock } from '../contract.ts';

export type Columns = Pick<SampleBlock, 'cpu' | 'memory' | 'diskRead' | 'diskWrite' | 'netRx' | 'netTx'>;

/** Of one VM, in the units of the block: `cpu` 0..1, `memory` in bytes, the others in bytes per second. What is missing is NaN. */
export type Reading = Readonly<Partial<Record<keyof Columns, number>>>;

export const columnsFor = (rows: number): Columns => ({
  cpu: new Float32Array(rows),
  memory: new Float64Array(rows),
  diskRead: new Float32Array(rows),
  diskWrite: new Float32Array(rows),
  netRx: new Float32Array(rows),
  netTx: new Float32Array(rows),
});

/**
 * One block of these VMs; `at` is in ms since the epoch, `windowMs` what rates are averaged over. `reading` is called for each
 * row in turn, and undefined leaves the whole row unknown. Into `columns`, of as many rows, where a platform reuses its own.
 */
export function blockOf(
  ids: readonly VmId[],
  at: number,
  windowMs: number,
  reading: (id: VmId, row: number) => Reading | undefined,
  columns: Columns = columnsFor(ids.length),
): SampleBlock {
  for (const [row, id] of ids.entries()) {
    const read = reading(id, row);
    columns.cpu[row] = read?.cpu ?? Number.NaN;
    columns.memory[row] = read?.memory ?? Number.NaN;
    columns.diskRead[row] = read?.diskRead ?? Number.NaN;
    columns.diskWrite[row] = read?.diskWrite ?? Number.NaN;
    columns.netRx[row] = read?.netRx ?? Number.NaN;
    columns.netTx[row] = read?.netTx ?? Number.NaN;
  }
  return { at, windowMs, ids, ...columns };
}

/** The last row of VMs that stopped, all unknown: they would look alive with the last figures otherwise. */
export const lastBlockOf = (ids: readonly VmId[], at: number, windowMs: number): SampleBlock =>
  blockOf(ids, at, windowMs, () => undefined);

/** 0..1: counters and burstable types may overshoot. NaN stays NaN. */
export const asShare = (value: number): number => Math.min(1, Math.max(0, value));
