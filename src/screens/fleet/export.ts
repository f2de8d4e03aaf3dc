import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import { exportComplaint, exportVms } from '../../state/query/export-vms.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';
import { wantedColumns } from './columns.ts';
import type { FleetState } from './fleet-state.ts';

/** Asks for a file and writes to it what is shown, in this order, with the columns of this view; of marks only the marked. */
export async function exportShown(stage: Stage, state: FleetState): Promise<void> {
  const { dialogs, message, services } = stage;
  const { fleet } = services.store;
  const { marks } = state.view;
  // Taken now: what is sorted by load is another list when the name has been typed.
  const shown: readonly VmId[] = state.tree.vmLists().flat();
  const ids = marks.size > 0 ? [...shown.filter((id) => marks.has(id)), ...notIn(shown, marks)] : shown;
  if (ids.length === 0) return message.say('there is no VM to export', 'warning');
  const columns = ['name', ...wantedColumns(state.columnChoice())]
    .flatMap((id) => vmColumn(id) ?? [])
    .filter(({ drawn }) => !drawn);

  const typed = await dialogs.prompt({
    title: `Export ${ids.length === 1 ? '1 VM' : `${ids.length} VMs`}`,
    lines: [columns.map(({ id }) => id).join(', '), 'The file, .csv or .json:'],
    start: 'vms.csv',
    complaint: exportComplaint,
  });
  if (typed === undefined) return;
  const path = resolve(typed.trim().replace(/^~(?=\/)/, homedir()));
  const write = (replace: boolean) => exportVms({ path, fleet, ids, columns, replace, clean });
  const count = await write(false).catch(async (error: unknown) => {
    if (!(error instanceof FleetError) || error.code !== 'op.conflict') throw error;
    const question = `${path} is there already. Write over it?`;
    return (await dialogs.confirm({ title: 'Export', question, unasked: true })) ? write(true) : undefined;
  });
  if (count === undefined) message.say('nothing was written');
  else message.say(`${count === 1 ? '1 VM was' : `${count} VMs were`} written to ${path}`, 'good');
}

/** Marked ones that are folded or filtered away now. */
function notIn(shown: readonly VmId[], marks: FleetState['view']['marks']): readonly VmId[] {
  const seen = new Set(shown);
  return [...marks.keys()].filter((id) => !seen.has(id));
}
