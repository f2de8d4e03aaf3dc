import { endpointOf, type VmId } from '../ids.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import { libraryName } from '../screens/fleet/row-text.ts';
import { timeOfDay } from '../screens/time.ts';
import type { EndpointStatus, Fleet } from '../state/fleet/fleet.ts';
import { isLibraryRow } from '../state/query/library-rows.ts';
import type { Row } from '../state/query/tree.ts';
import { formatBytes, formatRatio } from '../units.ts';

/** What is said when the cursor comes to a row, most important first: `web1, running, CPU 12%, 1.2G of 4G, on node1`. */
export function spokenRow(row: Row, fleet: Fleet, { sums, view }: Pick<FleetState, 'sums' | 'view'>): string {
  const parts = row.kind === 'vm' ? vmParts(row.id, fleet) : branchParts(row, fleet, sums);
  const marked = row.kind === 'vm' && view.marks.has(row.id) ? ['marked'] : [];
  return [...marked, nameOf(row, fleet), ...parts].join(', ');
}

/** What of a row is worth a line when it changes while the cursor is on it: its state and its trouble, no metrics. */
export function spokenState(row: Row, fleet: Fleet): string {
  if (row.kind === 'vm') {
    const vm = fleet.vms.get(row.id);
    return vm
      ? [vm.state, ...troubleOf(vm.trouble?.message), ...staleness(endpointStatus(row, fleet))].join(', ')
      : 'gone';
  }
  if (row.kind === 'node') {
    const node = fleet.nodes.get(row.id);
    if (!node) return 'gone';
    return [node.state, ...troubleOf(node.trouble?.message), ...staleness(endpointStatus(row, fleet))].join(', ');
  }
  if (row.kind === 'endpoint') return endpointParts(fleet.endpoints.get(row.id)).join(', ');
  return '';
}

export function nameOf(row: Row, fleet: Fleet): string {
  if (row.kind === 'vm') return fleet.vms.get(row.id)?.name ?? row.id;
  if (row.kind === 'node') return fleet.nodes.get(row.id)?.name ?? row.id;
  if (row.kind === 'endpoint') return row.id;
  if (isLibraryRow(row)) return libraryName(row);
  return fleet.pools.get(row.id)?.name ?? fleet.grouping.pools.find(({ id }) => id === row.id)?.name ?? row.id;
}

function vmParts(id: VmId, fleet: Fleet): readonly string[] {
  const vm = fleet.vms.get(id);
  if (!vm) return ['gone'];
  const isStale = fleet.endpoints.get(endpointOf(id))?.staleSince !== undefined;
  const { cpu, memory } = isStale ? { cpu: Number.NaN, memory: Number.NaN } : fleet.samples.of(id);
  const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node)?.name;
  return [
    spokenState({ kind: 'vm', id } as Row, fleet),
    ...(Number.isNaN(cpu) ? [] : [`CPU ${formatRatio(cpu)}`]),
    `memory ${Number.isNaN(memory) ? '' : `${formatBytes(memory)} of `}${formatBytes(vm.memory)}`,
    ...(node === undefined ? [] : [`on ${node}`]),
  ];
}

function branchParts(row: Exclude<Row, { kind: 'vm' }>, fleet: Fleet, sums: FleetState['sums']): readonly string[] {
  if (row.kind === 'endpoint') return ['endpoint', ...endpointParts(fleet.endpoints.get(row.id))];
  if (row.kind === 'template') return ['template'];
  if (isLibraryRow(row))
    return [row.kind === 'group' ? 'group of templates' : 'library', row.open ? 'unfolded' : 'folded'];
  const { counts } = row.kind === 'pool' ? sums.ofPool(row.id) : sums.ofNode(row.id);
  const state = row.kind === 'node' ? [spokenState(row, fleet)] : [];
  const running = counts.total === 0 ? 'no VMs' : `${counts.running} of ${counts.total} VMs running`;
  return [row.kind, ...state, running, row.open ? 'unfolded' : 'folded'];
}

const endpointStatus = (row: Extract<Row, { kind: 'vm' | 'node' }>, fleet: Fleet) =>
  fleet.endpoints.get(endpointOf(row.id));

const troubleOf = (message: string | undefined): readonly string[] =>
  message === undefined ? [] : [`trouble: ${message}`];

const staleness = (status: EndpointStatus | undefined): readonly string[] =>
  status?.staleSince === undefined ? [] : [`stale since ${timeOfDay(status.staleSince)}`];

const endpointParts = (status: EndpointStatus | undefined): readonly string[] =>
  status ? [status.phase, ...(status.problem ? [status.problem.message] : [])] : ['gone'];
