import { spellProblem } from '../../state/config/problem.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { Stage } from '../stage.ts';
import type { FleetState } from './fleet-state.ts';

/** What a tree without rows says: why it is empty and what to do. */
export function emptyLines(stage: Stage, state: FleetState, columns: number): string[] {
  const { theme } = stage.look;
  const [filterKey] = stage.keymap.keysOf('view.back');
  const [addKey] = stage.keymap.keysOf('endpoint.add');
  if (state.filter.filter) {
    const text = clean(state.filterText);
    const { hint } = state.filter;
    return [
      '',
      `  No ${state.arrangement === 'nodes' ? 'node' : 'VM'} matches ${theme.paint('accent', fit(text, Math.min(40, width(text))))}.`,
      ...(hint ? wrapped(clean(`${hint.message}.`), columns - 4).map((line) => `  ${line}`) : []),
      theme.paint('dim', `  ${filterKey} clears the filter.`),
    ];
  }
  const unusable = stage.services
    .problems()
    .find(({ severity, endpoint }) => severity === 'error' && endpoint === undefined);
  if (unusable) {
    return [
      '',
      theme.paint('danger', "  The configuration can't be used."),
      ...wrapped(clean(spellProblem(unusable)), columns - 4).map((line) => `  ${line}`),
      theme.paint('dim', '  Fix the file: drover reloads it and will not overwrite it.'),
    ];
  }
  const [flatKey] = stage.keymap.keysOf(state.arrangement === 'nodes' ? 'view.nodes' : 'view.flat');
  if (state.arrangement !== 'tree' && stage.services.store.fleet.endpoints.size > 0) {
    const what = state.arrangement === 'nodes' ? 'nodes' : 'VMs';
    const why = `  ${flatKey} shows the endpoints, and what keeps them.`;
    return ['', theme.paint('title', `  No ${what} yet.`), theme.paint('dim', why)];
  }
  // For a moment at the start: they are known, and none has landed.
  if (stage.services.config().endpoints.size > 0) return ['', theme.paint('dim', '  Connecting…')];
  return [
    '',
    theme.paint('title', '  Nothing here yet.'),
    `  Press ${theme.paint('key', addKey ?? ':')} to add an endpoint: a libvirt host, for example.`,
  ];
}
