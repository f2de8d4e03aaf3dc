/** VMs move to other nodes: what is asked before, where each goes, and the task that moves them. */
import { FleetError } from '../errors.ts';
import { endpointOf, type NodeId, type VmId } from '../ids.ts';
import {
  type Field,
  type MigrateSpec,
  type MigrationCheck,
  type MigrationPlan,
  type MigrationProgress,
  standingErrors,
  type Vm,
} from '../platforms/contract.ts';
import { type TaskLimits, taskLimits } from '../state/config/preferences.ts';
import type { TaskSpec } from '../state/tasks.ts';
import { bytes, formatBytes } from '../units.ts';
import type { Args, MigrateAction, ObjectAction, Report } from './action.ts';
import { bindNode, destinationsOf, plansOf, targetFor } from './migrate-targets.ts';
import { byPolicy, type Coming, loadOf } from './node-policy.ts';
import { needed } from './object-action.ts';
import { perform } from './perform.ts';
import type { Services } from './services.ts';
import { spokenNames, type Target } from './target.ts';
import { textIn } from './text-in.ts';

/** Memory goes over one wire: more at the same time are each slower, and stand still longer at the end. */
const AT_ONCE = 2;
/** The platform has answered; what is waited for is that the watches of both sides have reported it. */
const SEEN_WITHIN_MS = 60_000;
const REPORTED_EACH_MS = 250;
/** QEMU takes no more. */
const MOST_DOWNTIME_MS = 2_000_000;
/** So many nodes are asked at once when the policy looks for one. */
const ASKED_AT_ONCE = 8;

/** What can be chosen of a migration beside its target: flags on the command line, a form on the screen. */
export const MIGRATE_OPTIONS: readonly Field[] = [
  {
    key: 'cold',
    label: 'Cold',
    help: 'Let a VM that runs stand still for the whole of the move, instead of running on.',
    kind: 'flag',
    default: false,
  },
  {
    key: 'copy-disks',
    label: 'Copy disks',
    help: 'Copy the disks that the target does not have.',
    kind: 'flag',
    default: false,
  },
  {
    key: 'storage',
    label: 'Storage',
    help: 'Storage of the target for copied disks; left empty, the one of the same name.',
    kind: 'text',
    default: '',
  },
  {
    key: 'delete-copied',
    label: 'Delete copied',
    help: 'Delete copied disks where they were, once the VM is at its target.',
    kind: 'flag',
    default: false,
  },
  {
    key: 'limit',
    label: 'Limit',
    help: 'Bytes per second that are sent at most; left empty, as many as there go.',
    kind: 'bytes',
    min: 1024 ** 2,
    examples: ['100MiB'],
  },
  {
    key: 'max-downtime',
    label: 'Max downtime',
    help: 'How many milliseconds a VM may stand still at the end; more lets one go that writes much.',
    kind: 'count',
    min: 1,
    max: MOST_DOWNTIME_MS,
    advanced: true,
    examples: ['2000'],
  },
  {
    key: 'converge',
    label: 'Slow it down',
    help: 'Slow a VM down that writes to its memory faster than that is sent.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
];

export const migrateActions: readonly MigrateAction[] = [
  {
    kind: 'migrate',
    id: 'vm.migrate',
    noun: 'vm',
    on: 'vm',
    title: 'Migrate',
    help: 'Move VMs to another node, running or off, after everything that stands against it was shown.',
    keys: ['m'],
    danger: 'none',
    needs: 'vm.migrate',
    aliases: ['vm.move'],
    fits: (vm) => fitsMigration(vm as Vm),
  },
  {
    kind: 'migrate',
    id: 'node.evacuate',
    noun: 'node',
    on: 'node',
    title: 'Evacuate',
    help: 'Move all VMs of a node to other nodes, for its maintenance.',
    keys: [],
    danger: 'none',
    needs: 'vm.migrate',
    aliases: ['node.drain', 'node.maintenance'],
  },
];

/** `despite`: names of checks whose errors were typed over. */
export const specOf = (args: Args, despite: readonly string[]): MigrateSpec => ({
  live: args['cold'] !== true,
  copyDisks: args['copy-disks'] === true,
  storage: textIn(args, 'storage'),
  removeCopied: args['delete-copied'] === true,
  despite,
  ...(typeof args['limit'] === 'number' && { limit: bytes(args['limit']) }),
  ...(typeof args['max-downtime'] === 'number' && { maxDowntimeMs: args['max-downtime'] }),
  ...(args['converge'] === true && { converge: true }),
});

/** One VM, where it goes, and what was found out about that. */
export interface Move {
  readonly vm: Vm;
  readonly plan: MigrationPlan;
}

/** What each VM would do when all of them go to this node. */
export async function movesTo(
  vms: readonly Vm[],
  node: NodeId,
  spec: MigrateSpec,
  services: Services,
  signal: AbortSignal,
): Promise<readonly Move[]> {
  const moves = await Promise.all(
    vms.map(async (vm) => {
      const [plan] = await plansOf(vm, [node], spec, services, signal);
      if (!plan) throw new Error('a plan for each node was promised');
      return { vm, plan };
    }),
  );
  return withSharedMemory(moves, services);
}

/** What each VM would do when the policy chooses: those that find no node have the plan of the best one, with its errors. */
export async function movesByPolicy(
  vms: readonly Vm[],
  spec: MigrateSpec,
  services: Services,
  signal: AbortSignal,
  among?: readonly NodeId[],
): Promise<readonly Move[]> {
  const coming = new Map<VmId, NodeId>();
  const moves: Move[] = [];
  for (const vm of vms) {
    const plan = await chosenFor(vm, coming, spec, services, signal, among);
    if (plan.node !== undefined && standingErrors(plan, spec.despite).length === 0) coming.set(vm.id, plan.node);
    moves.push({ vm, plan });
  }
  return moves;
}

async function chosenFor(
  vm: Vm,
  coming: Coming,
  spec: MigrateSpec,
  services: Services,
  signal: AbortSignal,
  among: readonly NodeId[] = destinationsOf([vm], services),
): Promise<MigrationPlan> {
  const { fleet } = services.store;
  const isOn = vm.state !== 'stopped';
  const others = among.filter((node) => node !== vm.node);
  const ranked = byPolicy(
    others.map((node) => loadOf(fleet, node, coming)),
    isOn ? vm.memory : 0,
  ).map(({ node }) => node);
  let first: MigrationPlan | undefined;
  for (let at = 0; at < ranked.length; at += ASKED_AT_ONCE) {
    const plans = await plansOf(vm, ranked.slice(at, at + ASKED_AT_ONCE), spec, services, signal);
    const good = plans.find((plan) => standingErrors(plan, spec.despite).length === 0);
    if (good) return good;
    first ??= plans[0];
  }
  if (first) return first;
  const text =
    others.length === 0
      ? 'there is no other node that it could go to'
      : `none of ${others.length} nodes has ${formatBytes(vm.memory)} of memory free`;
  return { node: undefined, checks: [{ name: 'memory', level: 'error', text, final: true }], copies: [], live: false };
}

/** F-139: what fits one by one may not fit together. */
function withSharedMemory(moves: readonly Move[], services: Services): readonly Move[] {
  const on = moves.filter(({ vm, plan }) => vm.state !== 'stopped' && plan.node !== undefined);
  const [node] = on.map(({ plan }) => plan.node);
  if (on.length < 2 || node === undefined) return moves;
  const { fleet } = services.store;
  const { freeMemory } = loadOf(fleet, node, new Map());
  const wanted = on.reduce((sum, { vm }) => sum + vm.memory, 0);
  if (Number.isNaN(freeMemory) || freeMemory >= wanted) return moves;
  const name = fleet.nodes.get(node)?.name ?? node;
  const text = `${on.length} VMs need ${formatBytes(wanted)} together, ${name} has ${formatBytes(Math.max(0, freeMemory))} free`;
  const check: MigrationCheck = { name: 'memory-all', level: 'error', text };
  return moves.map((move) =>
    on.includes(move) ? { ...move, plan: { ...move.plan, checks: [...move.plan.checks, check] } } : move,
  );
}

/** A move that is decided: the VM and the node as they were shown. */
export interface Decided {
  readonly vm: Target;
  readonly node: Target;
}

/** `moves` as decided about: those that have a node. */
export const decided = (moves: readonly Move[], bind: (vm: Vm) => Target, services: Services): readonly Decided[] =>
  moves.flatMap(({ vm, plan }) =>
    plan.node === undefined ? [] : [{ vm: bind(vm), node: bindNode(plan.node, services) }],
  );

/** The task that moves VMs, each to its own node, with a result for each. */
export function migrationTask(
  moves: readonly Decided[],
  spec: MigrateSpec,
  services: Services,
  limits: TaskLimits = taskLimits(services.config()),
): TaskSpec {
  const called = spokenNames(
    moves.map(({ vm }) => vm),
    services.store.fleet,
  );
  const nodes = [...new Set(moves.map(({ node }) => node.name))];
  const [only] = moves;
  const what = moves.length === 1 && only ? (called.get(only.vm) ?? only.vm.name) : `${moves.length} VMs`;
  const where = nodes.length === 1 ? ` to ${nodes[0]}` : ` to ${nodes.length} nodes`;
  return {
    action: 'vm.migrate',
    title: `Migrate ${what}${where}`,
    atOnce: AT_ONCE,
    ...limits,
    work: moves.map(({ vm, node }) => ({
      id: vm.id,
      name: called.get(vm) ?? vm.name,
      lane: endpointOf(vm.id),
      run: (signal, report) =>
        perform(migrating(vm, node, spec, services), vm, {}, services, signal, report, called.get(vm) ?? vm.name),
    })),
  };
}

/** The action for one VM: what is sent, and how it is seen that the VM has arrived. */
function migrating(vm: Target, node: Target, spec: MigrateSpec, services: Services): ObjectAction<'vm'> {
  const { fleet } = services.store;
  const isWithin = endpointOf(vm.id) === endpointOf(node.id);
  let measured = '';
  const arrived = (): Vm | undefined => {
    const ids = isWithin ? [vm.id as VmId] : fleet.vmsBelow(node.id as NodeId);
    return ids
      .map((id) => fleet.vms.get(id))
      .find((one) => one?.uuid === vm.uuid && one?.node === node.id && one.state !== 'migrating');
  };
  return {
    kind: 'object',
    id: 'vm.migrate',
    noun: 'vm',
    on: 'vm',
    title: 'Migrate',
    help: '',
    keys: [],
    danger: 'none',
    needs: 'vm.migrate',
    fits: fitsMigration,
    outcome: () => ({
      by: 'watch',
      get words() {
        return `is on ${node.name}${measured}`;
      },
      limitMs: SEEN_WITHIN_MS,
      late: 'look at both nodes before you repeat it',
      // From another endpoint's node it is gone when it has come, or it would be there twice.
      reached: (object) => arrived() !== undefined && (isWithin || object === undefined),
    }),
    async send(connection, object, _args, signal, report) {
      const target = targetFor(object, node, services);
      const progress = reporting(report, services.clock.ticks);
      const done = await needed(connection, 'vm.migrate')(object.id, target, { ...spec, progress }, signal);
      measured = measuredIn(done);
      // Both watches tell of a VM that went and of one that came: that it is the same one is known here.
      if (!isWithin && done.dryRun !== true)
        services.store.push(endpointOf(done.id), {
          kind: 'changes',
          at: services.clock.now(),
          changes: [{ kind: 'vm-moved', from: object.id, to: done.id }],
        });
      return done;
    },
  };
}

/** `, 96M moved, it stood still for 42 ms`. */
const measuredIn = ({ downtimeMs, bytes: count }: { readonly downtimeMs?: number; readonly bytes?: number }): string =>
  [
    count === undefined || count === 0 ? undefined : `${formatBytes(count)} moved`,
    downtimeMs === undefined ? undefined : `it stood still for ${Math.round(downtimeMs)} ms`,
  ]
    .filter((part) => part !== undefined)
    .map((part) => `, ${part}`)
    .join('');

const fitsMigration = ({ state, node }: Vm): true | string =>
  node === undefined ? 'it is on no node' : state !== 'migrating' || 'it is being moved already';

/** `copying memory: 42 %, 120M of 512M, 80M/s`. */
function reporting(report: Report, now: () => number): (progress: MigrationProgress) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  let saying = '';
  return ({ doing, done, total, rate }) => {
    if (doing === saying && now() - reportedAt < REPORTED_EACH_MS) return;
    reportedAt = now();
    saying = doing;
    const parts = [
      total > 0 ? `${Math.min(100, Math.floor((100 * done) / total))} %` : undefined,
      Number.isNaN(done) ? undefined : `${formatBytes(done)}${total > 0 ? ` of ${formatBytes(total)}` : ''}`,
      Number.isNaN(rate) ? undefined : `${formatBytes(rate)}/s`,
    ].filter((part) => part !== undefined);
    report(parts.length === 0 ? doing : `${doing}: ${parts.join(', ')}`);
  };
}

/** Throws op.refused with what stands against any of these moves. */
export function refuseMoves(moves: readonly Move[], despite: readonly string[]): void {
  const refused = moves.flatMap(({ vm, plan }) =>
    standingErrors(plan, despite).map(({ name, text }) => ({ vm, name, text })),
  );
  const [first] = refused;
  if (!first) return;
  const more = new Set(refused.map(({ vm }) => vm)).size - 1;
  throw new FleetError(
    'op.refused',
    `${first.vm.name}: ${first.name}: ${first.text}${more > 0 ? `, and ${more} more VMs can't be moved` : ''}; nothing was moved`,
    { fix: `correct that, or leave it out${first.name === 'disks' ? '; --copy-disks copies disks' : ''}` },
  );
}

/** A check as a line of a table: `warning  cpu       host2 has …`; of several VMs each line begins with its name. */
export interface CheckLine {
  readonly level: MigrationCheck['level'];
  readonly text: string;
}

/** What was looked at, what failed first. What is the same of several VMs stands there once. */
export function checkLines(moves: readonly Move[]): readonly CheckLine[] {
  const rows = moves.flatMap(({ vm, plan }) =>
    plan.checks.map((check) => ({ ...check, vm: moves.length === 1 ? '' : `${vm.name}: ` })),
  );
  const same = Map.groupBy(rows, ({ name, level, text }) => `${level} ${name} ${text}`);
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = [...same.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const who = others.length + 1 === moves.length ? '' : others.length === 0 ? first.vm : `${others.length + 1} VMs: `;
    const line = `${first.level.padEnd(7)}  ${first.name.padEnd(width)}  ${who}${first.text}`;
    return [{ level: first.level, text: line }];
  });
  const copies = moves.flatMap(({ plan }) => plan.copies);
  const disks = copies.map(({ path, to, size }) => ({
    level: 'ok' as const,
    text: `copies   ${path}${to === undefined || to === path ? '' : ` to ${to}`}, ${formatBytes(size)}`,
  }));
  const ranks = { error: 0, warning: 1, ok: 2 };
  const stands = (vm: Vm, { live }: MigrationPlan) => vm.state === 'running' && !live;
  const still = moves.filter(({ vm, plan }) => stands(vm, plan)).length;
  const pause: readonly CheckLine[] =
    still === 0
      ? []
      : [
          {
            level: 'warning',
            text: `warning  ${still === 1 ? 'it' : `${still} VMs`} will stand still for the whole of the move`,
          },
        ];
  return [...pause, ...lines.toSorted((a, b) => ranks[a.level] - ranks[b.level]), ...disks];
}
