import { byPolicy, loadOf } from '../actions/node-policy.ts';
import { whyForbidden } from '../actions/policy.ts';
import { FleetError } from '../errors.ts';
import { type EndpointName, endpointOf } from '../ids.ts';
import type { Vm } from '../platforms/contract.ts';
import type { Placing } from '../state/config/groups.ts';
import { currentEndpoint } from '../state/config/preferences.ts';
import { chosenEndpoints, groupsOf } from './chosen-endpoints.ts';
import type { CommandContext } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import { awaitMetrics } from './metrics.ts';

/**
 * The one endpoint that something is made on: that of `-C`, of a group the one that its `place` chooses, the current one, or the only
 * one that is enabled. Throws usage.
 */
export async function placedOn(context: CommandContext): Promise<EndpointName> {
  const { clients } = context.global;
  const names = await chosenEndpoints(context);
  const current = clients.length === 0 ? currentEndpoint(context.app.config()) : undefined;
  const [name, ...others] = current === undefined ? names : [current];
  if (name !== undefined && others.length === 0) return name;
  const [group, ...more] = clients;
  const place = group === undefined || more.length > 0 ? undefined : groupsOf(context).get(group)?.place;
  if (name !== undefined && place !== undefined) return chosenBy(place, names, context);
  throw new FleetError('usage', `on which endpoint? Say -C NAME, one of ${names.join(', ')}`, {
    fix: 'drover endpoint switch NAME makes one the current one; place: of a group chooses one of it',
  });
}

/** Among those that answer and may be changed; of several that are equal, the one that stands first. */
async function chosenBy(
  place: Placing,
  names: readonly EndpointName[],
  context: CommandContext,
): Promise<EndpointName> {
  const { app } = context;
  const { endpoints } = app.config();
  const open = names.filter((name) => !endpoints.get(name)?.readOnly);
  const connected = await connectUnfiltered(context, open);
  sayFailures(context, connected);
  // A pool above may be read-only, too.
  const able = connected.answered.filter(
    (name) => whyForbidden(app.policyFor(name), 'vm.create', app.operations['vm.create']) === undefined,
  );
  const [first] = able;
  if (first === undefined) {
    throw open.length === 0 || connected.answered.length > 0
      ? new FleetError(
          'op.refused',
          `on none of ${names.join(', ')} may anything be made: what answers is read-only, or not yours to administer`,
        )
      : new FleetError('host.unreachable', `none of ${open.join(', ')} has answered`);
  }
  if (place === 'random') return able[Math.floor(Math.random() * able.length)] ?? first;
  const isLoad = ({ state }: Vm) => place === 'balance' || state === 'running';
  if (place === 'policy') return leastLoaded(able, context);
  const shown = [...app.store.fleet.vms.values()].filter(isLoad);
  // What the filter of an endpoint leaves out runs there all the same.
  const count = (name: EndpointName) =>
    shown.filter(({ id }) => endpointOf(id) === name).length + app.sessions.hidden(name).filter(isLoad).length;
  const counts = new Map(able.map((name) => [name, count(name)]));
  return able.reduce((best, name) => ((counts.get(name) ?? 0) < (counts.get(best) ?? 0) ? name : best), first);
}

/**
 * The endpoint of the node that ConVirt's policy takes, as far as it is known: of VMs that the filter of an endpoint leaves out only the
 * memory counts that their node says is in use. Throws op.refused where no node has free memory.
 */
async function leastLoaded(able: readonly EndpointName[], context: CommandContext): Promise<EndpointName> {
  await awaitMetrics([], context);
  const { fleet } = context.app.store;
  const nodes = [...fleet.nodes.values()].filter(
    ({ id, state }) => able.includes(endpointOf(id)) && state !== 'down' && state !== 'maintenance',
  );
  const [best] = byPolicy(
    nodes.map(({ id }) => loadOf(fleet, id, new Map())),
    0,
  );
  if (!best) throw new FleetError('op.refused', `no node of ${able.join(', ')} is up and has free memory`);
  return endpointOf(best.node);
}
