import { FleetError } from '../errors.ts';
import { type EndpointName, endpointOf, isEndpointName, type NodeId, nativeOf, type VmId } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Node, Vm } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { adviceWithAddress } from './address.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { CommandContext } from './command.ts';
import { connect, sayFailures } from './connect.ts';
import { awaitMetrics } from './metrics.ts';
import { readableFilter } from './readable-filter.ts';

/** The VMs that pass `--filter`, all of them without one. Throws usage as `readableFilter` does. */
function filteredVms(fleet: Fleet, query: string): readonly Vm[] {
  const filter = readableFilter(query, fleet);
  const vms = [...fleet.vms.values()];
  return filter ? vms.filter((vm) => filter.accepts(vm)) : vms;
}

/** The endpoint in `host1/…`, if the word is an id of a configured endpoint. */
const endpointIn = (word: string, context: CommandContext): EndpointName | undefined => {
  const slash = word.indexOf('/');
  const name = word.slice(0, slash);
  return slash > 0 && isEndpointName(name) && context.app.config().endpoints.has(name) ? name : undefined;
};

/** Connects to what these words may mean: only to the endpoints that are named, when all are ids. */
async function connectFor(
  words: readonly string[],
  context: CommandContext,
  onlyById: boolean,
): Promise<readonly EndpointName[]> {
  const byId = words.map((word) => endpointIn(word, context));
  const named = byId.filter((name) => name !== undefined);
  const names =
    named.length === words.length && words.length > 0 ? [...new Set(named)] : await chosenEndpoints(context);
  const connected = await connect(context, names);
  const [first, ...others] = connected.failed;
  if (connected.answered.length === 0 && first !== undefined) {
    sayFailures(context, { ...connected, failed: new Map(others) });
    throw calledBy(...first, context);
  }
  sayFailures(context, connected);
  if (onlyById && connected.failed.size > 0 && named.length < words.length) {
    throw new FleetError('op.refused', 'an endpoint did not answer, so a name could mean another machine there', {
      fix: 'name the VM by its id, or the endpoints with -C',
    });
  }
  return [...connected.failed.keys()];
}

/** What is thrown is said where it is caught, and says which endpoint it is about. */
function calledBy(name: EndpointName, error: unknown, { global }: CommandContext): unknown {
  if (!(error instanceof FleetError)) return error;
  const message = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  const fix = error.fix === undefined ? {} : { fix: adviceWithAddress(error.fix, name, global) };
  return new FleetError(error.code, message, { ...fix, cause: error });
}

/** A name that was not found may be on an endpoint that did not answer: that is another thing than "there is none". */
function orUnreachable<Thing>(silent: readonly EndpointName[], find: () => Thing): Thing {
  try {
    return find();
  } catch (error) {
    if (silent.length === 0 || !(error instanceof FleetError) || !error.code.endsWith('.not-found')) throw error;
    throw new FleetError('host.unreachable', `${error.message} on what answered; ${silent.join(', ')} did not`, {
      cause: error,
    });
  }
}

/**
 * The VMs that these words mean, each an id, or a name, a uuid or a platform's id that only one VM has; without words, what `--filter` lets through.
 * `onlyById`: what is destroyed must be meant for sure, so a name counts only when every endpoint has answered.
 */
export async function findVms(
  words: readonly string[],
  context: CommandContext,
  onlyById = false,
): Promise<readonly Vm[]> {
  const { fleet } = context.app.store;
  if (words.length === 0 && context.global.filter.trim() === '') {
    throw new FleetError('usage', 'which VM? Name it, or say --filter QUERY');
  }
  const silent = await connectFor(words, context, onlyById);
  if (words.length > 0) return orUnreachable(silent, () => [...new Set(words.map((word) => oneVm(word, fleet)))]);
  if (readableFilter(context.global.filter, fleet)?.sampled) await awaitMetrics([], context);
  return filteredVms(fleet, context.global.filter);
}

function oneVm(word: string, fleet: Fleet): Vm {
  const byId = fleet.vms.get(word as VmId);
  if (byId) return byId;
  return only(
    word,
    'VM',
    'vm.not-found',
    [...fleet.vms.values()],
    (vm) => [vm.uuid, nativeOf(vm.id)],
    (vm) => {
      const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node);
      return node === undefined ? '' : ` on ${node.name}`;
    },
  );
}

export async function findNode(word: string, context: CommandContext): Promise<Node> {
  const { fleet } = context.app.store;
  const silent = await connectFor([word], context, false);
  return orUnreachable(silent, () => oneNode(word, fleet));
}

/** Each node once. Throws usage where none is named: a filter is for VMs. */
export async function findNodes(
  words: readonly string[],
  byFilter: boolean,
  context: CommandContext,
): Promise<readonly Node[]> {
  if (byFilter) throw new FleetError('usage', 'nodes are named: a filter finds VMs');
  if (words.length === 0) throw new FleetError('usage', 'which nodes? Name them');
  const nodes = new Map<NodeId, Node>();
  for (const word of words) {
    const node = await findNode(word, context);
    nodes.set(node.id, node);
  }
  return [...nodes.values()];
}

function oneNode(word: string, fleet: Fleet): Node {
  const byId = fleet.nodes.get(word as NodeId);
  if (byId) return byId;
  const nodes = [...fleet.nodes.values()];
  // An endpoint with one node stands for that node.
  const ofEndpoint = nodes.filter(({ id }) => endpointOf(id) === word);
  if (ofEndpoint.length === 1 && ofEndpoint[0]) return ofEndpoint[0];
  return only(word, 'node', 'node.not-found', nodes, (node) => [nativeOf(node.id)]);
}

/** The one thing of this name, or with this other id of its platform. Two that could be meant are ambiguous: their ids are listed, with where each is. */
function only<Thing extends { readonly id: VmId | NodeId; readonly name: string }>(
  word: string,
  what: string,
  code: 'vm.not-found' | 'node.not-found',
  things: readonly Thing[],
  idsOf: (thing: Thing) => readonly string[],
  whereOf: (thing: Thing) => string = () => '',
): Thing {
  const [first, ...others] = things.filter((thing) => thing.name === word || idsOf(thing).includes(word));
  if (first && others.length === 0) return first;
  if (!first) {
    const guess =
      things.length <= 2_000
        ? didYouMean(
            word,
            things.map(({ name }) => name),
          )
        : '';
    throw new FleetError(code, `there is no ${what} ${JSON.stringify(word)}${guess}`);
  }
  const meant = [first, ...others];
  const endpoints = new Set(meant.map(({ id }) => endpointOf(id)));
  const list = meant.map((thing) => `${thing.id}${whereOf(thing)}`).join(', ');
  throw new FleetError('name.ambiguous', `${meant.length} ${what}s are called ${JSON.stringify(word)}: ${list}`, {
    fix: `use one of these ids${endpoints.size > 1 ? ', or -C NAME to look at one endpoint only' : ''}`,
  });
}
