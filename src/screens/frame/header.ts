import type { Services } from '../../actions/services.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Look } from '../look.ts';
import type { ViewId } from '../stage.ts';

/** The top line: what is connected, what runs, what is under way, what is filtered. Parts that don't fit are left out. */
export function headerText(services: Services, state: FleetState, view: ViewId, columns: number, look: Look): string {
  const { theme } = look;
  const { fleet } = services.store;
  let up = 0;
  let stale = 0;
  let down = 0;
  let total = 0;
  for (const { phase, staleSince } of fleet.endpoints.values()) {
    // One that is out of use is nothing to wait for.
    if (phase !== 'idle') total++;
    if (phase === 'up' && staleSince === undefined) up++;
    if (staleSince !== undefined) stale++;
    else if (phase === 'down' || phase === 'blocked') down++;
  }
  const { running } = services.tasks;
  const { marks } = state.view;
  const filter = clean(state.filterText);
  const isAllUp = up === total;
  const parts: readonly (Part | undefined)[] = [
    { text: theme.paint('title', ' drover'), worth: 5 },
    demoPart(services, look),
    { text: `${up}/${total} ${total === 1 ? 'endpoint' : 'endpoints'}`, worth: isAllUp ? 1 : 4 },
    stale > 0 ? { text: theme.paint('warning', `${stale} stale`), worth: 4 } : undefined,
    down > 0 ? { text: theme.paint('danger', `${down} down`), worth: 4 } : undefined,
    { text: `${runningVms(services)}/${fleet.vms.size} VMs running`, worth: 2 },
    marks.size > 0 ? { text: theme.paint('mark', `${marks.size} marked`), worth: 5 } : undefined,
    running > 0
      ? { text: theme.paint('busy', `${running} ${running === 1 ? 'task' : 'tasks'} running`), worth: 4 }
      : undefined,
    filter === ''
      ? undefined
      : {
          text: theme.paint('accent', `filter: ${fit(filter, Math.min(30, width(filter)))} (${state.matches()})`),
          worth: 5,
        },
    view === 'fleet' ? undefined : { text: theme.paint('accent', view === 'wire-log' ? 'wire log' : view), worth: 5 },
  ];
  return joined(
    parts.flatMap((part) => part ?? []),
    columns,
  );
}

interface Part {
  readonly text: string;
  /** What is worth least is left out first. */
  readonly worth: number;
}

const GAP = '  ';

function joined(parts: readonly Part[], columns: number): string {
  const line = parts.map(({ text }) => text).join(GAP);
  if (width(line) <= columns || parts.length < 2) return line;
  const least = Math.min(...parts.map(({ worth }) => worth));
  const gone = parts.findLastIndex(({ worth }) => worth === least);
  return joined(parts.toSpliced(gone, 1), columns);
}

/** Nobody may take a demo for their hosts, or their hosts for a demo. */
function demoPart({ store, manifests }: Services, { theme }: Look): Part | undefined {
  const demos = new Set(manifests.flatMap(({ id, tier }) => (tier === 'demo' ? [id] : [])));
  const endpoints = [...store.fleet.endpoints.values()];
  const count = endpoints.filter(({ platform }) => demos.has(platform)).length;
  if (count === 0) return undefined;
  return { text: theme.paint('warning', count === endpoints.length ? 'simulated' : `${count} simulated`), worth: 3 };
}

/** The store counts by parent; there are as many parents as nodes. */
function runningVms({ store }: Services): number {
  const { fleet } = store;
  let running = 0;
  for (const id of fleet.nodes.keys()) running += fleet.counts(id).running;
  for (const id of fleet.pools.keys()) running += fleet.counts(id).running;
  return running;
}
