import type { ViewActionId } from '../../actions/view.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { isArranged } from '../fleet/list-commands.ts';
import type { Stage, ViewId } from '../stage.ts';
import type { Jumps } from './jumps.ts';
import type { Views } from './views.ts';

export interface CommandOptions {
  readonly stage: Stage;
  readonly views: Views;
  readonly jumps: Jumps;
  readonly state: FleetState;
  readonly openFilter: () => void;
  readonly openPalette: () => void;
  readonly openHelp: () => void;
  readonly openThemes: () => void;
  readonly openProblems: () => void;
  readonly switchMouse: () => void;
  readonly openConsoles: () => void;
  readonly broadcast: () => void;
  readonly quit: () => void;
}

/** After these the user may want to go back to the row or view of before; single steps are no jumps. */
const LEADS_AWAY: readonly ViewActionId[] = [
  'view.first',
  'view.last',
  'view.filter',
  'view.find-next',
  'view.find-previous',
  'view.flat',
  'view.busiest',
  'view.views',
  'view.fleet',
  'view.nodes',
  'view.tasks',
  'view.events',
  'view.notifications',
  'view.schedules',
  'view.wire-log',
];

/** What the screen's own actions do. A view may mean something of its own by them: then that is done instead. */
export function createCommands({
  stage,
  views,
  jumps,
  state,
  openFilter,
  openPalette,
  openHelp,
  openThemes,
  openProblems,
  switchMouse,
  openConsoles,
  broadcast,
  quit,
}: CommandOptions): (id: ViewActionId) => void {
  const ofView = (id: ViewActionId) => () => views.current.handlers[id]?.();
  /** Answers whether it was another view that was in front. */
  const toFleet = (): boolean => {
    const isElsewhere = views.current.id !== 'fleet';
    if (isElsewhere) views.show('fleet');
    return isElsewhere;
  };
  const find = (id: 'view.find-next' | 'view.find-previous') => () => {
    toFleet();
    views.current.handlers[id]?.();
  };
  /** From another view it leads to what it stands for; that this may be there already is no reason to switch it off. */
  const ofFleet = (id: 'view.nodes' | 'view.busiest' | 'view.flat') => () => {
    const isElsewhere = toFleet();
    if (!isElsewhere || !isArranged(state, id)) views.current.handlers[id]?.();
  };
  const show = (id: ViewId) => () => views.show(id);
  const handlers: Record<ViewActionId, () => void> = {
    'view.down': ofView('view.down'),
    'view.up': ofView('view.up'),
    'view.half-down': ofView('view.half-down'),
    'view.half-up': ofView('view.half-up'),
    'view.page-down': ofView('view.page-down'),
    'view.page-up': ofView('view.page-up'),
    'view.first': ofView('view.first'),
    'view.last': ofView('view.last'),
    'view.expand': ofView('view.expand'),
    'view.collapse': ofView('view.collapse'),
    'view.enter': ofView('view.enter'),
    'view.back': () => {
      const { handlers: own, id } = views.current;
      own['view.back']?.();
      if (id !== 'fleet') views.show('fleet');
    },
    'view.mark': ofView('view.mark'),
    'view.invert': ofView('view.invert'),
    'view.range': ofView('view.range'),
    'view.mark-shown': ofView('view.mark-shown'),
    'view.filter'() {
      const own = views.current.handlers['view.filter'];
      // The filter is for the fleet, which is shown while the user types.
      if (!own) toFleet();
      (own ?? openFilter)();
    },
    'view.find-next': find('view.find-next'),
    'view.find-previous': find('view.find-previous'),
    'view.jump-back': jumps.back,
    'view.jump-forward': jumps.forward,
    'view.sort': ofView('view.sort'),
    'view.sort-next': ofView('view.sort-next'),
    'view.sort-previous': ofView('view.sort-previous'),
    'view.reverse': ofView('view.reverse'),
    'view.flat': ofFleet('view.flat'),
    'view.nodes': ofFleet('view.nodes'),
    'view.busiest': ofFleet('view.busiest'),
    'view.columns': ofView('view.columns'),
    'view.views': ofView('view.views'),
    'view.export': ofView('view.export'),
    'view.palette': openPalette,
    'view.help': openHelp,
    'view.next-pane': ofView('view.next-pane'),
    'view.next-tab': ofView('view.next-tab'),
    'view.previous-tab': ofView('view.previous-tab'),
    'view.further-back': ofView('view.further-back'),
    'view.less-far-back': ofView('view.less-far-back'),
    'view.details': ofView('view.details'),
    'view.fleet': () => {
      if (views.current.id === 'fleet') views.current.handlers['view.fleet']?.();
      else views.show('fleet');
    },
    'view.tasks': show('tasks'),
    'view.events': show('events'),
    'view.notifications': show('notifications'),
    'view.schedules': show('schedules'),
    'view.consoles': openConsoles,
    'view.broadcast': broadcast,
    'view.problems': openProblems,
    'view.wire-log': show('wire-log'),
    'view.copy': ofView('view.copy'),
    'view.copy-ip': ofView('view.copy-ip'),
    'view.copy-json': ofView('view.copy-json'),
    'view.open-application': ofView('view.open-application'),
    'view.open-management': ofView('view.open-management'),
    'view.application-details': ofView('view.application-details'),
    'view.theme': openThemes,
    'view.mouse': switchMouse,
    'view.tour': stage.tour.show,
    'view.repaint': () => stage.terminal.repaint(),
    'view.suspend': () => stage.terminal.suspend(),
    // In a view that was opened from the fleet it leads back: one key too many must not quit the program.
    'view.quit': () => (views.current.id === 'fleet' ? quit() : views.show('fleet')),
    'view.quit-now': () => stage.quit(),
  };
  return (id) => {
    if (LEADS_AWAY.includes(id) || views.current.leadsAway?.(id)) jumps.leaving();
    handlers[id]();
  };
}
