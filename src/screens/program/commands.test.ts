import { describe, expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import type { ViewActionId } from '../../actions/view.ts';
import { viewActions } from '../../actions/view.ts';
import type { View, ViewId } from '../stage.ts';
import { createCommands } from './commands.ts';
import { createViews } from './views.ts';

const ids = viewActions.map(({ id }) => id as ViewActionId);
const VIEWS: readonly ViewId[] = ['fleet', 'tasks', 'events', 'notifications', 'schedules', 'wire-log'];

/** Views that have a handler for every command, and write down what is called. */
function open(own: Partial<Record<ViewId, readonly ViewActionId[]>> = {}) {
  const calls: string[] = [];
  const call = (what: string) => () => void calls.push(what);
  const light = openStage({ terminal: { repaint: call('repaint'), suspend: call('suspend') } });
  const viewOf = (id: ViewId): View => ({
    id,
    title: id,
    lines: () => [],
    hints: () => [],
    handlers: Object.fromEntries((own[id] ?? ids).map((action) => [action, call(`${id}: ${action}`)])),
    leadsAway: (action) => action === 'view.enter',
    enter: () => {
      calls.push(`${id} comes`);
      return call(`${id} goes`);
    },
  });
  const stage = Object.assign(light.stage, { quit: call('quit') });
  const views = createViews(stage, Object.fromEntries(VIEWS.map((id) => [id, viewOf(id)])) as Record<ViewId, View>);
  const command = createCommands({
    stage,
    views,
    state: light.state,
    jumps: { leaving: call('leaving'), back: call('back'), forward: call('forward') },
    openFilter: call('filter'),
    openPalette: call('palette'),
    openHelp: call('help'),
    openThemes: call('themes'),
    openProblems: call('problems'),
    switchMouse: call('mouse'),
    openConsoles: call('consoles'),
    broadcast: call('broadcast'),
    quit: call('ask to quit'),
  });
  const done = (id: ViewActionId) => {
    calls.length = 0;
    command(id);
    return calls.join(', ');
  };
  return { ...light, views, done, calls };
}

const AWAY: readonly ViewActionId[] = [
  'view.first',
  'view.last',
  'view.find-next',
  'view.find-previous',
  'view.flat',
  'view.busiest',
  'view.views',
  'view.fleet',
  'view.nodes',
  'view.enter',
];
const OTHERWISE: Partial<Record<ViewActionId, string>> = {
  'view.consoles': 'consoles',
  'view.broadcast': 'broadcast',
  'view.filter': 'leaving, fleet: view.filter',
  'view.jump-back': 'back',
  'view.jump-forward': 'forward',
  'view.palette': 'palette',
  'view.help': 'help',
  'view.tasks': 'leaving, fleet goes, tasks comes',
  'view.events': 'leaving, fleet goes, events comes',
  'view.notifications': 'leaving, fleet goes, notifications comes',
  'view.schedules': 'leaving, fleet goes, schedules comes',
  'view.wire-log': 'leaving, fleet goes, wire-log comes',
  'view.problems': 'problems',
  'view.theme': 'themes',
  'view.mouse': 'mouse',
  'view.tour': '',
  'view.repaint': 'repaint',
  'view.suspend': 'suspend',
  'view.quit': 'ask to quit',
  'view.quit-now': 'quit',
};

describe('a command of the screen', () => {
  it.each(ids)('%s is done by the view in front, or by the screen', (id) => {
    const usual = `${AWAY.includes(id) ? 'leaving, ' : ''}fleet: ${id}`;
    const { done, stage } = open();
    expect(done(id)).toBe(OTHERWISE[id] ?? usual);
    expect(stage.tour.shown).toBe(id === 'view.tour');
  });

  it.each<[ViewActionId, string]>([
    ['view.find-next', 'leaving, tasks goes, fleet comes, fleet: view.find-next'],
    ['view.find-previous', 'leaving, tasks goes, fleet comes, fleet: view.find-previous'],
    ['view.nodes', 'leaving, tasks goes, fleet comes, fleet: view.nodes'],
    ['view.busiest', 'leaving, tasks goes, fleet comes, fleet: view.busiest'],
    ['view.flat', 'leaving, tasks goes, fleet comes, fleet: view.flat'],
    ['view.fleet', 'leaving, tasks goes, fleet comes'],
    ['view.back', 'tasks: view.back, tasks goes, fleet comes'],
    ['view.quit', 'tasks goes, fleet comes'],
    ['view.filter', 'leaving, tasks: view.filter'],
  ])('%s leads from another view to the fleet where it belongs there', (id, calls) => {
    const { done, views } = open();
    views.show('tasks');
    expect(done(id)).toBe(calls);
  });

  it('that shows another view has it drawn', () => {
    const { views, stage } = open();
    const { version } = stage;
    views.show('events');
    expect([views.current.id, stage.version]).toEqual(['events', version + 1]);
  });

  it('filters the fleet where the view has no filter of its own', () => {
    const { done, views } = open({ events: [], fleet: [] });
    views.show('events');
    expect(done('view.filter')).toBe('leaving, events goes, fleet comes, filter');
    expect(done('view.filter')).toBe('leaving, filter');
    expect(done('view.down')).toBe('');
  });

  it('does not switch off what it leads to from another view', () => {
    const { done, views, state } = open();
    state.arrange('nodes');
    views.show('tasks');
    expect(done('view.nodes')).toBe('leaving, tasks goes, fleet comes');
    expect(done('view.nodes')).toBe('leaving, fleet: view.nodes');
    state.arrange('flat');
    views.show('tasks');
    expect(done('view.flat')).toBe('leaving, tasks goes, fleet comes');
    views.show('tasks');
    expect(done('view.busiest')).toBe('leaving, tasks goes, fleet comes, fleet: view.busiest');
  });
});
