import type { Services } from '../../actions/services.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { userPoolUnder } from './subject.ts';

const LONGEST = 30;

/** Why there is no VM here to do something with, and what to do first: a sentence without a full stop. */
export function whyNoVm({ store: { fleet }, config }: Pick<Services, 'store' | 'config'>, state: FleetState): string {
  const row = state.view.current();
  if (state.view.marks.size > 0) return 'what is marked is not there any more; clear the marks first';
  if (!row && state.filter.filter) {
    const text = clean(state.filterText);
    return `no ${state.arrangement === 'nodes' ? 'node' : 'VM'} matches ${fit(text, Math.min(width(text), LONGEST))}; clear the filter first`;
  }
  if (!row && config().endpoints.size === 0) return 'there is no VM yet; add an endpoint first';
  if (!row) return fleet.endpoints.size === 0 ? 'the endpoints are not connected yet' : 'there is no VM here';
  if (row.kind === 'endpoint') {
    const status = fleet.endpoints.get(row.id);
    if (status?.phase === 'idle') return `${row.id} is disabled; enable it first`;
    if (status?.phase === 'connecting') return `${row.id} is still connecting`;
    return status?.problem ? `no VM of ${row.id} is known: ${status.problem.message}` : `${row.id} has no VMs`;
  }
  if (isLibraryRow(row)) return 'this is the template library; go to a VM first';
  if (row.kind === 'vm' || state.below().length > 0) return 'go to a VM first, or mark some';
  if (state.filter.filter) return 'no VM below it passes the filter';
  return userPoolUnder(row) === undefined ? 'there is no VM below it' : 'this pool is empty; move a node into it first';
}
