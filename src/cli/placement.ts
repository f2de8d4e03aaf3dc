import { byPolicy, loadOf } from '../actions/node-policy.ts';
import { chosenInPool, isUp } from '../actions/placement/pool-placement.ts';
import { whyForbidden } from '../actions/policy.ts';
import { FleetError } from '../errors.ts';
import { type EndpointName, endpointOf } from '../ids.ts';
import type { Vm } from '../platforms/contract.ts';
import { endpointsIn } from '../state/config/definitions-of-nodes.ts';
import type { Placing } from '../state/config/groups.ts';
import { currentEndpoint } from '../state/config/preferences.ts';
import { chosenEndpoints, groupsOf } from './chosen-endpoints.ts';
import type { CommandContext } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import type { CreatePlan } from './create-plan.ts';
import { poolCalled } from './definitions/meant.ts';
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

/**
 * What is made on the node of a pool, or of one inside it, that the policy takes (F-018): those that are up, where it can be made, and that
 * have the memory for one of them. `planOn` says what would be made on an endpoint of it, and throws a FleetError where it can't be.
 * Throws usage beside -C, and as chosenInPool does.
 */
export async function planInPool(
  word: string,
  planOn: (place: { readonly endpoint: EndpointName; readonly pool: string }) => Promise<CreatePlan>,
  context: CommandContext,
): Promise<CreatePlan> {
  const { app, global } = context;
  if (global.clients.length > 0) throw new FleetError('usage', 'it is made on what -C says, or in a --pool: not both');
  const pool = poolCalled(word, context);
  const endpoints = app.config().endpoints;
  const able = await ableOf(
    endpointsIn(app.config().pools, pool.name).filter((name) => endpoints.get(name)?.enabled),
    `pool ${pool.name}`,
    context,
  );
  await awaitMetrics([], context);
  const candidates = able.map((endpoint) => ({
    endpoint,
    plan: () => planOn({ endpoint, pool: pool.name }),
  }));
  return chosenInPool(candidates, pool.name, app, context.signal);
}

/** Those that answer and may be changed. Throws op.refused or host.unreachable where there are none. */
async function ableOf(
  names: readonly EndpointName[],
  what: string,
  context: CommandContext,
): Promise<readonly [EndpointName, ...EndpointName[]]> {
  const { app } = context;
  const { endpoints } = app.config();
  const open = names.filter((name) => !endpoints.get(name)?.readOnly);
  const connected = await connectUnfiltered(context, open);
  sayFailures(context, connected);
  // A pool above may be read-only, too.
  const able = connected.answered.filter(
    (name) => whyForbidden(app.policyFor(name), 'vm.create', app.operations['vm.create']) === undefined,
  );
  const [first, ...others] = able;
  if (names.length === 0) throw new FleetError('op.refused', `${what} has no endpoint that is enabled`);
  if (first !== undefined) return [first, ...others];
  throw open.length === 0 || connected.answered.length > 0
    ? new FleetError(
        'op.refused',
        `on none of ${names.join(', ')} may anything be made: what answers is read-only, or not yours to administer`,
      )
    : new FleetError('host.unreachable', `none of ${open.join(', ')} has answered`);
}

/** Of several that are equal, the one that stands first. */
async function chosenBy(
  place: Placing,
  names: readonly EndpointName[],
  context: CommandContext,
): Promise<EndpointName> {
  const { app } = context;
  const able = await ableOf(names, 'the group', context);
  const [first] = able;
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
  const nodes = [...fleet.nodes.values()].filter((node) => able.includes(endpointOf(node.id)) && isUp(node));
  const [best] = byPolicy(
    nodes.map(({ id }) => loadOf(fleet, id, new Map())),
    0,
  );
  if (!best) throw new FleetError('op.refused', `no node of ${able.join(', ')} is up and has free memory`);
  return endpointOf(best.node);
}
