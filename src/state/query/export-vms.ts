import type { VmId } from '../../ids.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type ExportRowsOptions, exportRows } from './export-rows.ts';
import { columnKey, columnValue, type VmColumn } from './vm-columns.ts';

export interface ExportOptions extends Pick<ExportRowsOptions, 'path' | 'replace' | 'clean'> {
  readonly fleet: Fleet;
  /** In the order of the file. One that has gone meanwhile is left out. */
  readonly ids: readonly VmId[];
  readonly columns: readonly VmColumn[];
}

/** Writes VMs to a CSV or JSON file, values as programs want them, and answers how many. Rejects as `exportRows` does. */
export const exportVms = ({ ids, columns, fleet, ...options }: ExportOptions): Promise<number> =>
  exportRows({ ...options, keys: ['id', ...columns.map(columnKey)], rows: rowsOf(ids, columns, fleet) });

function* rowsOf(ids: readonly VmId[], columns: readonly VmColumn[], fleet: Fleet): Generator<readonly unknown[]> {
  for (const id of ids) {
    const vm = fleet.vms.get(id);
    if (vm) yield [id, ...columns.map((column) => columnValue(column, vm, fleet))];
  }
}
