import { type Action, isMaker, type ObjectAction, type TemplateAction } from '../../actions/action.ts';
import { whyNotOf } from '../../actions/permitted.ts';
import type { Services } from '../../actions/services.ts';
import type { Shown } from '../../actions/target.ts';
import type { ObjectKind } from '../../platforms/contract.ts';
import { manyOf, oneOf, specOf } from '../../state/kinds.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import type { Row } from '../../state/query/tree.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { TableFront } from '../tables/table-front.ts';
import { configSubject, endpointUnder, listedUnder, nodesUnder, nodeUnder, vmUnder } from './subject.ts';
import { whyNoVm } from './why-no-vm.ts';

type Asked = Parameters<typeof whyNotOf>[0];
type Ref = Pick<Shown, 'kind' | 'id'>;

/** This is asked for each key that is drawn, and marks may be many. */
const MOST_ASKED = 200;

/** Why an action can't run on the current selection: a sentence for key bar, palette and message line. Asks no host. */
export function whyNotNow(action: Action, services: Services, state: FleetState): string | undefined {
  const row = state.view.current();
  const { fleet } = services.store;
  switch (action.kind) {
    case 'object': {
      const front = state.front();
      if (front && (action.on === front.kind || isOfOwners(action, front, services)))
        return whyNotInTable(action, front, services);
      if (isMaker(action) && action.on === 'endpoint' && action.noun === 'vm') {
        const endpoint = endpointUnder(row);
        return endpoint === undefined
          ? whyNoEndpoint(row, services)
          : whyNotObject(action, { kind: 'endpoint', id: endpoint }, services);
      }
      if (action.on === 'endpoint') return `open the list of ${manyOf(services.kinds, action.noun)} first`;
      if (action.on === 'node') {
        const nodes = nodesUnder(state, fleet);
        return nodes.length === 0 ? 'go to a node first' : whyNone(action, refs('node', nodes), services);
      }
      if (action.on !== 'vm') return `choose one in the list of ${manyOf(services.kinds, action.on)} first`;
      // What destroys has to be pointed at; everything else is also for all below a branch, after a plan was shown.
      const isForAllBelow = row && row.kind !== 'endpoint' && !isLibraryRow(row) && action.danger !== 'destroys';
      const ids = state.targets();
      if (action.makes && ids.length !== 1) return ids.length === 0 ? whyNoVm(services, state) : 'mark one VM at most';
      if (ids.length === 0) return isForAllBelow ? undefined : whyNoVm(services, state);
      return whyNone(action, refs('vm', ids), services);
    }
    case 'list': {
      const ids = listedUnder(action.on, state, fleet);
      if (ids.length === 0 && action.on !== 'vm' && action.on !== 'endpoint')
        return `choose one in the list of ${manyOf(services.kinds, action.on)} first`;
      return ids.length === 0 ? whyNoVm(services, state) : whyNone(action, refs(action.on, ids), services);
    }
    case 'migrate': {
      if (action.on === 'vm') {
        const ids = state.targets();
        if (ids.length === 0)
          return row && row.kind !== 'endpoint' && !isLibraryRow(row) ? undefined : whyNoVm(services, state);
        return whyNone(action, refs('vm', ids), services);
      }
      const node = nodeUnder(row, fleet);
      return node === undefined ? 'go to a node first' : whyNotObject(action, { kind: 'node', id: node }, services);
    }
    case 'edit':
      return whyNotOne(action, services, state);
    case 'attach':
    case 'browse':
    case 'show': {
      if (action.on === 'vm') return whyNotOne(action, services, state);
      const node = nodeUnder(row, fleet);
      return node === undefined ? 'go to a node first' : whyNotObject(action, { kind: 'node', id: node }, services);
    }
    case 'config': {
      if (!action.onExisting) return undefined;
      const found = configSubject(action, row, fleet);
      return 'no' in found ? found.no : undefined;
    }
    case 'definitions': {
      const found = configSubject(action, row, fleet);
      return 'no' in found ? found.no : undefined;
    }
    case 'form':
      return action.form === 'add' ? undefined : whyNoEndpoint(row, services);
    case 'endpoint':
      return whyNoEndpoint(row, services);
    case 'template':
      return whyNoTemplate(action, row);
    case 'view':
      return undefined;
  }
}

const whyNoTemplate = ({ noun, on }: TemplateAction, row: Row | undefined): string | undefined => {
  if (on.length === 0 || (isLibraryRow(row) && on.includes(row.kind))) return undefined;
  return noun === 'template' ? 'go to a template first' : 'go to a group of templates first';
};

const whyNoEndpoint = (row: Row | undefined, { config }: Pick<Services, 'config'>): string | undefined => {
  if (endpointUnder(row) !== undefined) return undefined;
  if (config().endpoints.size === 0) return 'there is no endpoint yet; add one first';
  return 'go to an endpoint, or to something below one, first';
};

const refs = (kind: ObjectKind, ids: readonly Ref['id'][]): readonly Ref[] => ids.map((id) => ({ kind, id }));

/** Whether it makes something of a table's kind in what the table is of. */
export const isOfOwners = (action: ObjectAction, front: TableFront, { kinds }: Pick<Services, 'kinds'>): boolean =>
  action.noun === front.kind && action.on === specOf(kinds, front.kind).under;

/** The same for a verb of a table's kind: on what is chosen in it, or on what its rows are under. */
export function whyNotInTable(action: ObjectAction, front: TableFront, services: Services): string | undefined {
  if (action.on !== front.kind && !isOfOwners(action, front, services))
    return `choose one in the list of ${manyOf(services.kinds, action.on)} first`;
  if (action.on !== front.kind) return whyNone(action, refs(action.on, front.under), services);
  const chosen = front.chosen();
  return chosen.length === 0
    ? `there is no ${oneOf(services.kinds, front.kind)} here`
    : whyNone(action, chosen, services);
}

/** Why a verb for one VM can't run on the one that is meant. */
function whyNotOne(action: Asked, services: Services, state: FleetState): string | undefined {
  const id = vmUnder(state);
  return id === undefined ? whyNoVm(services, state) : whyNotObject(action, { kind: 'vm', id }, services);
}

/** Why an action can't run on any of these: undefined when it can on one. The plan lists the others. */
function whyNone(action: Asked, chosen: readonly Ref[], services: Services): string | undefined {
  let first: string | undefined;
  for (const ref of chosen.slice(0, MOST_ASKED)) {
    const no = whyNotObject(action, ref, services);
    if (no === undefined) return undefined;
    first ??= no;
  }
  return chosen.length > MOST_ASKED ? undefined : first;
}

/** For one object. */
export function whyNotObject(action: Asked, { kind, id }: Ref, services: Services): string | undefined {
  const object = services.store.fleet.find(kind, id);
  return object ? whyNotOf(action, object, services) : 'it is not there any more';
}
