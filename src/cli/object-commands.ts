import type { Action, Args, ObjectAction } from '../actions/action.ts';
import { FINGERPRINT, hasCommand, nameOfNew } from '../actions/command-words.ts';
import { consentFor, TYPE_COUNT_ABOVE, whyTooMany } from '../actions/danger.ts';
import { refuseOthers, takesFingerprints } from '../actions/fingerprint.ts';
import { nodeRunAction } from '../actions/node/run-action.ts';
import { isAlready, stateNow } from '../actions/outcome.ts';
import { taskFor } from '../actions/perform.ts';
import { whyNotOf } from '../actions/permitted.ts';
import { phraseOf } from '../actions/phrase.ts';
import { bind, placeOfShown, shownOf } from '../actions/target.ts';
import { FleetError } from '../errors.ts';
import type { Field, ObjectKind, ObjectOf } from '../platforms/contract.ts';
import { type TaskLimits, taskLimits, typeCountAbove } from '../state/config/preferences.ts';
import { defaultsOf } from '../state/fields.ts';
import { countOf, type KindTable, manyOf, oneOf, ownerWord } from '../state/kinds.ts';
import { AT_ONCE, type Task } from '../state/tasks.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isCount, isYes } from './consent.ts';
import { exitCodeFor } from './exit-code.ts';
import { findNodes, findVms } from './find.ts';
import { findEndpoint, findListed } from './find-listed.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { followProgress } from './follow-progress.ts';
import { agreedToLosses } from './losses.ts';
import { readFirst } from './read-first.ts';
import { type Outcome, printResults } from './results.ts';

type Thing = ObjectOf<ObjectKind>;

/**
 * Every action on objects, as a command that takes many: a result for each, on stderr as they come for people. What a command
 * has written on a node is printed by one of its own.
 */
export const objectCommands = (actions: readonly Action[], kinds: KindTable): readonly Command[] =>
  actions.flatMap((action) =>
    action.kind === 'object' && action.settings === undefined && action.id !== nodeRunAction.id
      ? [commandOf(action, kinds)]
      : [],
  );

/** What the words behind a command name. */
function takenBy(action: ObjectAction, made: Field | undefined, kinds: KindTable): string {
  if (action.on === 'endpoint') return made ? 'NAME' : '';
  if (action.makes) return `NAME ${made?.key.toUpperCase() ?? ''}`.trimEnd();
  if (made) return `${action.on === 'vm' ? 'VM' : 'NAME'}… ${made.key.toUpperCase()}`;
  return `${ownerWord(kinds, kinds[action.on]?.listed?.under)}NAME…`;
}

function commandOf(action: ObjectAction, kinds: KindTable): Command {
  const made = nameOfNew(action);
  return {
    noun: action.noun,
    verb: action.id.slice(action.id.indexOf('.') + 1),
    help: action.help,
    takes: takenBy(action, made, kinds),
    ...(made && { makes: true }),
    flags: () => [
      ...(action.options ?? []).filter((field) => field !== made),
      ...MANY,
      ...(hasCommand(action) && takesFingerprints(action) ? [EXPECTED] : []),
    ],
    run: (context, parsed) => runAction(action, made, parsed, context),
  };
}

/** For what is done to many. */
export const MANY: readonly Flag[] = [
  {
    key: 'at-once',
    label: 'At once',
    help: 'How many at the same time on one endpoint.',
    kind: 'count',
    min: 1,
    max: 1_000,
    default: AT_ONCE,
  },
  {
    key: 'stop-after',
    label: 'Stop after',
    help: 'After so many failures the rest is not sent.',
    kind: 'count',
    min: 1,
    max: 1_000_000,
    examples: ['COUNT'],
  },
];

const EXPECTED: Flag = {
  key: FINGERPRINT,
  label: 'Expect',
  help: 'Do nothing when an id stands for another object by now: their fingerprints, which a schedule made on the screen has.',
  kind: 'text',
  repeatable: true,
  examples: ['FINGERPRINT'],
};

export const limitsOf = ({ 'at-once': atOnce, 'stop-after': stopAfter }: Args): TaskLimits => ({
  ...(typeof atOnce === 'number' && { atOnce }),
  ...(typeof stopAfter === 'number' && { stopAfter }),
});

async function runAction(
  action: ObjectAction,
  made: Field | undefined,
  { words, values, repeated }: ParsedFlags,
  context: CommandContext,
): Promise<number> {
  const { app } = context;
  const given: Args = { ...defaultsOf(action.options ?? []), ...values, ...repeated, ...nameGiven(made, words) };
  if (!action.reads) refuseLacking(action, given);
  const subjects = made ? words.slice(0, -1) : words;
  const destroys = action.danger === 'destroys';
  const byFilter = context.global.filter !== '' && (action.on !== 'vm' || subjects.length === 0);
  if ((action.makes || action.reads) && subjects.length !== 1)
    throw new FleetError(
      'usage',
      `${action.title.toLowerCase()} takes one ${oneOf(app.kinds, action.on)}${action.makes ? ', and the new name behind it' : ''}`,
    );
  const found = await find(action, subjects, byFilter, context);
  if (found.length === 0) {
    context.say(`no ${oneOf(app.kinds, action.on)} matches; nothing was done`);
    return EXIT.done;
  }
  const tooMany = whyTooMany(action, found.length, countOf(app.kinds, action.on, found.length));
  if (tooMany !== undefined) throw new FleetError('usage', `${action.title.toLowerCase()}: ${tooMany}`);
  // What can't be done at all is said before the user is asked, and before anything is sent.
  const things = destroys && byFilter ? withoutRefused(action, found, context) : found;
  if (destroys || things.length === 1) refuseAny(action, things, given, app);
  // Bound before the questions: an answer is for the objects that were listed.
  const targets = things.map(({ id }) => bind(action.on, id, app));
  const expected = repeated[FINGERPRINT];
  if (expected) await refuseOthers(targets, expected);
  const [only] = things;
  const args = only ? await readFirst(action, only, given, context) : given;
  if (args === undefined) return EXIT.done;
  if (destroys && !(await agreedToLosses(action, things, args, context))) return EXIT.interrupted;
  if (
    action.danger === 'interrupts' &&
    (byFilter || things.length > 1) &&
    !(await agreedToAll(action, things, args, context))
  ) {
    return EXIT.interrupted;
  }

  const { id, ended } = app.tasks.run(
    taskFor(action, targets, args, app, { ...taskLimits(app.config()), ...limitsOf(values) }),
  );
  return report(await followed(id, ended, context), things.length, context);
}

/** Shows how far it is until it has ended; ctrl-c cancels it. */
export async function followed(id: number, ended: Promise<Task>, context: CommandContext): Promise<Task> {
  const { app, signal } = context;
  const cancel = () => app.tasks.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const progress = followProgress(id, context);
  return ended.finally(() => progress.stop());
}

/** Throws usage for a name that the platforms can't take, or that is missing. */
function nameGiven(made: Field | undefined, words: readonly string[]): Args {
  if (!made) return {};
  const name = words.at(-1);
  if (name === undefined) throw new FleetError('usage', `which ${made.label.toLowerCase()}? Give it as the last word`);
  const pattern = made.kind === 'text' ? made.pattern : undefined;
  if (pattern && !new RegExp(pattern.source).test(name))
    throw new FleetError('usage', `${JSON.stringify(name)}: ${made.label.toLowerCase()} must be ${pattern.complaint}`);
  return { [made.key]: name };
}

/** Throws usage for the first thing that has to be said and was not. */
function refuseLacking({ options = [] }: ObjectAction, args: Args): void {
  const lacking = options.find(({ key, required }) => required && args[key] === undefined);
  if (lacking) throw new FleetError('usage', `--${lacking.key} is needed: ${lacking.help}`);
}

async function find(
  { on, danger }: ObjectAction,
  words: readonly string[],
  byFilter: boolean,
  context: CommandContext,
): Promise<readonly Thing[]> {
  const destroys = danger === 'destroys';
  if (on === 'vm') return findVms(words, context, destroys);
  if (on === 'endpoint') {
    if (words.length > 0)
      throw new FleetError('usage', `it is made on an endpoint, which -C names: ${words.join(' ')} is too much`);
    return [await findEndpoint(context)];
  }
  if (on === 'node') return findNodes(words, byFilter, context);
  if (on === 'pool') throw new Error(`no command finds a ${on}`);
  return findListed(on, words, byFilter, context, destroys);
}

/** Throws why the first of them can't be done that can't: of what was named, all or nothing is meant. */
function refuseAny(action: ObjectAction, things: readonly Thing[], args: Args, app: CommandContext['app']): void {
  for (const thing of things) {
    if (isAlready(action.outcome?.(args, thing), thing.name, thing, app)) continue;
    const no = whyNotOf(action, thing, app);
    if (no !== undefined) {
      throw new FleetError('op.refused', `${thing.name}: ${no}${things.length > 1 ? '; nothing was done' : ''}`);
    }
  }
}

const placeOf = ({ on }: ObjectAction, { id, name }: Thing, { app }: CommandContext): string => {
  const shown = shownOf(on, id, app);
  return shown ? placeOfShown(shown, app.store.fleet) : name;
};

/** What a filter finds may hold others too, as a branch on the screen: they are named and left out. Throws when none is left. */
function withoutRefused(action: ObjectAction, found: readonly Thing[], context: CommandContext): readonly Thing[] {
  const refusals = new Map(
    found.flatMap((thing) => {
      const no = whyNotOf(action, thing, context.app);
      return no === undefined ? [] : [[thing, no] as const];
    }),
  );
  for (const [thing, no] of refusals) context.say(clean(`left out: ${placeOf(action, thing, context)}: ${no}`));
  if (refusals.size === found.length) {
    throw new FleetError(
      'op.refused',
      `${action.title}: none of the ${manyOf(context.app.kinds, action.on)} that match can be taken; nothing was done`,
    );
  }
  return found.filter((thing) => !refusals.has(thing));
}

/** One object that was named needs no question: its name was the answer. Many, and what a filter has found, are shown first. */
async function agreedToAll(
  action: ObjectAction,
  things: readonly Thing[],
  args: Args,
  context: CommandContext,
): Promise<boolean> {
  const { app, global, say } = context;
  const [only] = things;
  const what = things.length === 1 && only ? clean(only.name) : countOf(app.kinds, action.on, things.length);
  const consent = consentFor(action, things.length, typeCountAbove(app.config()) ?? TYPE_COUNT_ABOVE);
  const loses = action.loses?.(args);
  if (!global.yes && !global.dryRun) {
    for (const thing of things) say(clean(`  ${placeOf(action, thing, context)} (${stateNow(thing)})`));
    if (loses !== undefined) say(loses);
  }
  const question = {
    what: `${action.title.toLowerCase()} interrupts ${what}`,
    ...(consent === 'count'
      ? { text: `${phraseOf(action, what)}? Type ${things.length} to continue: `, isAgreement: isCount(things.length) }
      : { text: `${phraseOf(action, what)}? [y/N] `, isAgreement: isYes }),
  };
  return agreedTo(question, context);
}

export const outcomesOf = ({ items }: Task): readonly Outcome[] =>
  items.map(({ name, state, text, fix, code, kept, answer }) => ({
    name,
    text,
    ...(kept && { kept }),
    ...(answer !== undefined && { answer }),
    ...(state === 'done' ? {} : { error: new FleetError(code ?? 'op.failed', text, fix === undefined ? {} : { fix }) }),
  }));

export async function report(task: Task, count: number, context: CommandContext): Promise<number> {
  await printResults(outcomesOf(task), count > 1, context);
  if (task.state === 'cancelled') return EXIT.interrupted;
  const [only] = task.items;
  if (task.state === 'done') return task.items.some(({ kept }) => kept) ? EXIT.failed : EXIT.done;
  return count === 1 && only?.code !== undefined ? exitCodeFor(only.code) : EXIT.failed;
}
