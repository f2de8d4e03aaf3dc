import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import { escapeActive } from '../files/escape-active.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { csvLine } from './csv.ts';
import { columnKey, columnValue, type VmColumn } from './vm-columns.ts';

export interface ExportOptions {
  readonly path: string;
  readonly fleet: Fleet;
  /** In the order of the file. One that has gone meanwhile is left out. */
  readonly ids: readonly VmId[];
  readonly columns: readonly VmColumn[];
  /** Takes the place of a file that is there. */
  readonly replace: boolean;
  readonly clean: (text: string) => string;
}

/** Why nothing can be written to a file of this name; undefined when it can. The name says the format. */
export function exportComplaint(path: string): string | undefined {
  return /^\.(csv|json)$/i.test(extname(path.trim())) ? undefined : 'its name must end in .csv or .json';
}

/** Written in one go: a large fleet is many of these, with room for keys between. */
const ROWS_PER_WRITE = 256;

/**
 * Writes VMs to a CSV or JSON file, values as programs want them, and answers how many. Rejects with op.conflict when the
 * file is there and is not to be replaced, with op.failed where it can't be written: what was there before stays then.
 */
export async function exportVms(options: ExportOptions): Promise<number> {
  const { path, replace } = options;
  try {
    if (!replace) return await writeNew(path, options);
    const target = await realpath(path);
    const { mode } = await stat(target);
    const beside = `${target}.${process.pid}.new`;
    await rm(beside, { force: true });
    const count = await writeNew(beside, options, mode);
    await rename(beside, target);
    return count;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new FleetError('op.conflict', `${path} is there already`, { cause: error });
    throw new FleetError('op.failed', `${path} was not written: ${fileTrouble(error)}`, { cause: error });
  }
}

/** With these permissions, or with those that new files have. */
async function writeNew(path: string, options: ExportOptions, mode?: number): Promise<number> {
  const file = await open(path, 'wx');
  try {
    if (mode !== undefined) await file.chmod(mode);
    return await writeRows(file, options);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function writeRows(file: FileHandle, { path, fleet, ids, columns, clean }: ExportOptions): Promise<number> {
  const keys = ['id', ...columns.map(columnKey)];
  const isJson = extname(path).toLowerCase() === '.json';
  let count = 0;
  await file.appendFile(isJson ? '[' : `${csvLine(keys, clean)}\n`);
  for (let from = 0; from < ids.length; from += ROWS_PER_WRITE) {
    let text = '';
    for (const id of ids.slice(from, from + ROWS_PER_WRITE)) {
      const vm = fleet.vms.get(id);
      if (!vm) continue;
      const values = [id, ...columns.map((column) => columnValue(column, vm, fleet))];
      if (isJson) {
        const row = Object.fromEntries(keys.map((key, at) => [key, values[at]]));
        text += `${count === 0 ? '' : ','}\n${escapeActive(JSON.stringify(row))}`;
      } else text += `${csvLine(values, clean)}\n`;
      count++;
    }
    await file.appendFile(text);
  }
  if (isJson) await file.appendFile('\n]\n');
  return count;
}
