import type { Args } from '../actions/action.ts';
import {
  checkLines,
  decided,
  MIGRATE_OPTIONS,
  type Move,
  migrateActions,
  migrationTask,
  movesByPolicy,
  movesTo,
  refuseMoves,
  specOf,
} from '../actions/migrate.ts';
import { bind } from '../actions/target.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { MigrateSpec, Vm } from '../platforms/contract.ts';
import { taskLimits } from '../state/config/preferences.ts';
import { defaultsOf } from '../state/fields.ts';
import { clean } from '../terminal/width.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import { agreedTo, isYes } from './consent.ts';
import { exitCodeOf } from './exit-code.ts';
import { findNode, findVms } from './find.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { followed, limitsOf, MANY, report } from './object-commands.ts';
import { type Row, renderList } from './output.ts';

const [ofVms, ofNode] = migrateActions as readonly [(typeof migrateActions)[0], (typeof migrateActions)[0]];

const FLAGS: readonly Flag[] = [
  {
    key: 'to',
    label: 'To',
    help: 'The node; an endpoint that has one node stands for it.',
    kind: 'text',
    examples: ['NODE'],
  },
  {
    key: 'policy',
    label: 'Policy',
    help: 'Each VM goes to the node whose VMs need least of it.',
    kind: 'flag',
    default: false,
  },
  { key: 'live', label: 'Live', help: 'A VM that runs goes on running meanwhile, as without this.', kind: 'flag' },
  ...MIGRATE_OPTIONS,
  {
    key: 'despite',
    label: 'Despite',
    help: 'Move it although this check has an error; the checks have their names in a dry run.',
    kind: 'text',
    repeatable: true,
    examples: ['CHECK'],
  },
  ...MANY,
];

export const migrateCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'migrate',
    help: ofVms.help,
    takes: 'NAME…',
    flags: () => FLAGS,
    run: async (context, parsed) => run(await findVms(parsed.words, context), parsed, context),
  },
  {
    noun: 'node',
    verb: 'evacuate',
    help: ofNode.help,
    takes: 'NODE',
    flags: () => FLAGS,
    async run(context, parsed) {
      const [word, ...more] = parsed.words;
      if (word === undefined || more.length > 0) throw new FleetError('usage', 'which node? Name one');
      const { id } = await findNode(word, context);
      const { fleet } = context.app.store;
      const vms = fleet.vmsBelow(id).flatMap((vm) => fleet.vms.get(vm) ?? []);
      const byPolicy = parsed.values['to'] === undefined;
      return run(vms, { ...parsed, values: { ...parsed.values, ...(byPolicy && { policy: true }) } }, context);
    },
  },
];

async function run(vms: readonly Vm[], parsed: ParsedFlags, context: CommandContext): Promise<number> {
  const { app, global } = context;
  const { to, policy, live, ...values } = parsed.values;
  if (live === true && values['cold'] === true) throw new FleetError('usage', '--live and --cold are one or the other');
  if ((to === undefined) !== (policy === true))
    throw new FleetError('usage', 'where to? Say --to NODE, or --policy for the node that has most to spare');
  if (vms.length === 0) {
    context.say('there is no VM to be moved; nothing was done');
    return EXIT.done;
  }
  const args: Args = { ...defaultsOf(MIGRATE_OPTIONS), ...values };
  const spec = specOf(args, parsed.repeated['despite'] ?? []);
  const moves = await planned(vms, to === undefined ? undefined : String(to), spec, context);
  if (global.dryRun) {
    await printChecks(moves, context);
    return sayRefusal(() => refuseMoves(moves, spec.despite), context);
  }
  refuseMoves(moves, spec.despite);
  const warnings = checkLines(moves).filter(({ level }) => level !== 'ok');
  for (const { text } of warnings) context.say(clean(text));
  // Bound before the question: the answer is for the VMs and nodes that were shown.
  const all = decided(moves, (vm) => bind('vm', vm.id, app), app);
  const what = vms.length === 1 ? clean(vms[0]?.name ?? '') : `${vms.length} VMs`;
  const asks = warnings.length > 0 || (vms.length > 1 && global.filter !== '');
  const question = { what: `moving ${what} needs a yes`, text: `Migrate ${what}? [y/N] `, isAgreement: isYes };
  if (asks && !(await agreedTo(question, context))) return EXIT.interrupted;
  const { id, ended } = app.tasks.run(
    migrationTask(all, spec, app, { ...taskLimits(app.config()), ...givenLimits(parsed) }),
  );
  return report(await followed(id, ended, context), vms.length, context);
}

/** Migrations have a number of their own that run at the same time, unless another one was said. */
const givenLimits = ({ values }: ParsedFlags) => {
  const { atOnce, stopAfter } = limitsOf(values);
  const said = values['at-once'] === undefined ? {} : { ...(atOnce !== undefined && { atOnce }) };
  return { ...said, ...(stopAfter !== undefined && { stopAfter }) };
};

async function planned(
  vms: readonly Vm[],
  to: string | undefined,
  spec: MigrateSpec,
  context: CommandContext,
): Promise<readonly Move[]> {
  const { app, signal } = context;
  if (to !== undefined) {
    const node = await findNode(to, context);
    return movesTo(vms, node.id, spec, app, signal);
  }
  const names = [...new Set([...(await chosenEndpoints(context)), ...vms.map(({ id }) => endpointOf(id))])];
  sayFailures(context, await connectUnfiltered(context, names));
  return movesByPolicy(vms, spec, app, signal);
}

/** A line for each check of each VM. */
async function printChecks(moves: readonly Move[], { app, printer, format, columns }: CommandContext): Promise<void> {
  const rows = moves.flatMap(({ vm, plan }) =>
    plan.checks.map(({ name, level, text, final }) => ({
      vm: vm.name,
      node: plan.node === undefined ? undefined : (app.store.fleet.nodes.get(plan.node)?.name ?? plan.node),
      check: name,
      level,
      final: final === true,
      text,
    })),
  );
  const column = (title: string, key: 'vm' | 'node' | 'check' | 'level' | 'text') => ({
    title,
    show: (row: (typeof rows)[number]) => clean(row[key] ?? '-'),
  });
  const shown = [
    column('VM', 'vm'),
    column('NODE', 'node'),
    column('CHECK', 'check'),
    column('LEVEL', 'level'),
    column('WHAT IS SO', 'text'),
  ];
  await printer.print(
    await renderList(
      { rows: rows as readonly (Row & (typeof rows)[number])[], columns: shown, name: ({ check }) => check },
      format,
      columns,
    ),
  );
}

/** What is printed is the checks alone, also where they stand against a move. */
function sayRefusal(refuse: () => void, { say }: CommandContext): number {
  try {
    refuse();
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    say(clean(error.message));
    if (error.fix !== undefined) say(`  ${clean(error.fix)}`);
    return exitCodeOf(error);
  }
}
