import type { Services } from '../../actions/services.ts';
import { listedKinds, manyOf } from '../../state/kinds.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Totals } from '../fleet/totals.ts';
import { problemCount } from '../problems.ts';
import type { Stage, ViewId } from '../stage.ts';
import type { Look } from './look.ts';

type Shown = Pick<Stage, 'services' | 'run' | 'keymap'>;

/**
 * The top line: what is connected, what runs and what is wrong, what is under way, what is filtered. Parts that don't fit
 * are shortened, then left out, what says least first. It costs nothing by the size of the fleet.
 */
export function headerText(stage: Shown, state: FleetState, view: ViewId, columns: number, look: Look): string {
  const { theme } = look;
  const { services, run } = stage;
  const totals = state.totals();
  const { running } = services.tasks;
  const { marks } = state.view;
  const { counts } = totals.sum;
  const troubled = counts.troubled + totals.nodesTroubled;
  const wrong = problemCount(stage);
  const { unread } = services.notices;
  const [noticesKey = 'notifications'] = stage.keymap.keysOf('view.notifications');
  const [problemsKey = 'problems'] = stage.keymap.keysOf('view.problems');
  const parts: readonly (Part | undefined)[] = [
    { text: theme.paint('title', 'drover'), worth: 1 },
    demoPart(services, totals, look),
    run.readOnly ? { text: theme.paint('warning', 'read-only'), worth: 5 } : undefined,
    {
      text: `${totals.up}/${totals.endpoints} ${totals.endpoints === 1 ? 'endpoint' : 'endpoints'}`,
      worth: totals.up === totals.endpoints ? 1 : 4,
    },
    totals.stale > 0 ? { text: theme.paint('warning', `${totals.stale} stale`), worth: 4 } : undefined,
    totals.down > 0 ? { text: theme.paint('danger', `${totals.down} down`), worth: 4 } : undefined,
    totals.blocked > 0 ? { text: theme.paint('danger', `${totals.blocked} blocked`), worth: 4 } : undefined,
    // Before an endpoint has answered nothing is known of VMs, which is not the same as none.
    counts.total === 0 && totals.up === 0
      ? undefined
      : {
          text: `${counts.running}/${counts.total} VMs running`,
          short: `${counts.running}/${counts.total} run`,
          worth: 3,
        },
    troubled > 0
      ? { text: theme.paint('danger', `${look.glyphs.trouble} ${troubled} in trouble`), worth: 4 }
      : undefined,
    ...loadParts(totals),
    wrong > 0
      ? {
          text: theme.paint('warning', `configuration: ${wrong} wrong (${problemsKey})`),
          short: theme.paint('warning', `config: ${wrong} wrong (${problemsKey})`),
          worth: 4,
        }
      : undefined,
    marks.size > 0 ? { text: theme.paint('mark', `${marks.size} marked`), worth: 5 } : undefined,
    // Until it is marked at its other end, a key acts on the row under the cursor alone.
    state.view.isRangeOpen() ? { text: theme.paint('mark', 'range open'), worth: 5 } : undefined,
    running > 0
      ? { text: theme.paint('busy', `${running} ${running === 1 ? 'task' : 'tasks'} running`), worth: 4 }
      : undefined,
    unread > 0
      ? {
          text: theme.paint('warning', `${unread} ${unread === 1 ? 'notification' : 'notifications'} (${noticesKey})`),
          short: theme.paint('warning', `${unread} new (${noticesKey})`),
          worth: 3,
        }
      : undefined,
    filterPart(state, look),
    view === 'fleet' ? undefined : { text: theme.paint('accent', viewName(view, services)), worth: 5 },
  ];
  return ` ${joined(
    parts.flatMap((part) => part ?? []),
    columns - 1,
  )}`;
}

/** `snapshots`, `wire log`. */
function viewName(view: ViewId, { kinds }: Pick<Services, 'kinds'>): string {
  const kind = listedKinds(kinds).find((one) => one === view);
  return kind === undefined ? view.replace('-', ' ') : manyOf(kinds, kind);
}

interface Part {
  readonly text: string;
  /** The same in fewer columns. */
  readonly short?: string;
  /** What is worth least is left out first. */
  readonly worth: number;
}

const GAP = '  ';

function joined(parts: readonly Part[], columns: number): string {
  const line = parts.map(({ text }) => text).join(GAP);
  if (width(line) <= columns || parts.length < 2) return line;
  const long = parts.findLastIndex(({ short }) => short !== undefined);
  if (long >= 0) return joined(parts.with(long, shortened(parts[long] as Part)), columns);
  const least = Math.min(...parts.map(({ worth }) => worth));
  const gone = parts.findLastIndex(({ worth }) => worth === least);
  return joined(parts.toSpliced(gone, 1), columns);
}

const shortened = ({ text, short, worth }: Part): Part => ({ text: short ?? text, worth });

/** Load of all nodes that report it; nothing where no platform does. */
function loadParts({ sum }: Totals): readonly Part[] {
  const { cpu, memoryUsed, memory } = sum;
  return [
    ...(Number.isNaN(cpu) ? [] : [{ text: `CPU ${formatRatio(cpu)}`, worth: 2 }]),
    ...(Number.isNaN(memoryUsed)
      ? []
      : [
          {
            text: `memory ${formatBytes(memoryUsed)} of ${formatBytes(memory)}`,
            short: `mem ${formatBytes(memoryUsed)}/${formatBytes(memory)}`,
            worth: 2,
          },
        ]),
  ];
}

const FILTER_COLUMNS = 30;

/** What is filtered by; of a filter that is not understood, why it hides nothing, or what of it is not used. */
function filterPart(state: FleetState, { theme }: Look): Part | undefined {
  const text = clean(state.filterText);
  if (text === '') return undefined;
  const { filter, problem, unfinished } = state.filter;
  const shown = fit(text, Math.min(FILTER_COLUMNS, width(text)));
  const wrong = problem ?? unfinished;
  if (!wrong) return { text: theme.paint('accent', `filter: ${shown} (${state.matches()})`), worth: 5 };
  const what = filter ? `filter in part: ${shown} (${state.matches()})` : `no filter: ${shown}`;
  return {
    text: theme.paint('warning', `${what}: ${clean(wrong.message)}`),
    short: theme.paint('warning', what),
    worth: 5,
  };
}

/** A demo and real hosts must not be taken for each other. */
function demoPart({ manifests }: Services, { platforms }: Totals, { theme }: Look): Part | undefined {
  let simulated = 0;
  for (const { id, tier } of manifests) if (tier === 'demo') simulated += platforms.get(id) ?? 0;
  if (simulated === 0) return undefined;
  const isAll = [...platforms.values()].reduce((sum, count) => sum + count, 0) === simulated;
  return { text: theme.paint('warning', isAll ? 'simulated' : `${simulated} simulated`), worth: 3 };
}
