import type { Services } from '../../actions/services.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Look } from '../look.ts';
import type { ViewId } from '../stage.ts';

/** The top line: what is connected, what runs, what is under way, what is filtered. Parts that don't fit are left out. */
export function headerText(
  services: Services,
  state: FleetState,
  view: ViewId,
  columns: number,
  { theme }: Look,
): string {
  const { fleet } = services.store;
  let up = 0;
  let stale = 0;
  let down = 0;
  for (const { phase, staleSince } of fleet.endpoints.values()) {
    if (phase === 'up' && staleSince === undefined) up++;
    if (staleSince !== undefined) stale++;
    else if (phase === 'down' || phase === 'blocked') down++;
  }
  const total = fleet.endpoints.size;
  const { running } = services.tasks;
  const parts = [
    theme.paint('title', ' drover'),
    `${up}/${total} endpoints`,
    ...(stale > 0 ? [theme.paint('warning', `${stale} stale`)] : []),
    ...(down > 0 ? [theme.paint('danger', `${down} down`)] : []),
    `${runningVms(services)}/${fleet.vms.size} VMs running`,
    ...(state.view.marks.size > 0 ? [theme.paint('mark', `${state.view.marks.size} marked`)] : []),
    ...(running > 0 ? [theme.paint('busy', `${running} ${running === 1 ? 'task' : 'tasks'} running`)] : []),
    ...(state.filterText === ''
      ? []
      : [
          theme.paint(
            'accent',
            `filter: ${fit(clean(state.filterText), Math.min(30, width(clean(state.filterText))))} (${state.tree.shownVms})`,
          ),
        ]),
    ...(view === 'fleet' ? [] : [theme.paint('accent', view === 'wire-log' ? 'wire log' : view)]),
  ];
  let line = '';
  for (const part of parts) {
    const next = line === '' ? part : `${line}  ${part}`;
    if (width(next) > columns) break;
    line = next;
  }
  return line;
}

/** The store counts by parent; there are as many parents as nodes. */
function runningVms({ store }: Services): number {
  const { fleet } = store;
  let running = 0;
  for (const id of fleet.nodes.keys()) running += fleet.counts(id).running;
  for (const id of fleet.pools.keys()) running += fleet.counts(id).running;
  return running;
}
