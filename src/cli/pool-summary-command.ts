import { readListing } from '../actions/read-listing.ts';
import { FleetError, sentence } from '../errors.ts';
import { type EndpointName, endpointOf } from '../ids.ts';
import { didYouMean } from '../nearest.ts';
import type { Storage } from '../platforms/contract.ts';
import { endpointsIn } from '../state/config/definitions-of-nodes.ts';
import { type Members, membersOf, type Summary, summaryOf } from '../state/fleet/summary.ts';
import { clean } from '../terminal/width.ts';
import { formatBytes } from '../units.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command, CommandContext } from './command.ts';
import { type Connected, connectUnfiltered, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { awaitMetrics, awaitNodeMetrics } from './metrics.ts';
import { FIELDS, onlyFields } from './only-fields.ts';
import type { Details } from './output.ts';
import { printDetails } from './print-details.ts';

export const poolSummaryCommand: Command = {
  noun: 'pool',
  verb: 'summary',
  help: 'What the nodes and VMs of a pool come to, with those of pools inside it; without a name those of the whole fleet.',
  takes: '[NAME]',
  flags: () => [FIELDS],
  async run(context, { words: [pool, ...more], values }) {
    if (more.length > 0) throw new FleetError('usage', 'which pool? Name one, or none for all');
    const { fleet } = context.app.store;
    const connected = await connectUnfiltered(context, await endpointsOf(pool, context));
    refuseUnknown(pool, connected, context);
    if (connected.answered.length > 0) {
      await awaitNodeMetrics(context);
      await awaitMetrics([], context);
    }
    const members = membersOf(pool, fleet);
    const storages = await storagesOf(endpointsWith(pool, members, connected.answered), context);
    const summary = summaryOf(members, storages, fleet);
    const value = { name: pool, ...summary, missing: [...connected.failed.keys()] };
    const details: Details = { value, name: pool ?? '', lines: linesOf(pool, summary, value.missing) };
    const fields = values[FIELDS.key] === undefined ? undefined : String(values[FIELDS.key]);
    await printDetails([onlyFields(details, fields)], context);
    sayFailures(context, connected);
    return exitCodeOfList(connected);
  },
};

/** Of a pool of the configuration those in it alone; which a platform's pool has, is seen when all have answered. */
async function endpointsOf(pool: string | undefined, context: CommandContext): Promise<readonly EndpointName[]> {
  const { pools, endpoints } = context.app.config();
  if (pool === undefined || !pools.has(pool) || context.global.clients.length > 0) return chosenEndpoints(context);
  return endpointsIn(pools, pool).filter((name) => endpoints.get(name)?.enabled);
}

/** A pool of a platform is known when its endpoint has answered: those that have not are named first. */
function refuseUnknown(pool: string | undefined, connected: Connected, context: CommandContext): void {
  if (pool === undefined) return;
  const { grouping, pools } = context.app.store.fleet;
  const known = [...grouping.pools, ...pools.values()].map(({ name }) => name);
  if (known.includes(pool)) return;
  sayFailures(context, connected);
  const where = connected.failed.size > 0 ? ' in what answered' : '';
  throw new FleetError('pool.not-found', `there is no pool ${JSON.stringify(pool)}${where}${didYouMean(pool, known)}`);
}

/** Of a pool only those of its nodes and VMs: the storages of others are none of its own. */
function endpointsWith(
  pool: string | undefined,
  { nodes, vms }: Members,
  answered: readonly EndpointName[],
): readonly EndpointName[] {
  if (pool === undefined) return answered;
  const own = new Set([...nodes, ...vms].map(({ id }) => endpointOf(id)));
  return answered.filter((name) => own.has(name));
}

/** Undefined where no platform of them lists any. One that can't be read is named, and not counted. */
async function storagesOf(
  endpoints: readonly EndpointName[],
  { app, signal, say }: CommandContext,
): Promise<readonly Storage[] | undefined> {
  const having = endpoints.filter((name) => app.sessions.connection(name)?.storage?.list);
  if (having.length === 0) return undefined;
  const lists = having.map((name) =>
    readListing('storage', name, app, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      say(clean(`without the storages of ${name}: ${sentence(error)}`));
      return [];
    }),
  );
  return (await Promise.all(lists)).flat();
}

type Line = readonly [label: string, text: string];

function linesOf(pool: string | undefined, summary: Summary, missing: readonly EndpointName[]): readonly Line[] {
  const { nodes, nodeStates, vms, vmStates } = summary;
  const all: readonly (readonly [label: string, text: string | undefined])[] = [
    ['name', pool],
    ['nodes', byState(nodes, nodeStates)],
    ['vms', byState(vms, vmStates)],
    ['density', nodes === 0 ? undefined : `${(vms / nodes).toFixed(1)} VMs per node`],
    ['cpu', shareOf(summary.cpu, summary.cpus, 'CPUs')],
    ['memory', partOf(summary.memoryUsed, summary.memory)],
    ['vm cpu', shareOf(summary.vmCpu, summary.vcpus, 'vCPUs')],
    ['vm memory', summary.vmMemory === undefined ? undefined : `${formatBytes(summary.vmMemory)} given`],
    ['vm disks', ratesOf('read', summary.diskRead, 'write', summary.diskWrite)],
    ['vm networks', ratesOf('in', summary.netRx, 'out', summary.netTx)],
    ['vm storage', vmStorageText(summary)],
    ['vm nics', summary.vmNicCount?.toString()],
    ['storage', storageText(summary.storage)],
    ['shared storage', storageText(summary.sharedStorage)],
    ['platforms', countsText(summary.platforms)],
    ['versions', countsText(summary.versions)],
    ['systems', countsText(summary.systems)],
    ['not heard of', missing.join(' ')],
  ];
  return all.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]));
}

const byState = (all: number, counts: Readonly<Record<string, number>>): string => {
  const each = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return all === 0 ? '0' : `${all}: ${each.join(', ')}`;
};

function shareOf(load: number | undefined, count: number | undefined, what: string): string | undefined {
  if (count === undefined) return undefined;
  return `${load === undefined ? '-' : `${Math.round(load)}%`} of ${count} ${what}`;
}

function partOf(used: number | undefined, all: number | undefined): string | undefined {
  if (all === undefined) return undefined;
  return `${used === undefined ? '-' : formatBytes(used)} of ${formatBytes(all)}`;
}

function vmStorageText(summary: Summary): string {
  const { vmStorage, vmSharedStorage, vmLocalStorage, vmDiskCount } = summary;
  return [
    ...(vmDiskCount === undefined ? [] : [`${vmDiskCount} ${vmDiskCount === 1 ? 'disk' : 'disks'}`]),
    ...(vmStorage === undefined ? [] : [formatBytes(vmStorage)]),
    ...(vmSharedStorage === undefined ? [] : [`${formatBytes(vmSharedStorage)} shared`]),
    ...(vmLocalStorage === undefined ? [] : [`${formatBytes(vmLocalStorage)} local`]),
  ].join(', ');
}

const storageText = (sum: Summary['storage']): string | undefined =>
  sum === undefined || sum.count === 0 ? undefined : `${partOf(sum.used, sum.size)} on ${sum.count}`;

function ratesOf(one: string, first: number | undefined, other: string, second: number | undefined) {
  if (first === undefined && second === undefined) return undefined;
  const rate = (value = Number.NaN) => (Number.isNaN(value) ? '-' : `${formatBytes(value)}/s`);
  return `${one} ${rate(first)} ${other} ${rate(second)}`;
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([value, count]) => `${value}: ${count}`)
    .join(', ');
