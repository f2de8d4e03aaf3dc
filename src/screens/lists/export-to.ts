import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { FleetError } from '../../errors.ts';
import { exportComplaint } from '../../state/query/export-rows.ts';
import type { Stage } from '../stage.ts';

export interface ExportTo {
  readonly count: number;
  /** `3 VMs`, `1 snapshot`. */
  readonly countOf: (count: number) => string;
  readonly columns: readonly string[];
  /** The name that is offered. */
  readonly start: string;
  /** Rejects with op.conflict for a file that is there, unless it is to be replaced. */
  write(path: string, replace: boolean): Promise<number>;
}

/** Asks for a file and writes to it; asks once more before one that is there is replaced. */
export async function exportTo(
  { dialogs, message }: Stage,
  { count, countOf, columns, start, write }: ExportTo,
): Promise<void> {
  const typed = await dialogs.prompt({
    title: `Export ${countOf(count)}`,
    lines: [columns.join(', '), 'The file, .csv or .json:'],
    start,
    complaint: exportComplaint,
  });
  if (typed === undefined) return;
  const path = resolve(typed.trim().replace(/^~(?=\/)/, homedir()));
  const written = await write(path, false).catch(async (error: unknown) => {
    if (!(error instanceof FleetError) || error.code !== 'op.conflict') throw error;
    const question = `${path} is there already. Write over it?`;
    return (await dialogs.confirm({ title: 'Export', question, unasked: true })) ? write(path, true) : undefined;
  });
  if (written === undefined) message.say('nothing was written');
  else message.say(`${countOf(written)} ${written === 1 ? 'was' : 'were'} written to ${path}`, 'good');
}
