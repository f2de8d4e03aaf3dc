import type { VmId } from '../../ids.ts';
import { countOf } from '../../state/kinds.ts';
import { exportVms } from '../../state/query/export-vms.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import { clean } from '../../terminal/width.ts';
import { exportTo } from '../lists/export-to.ts';
import type { Stage } from '../stage.ts';
import { wantedColumns } from './columns.ts';
import type { FleetState } from './fleet-state.ts';

/** Asks for a file and writes to it what is shown, in this order, with the columns of this view; of marks only the marked. */
export async function exportShown(stage: Stage, state: FleetState): Promise<void> {
  const { message, services } = stage;
  const { fleet } = services.store;
  const { marks } = state.view;
  // Taken now: what is sorted by load is another list when the name has been typed.
  const shown: readonly VmId[] = state.tree.vmLists().flat();
  const ids = marks.size > 0 ? [...shown.filter((id) => marks.has(id)), ...notIn(shown, marks)] : shown;
  if (ids.length === 0) return message.say('there is no VM to export', 'warning');
  const columns = ['name', ...wantedColumns(state.columnChoice())]
    .flatMap((id) => vmColumn(id) ?? [])
    .filter(({ drawn }) => !drawn);

  await exportTo(stage, {
    count: ids.length,
    countOf: (count) => countOf(services.kinds, 'vm', count),
    columns: columns.map(({ id }) => id),
    start: 'vms.csv',
    write: (path, replace) => exportVms({ path, fleet, ids, columns, replace, clean }),
  });
}

/** Marked ones that are folded or filtered away now. */
function notIn(shown: readonly VmId[], marks: FleetState['view']['marks']): readonly VmId[] {
  const seen = new Set(shown);
  return [...marks.keys()].filter((id) => !seen.has(id));
}
