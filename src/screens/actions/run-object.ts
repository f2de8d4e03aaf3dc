import { type Args, isMaker, type ObjectAction } from '../../actions/action.ts';
import { hasCommand } from '../../actions/command-words.ts';
import { consentFor, TYPE_COUNT_ABOVE, whyTooMany } from '../../actions/danger.ts';
import { differencesIn } from '../../actions/differences.ts';
import { canBePutOff } from '../../actions/fingerprint.ts';
import { optionsOf } from '../../actions/options-of.ts';
import { stateNow } from '../../actions/outcome.ts';
import { taskFor } from '../../actions/perform.ts';
import { permitted } from '../../actions/permitted.ts';
import { phraseOf } from '../../actions/phrase.ts';
import { bound, placeOfShown, type Shown, type Target, whyAnother } from '../../actions/target.ts';
import { FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import type { ObjectKind, ObjectOf, Settings } from '../../platforms/contract.ts';
import { typeCountAbove } from '../../state/config/preferences.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { countOf, oneOf } from '../../state/kinds.ts';
import type { Task } from '../../state/tasks.ts';
import { clean } from '../../terminal/width.ts';
import { askOptions, chosenOptions, needsOptions } from '../dialogs/action-options.ts';
import { confirmLosses } from '../dialogs/destroy.tsx';
import type { Consent } from '../dialogs/dialogs.ts';
import { type ReservedVolumes, reserveVolumes } from '../dialogs/reserved-volumes.ts';
import type { Stage } from '../stage.ts';
import type { Chooser } from './chooser.ts';
import { scheduleAction } from './schedule-action.ts';
import { whileSame } from './while-same.ts';
import { whyNotObject } from './why-not-now.ts';

/**
 * Runs verbs on objects from the keyboard: asks as the danger demands, by a plan for more than one and for one out of
 * sight; starts the task, and says how it ended. Marks of what is done or was left out are removed, those of what failed
 * stay.
 */
export interface ObjectRunner {
  /** `branch` is the pool or node whose VMs these are, for the question: `in pool prod`. `filled`: what its form begins with. */
  run(
    action: ObjectAction,
    chosen: readonly Shown[],
    chooser: Chooser,
    branch?: string,
    filled?: Settings,
  ): Promise<void>;
  /** Repeats the items of a task that did not work; asks again, since what is lost may be something else by now. */
  again(task: Task): Promise<void>;
}

/** Lines of a changed text that fit above a question at 80x24. */
const MOST_COMPARED = 12;

interface Started {
  readonly action: ObjectAction;
  readonly targets: readonly Target[];
  readonly chooser: Chooser;
  /** How its form was filled in: it is shown again when the task is repeated. */
  readonly filled?: Settings | undefined;
  /** Until it has ended. */
  readonly reserved?: ReservedVolumes;
}

/** `schedule` makes a schedule of what is to be done at a time. */
export function createObjectRunner(stage: Stage, schedule = scheduleAction): ObjectRunner {
  const { services, message } = stage;
  const { fleet } = services.store;
  const started = new Map<number, Started>();

  const start = (begun: Started, asked: readonly Shown[], args: Args) => {
    const { action, targets, chooser, reserved } = begun;
    const task = taskFor(action, targets, args, services);
    const { id, ended } = services.tasks.run(task);
    const listed = new Set(services.tasks.list().map((one) => one.id));
    for (const known of started.keys()) if (!listed.has(known)) started.delete(known);
    started.set(id, begun);
    message.say(`${task.title}…`);
    void ended.then((done) => {
      void reserved?.release();
      const open = new Set(done.items.flatMap(({ id: item, state }) => (state === 'done' ? [] : [item])));
      chooser.unmark(asked.flatMap(({ id: one }) => (open.has(one) ? [] : [one])));
      say(stage, done, begun);
    });
  };

  const run = async (
    action: ObjectAction,
    chosen: readonly Shown[],
    chooser: Chooser,
    branch?: string,
    filled?: Settings,
  ) => {
    const refusals = refusalsOf(action, chosen, stage);
    const refused = new Set(refusals.map(({ shown }) => shown));
    const able = chosen.filter((shown) => !refused.has(shown));
    const [first] = able;
    if (first === undefined) {
      const [refusal] = refusals;
      if (refusal) message.say(`${action.title}: ${refusal.no}`, 'warning');
      return;
    }
    const tooMany = whyTooMany(action, able.length, countOf(services.kinds, action.on, able.length));
    if (tooMany !== undefined) return message.say(`${action.title}: ${tooMany}`, 'warning');
    const begin: Started = { action, chooser, targets: able.map((shown) => bound(shown, services)) };
    const object: ObjectOf<ObjectKind> | undefined = fleet.find(first.kind, first.id);
    const preset = object && action.preset?.(object);
    const { title, danger } = action;
    const within = branch === undefined ? '' : ` in ${branch}`;
    const what =
      able.length === 1 ? placeOfShown(first, fleet) : `${countOf(services.kinds, action.on, able.length)}${within}`;
    const question = `${phraseOf(action, what)}${refusals.length > 0 ? `, leave ${refusals.length} out` : ''}?`;
    const leavesOut = refusals.map(({ shown, no }) => `${shown.name}: ${no}`);
    const consent = consentFor(action, able.length, typeCountAbove(services.config()) ?? TYPE_COUNT_ABOVE);
    const many = {
      ...{ question, leavesOut, does: able.map((shown) => placeAndState(shown, fleet)) },
      ...(chosen.length > 1 && consent === 'count' && { typed: String(able.length) }),
    };
    // What is chosen when it is to be done at a time, in place of now.
    let waiting: Args | undefined;
    const canWait = hasCommand(action) && canBePutOff(action) && !stage.run.demo && !stage.run.readOnly;
    const wait = (args: Args): void => {
      waiting = args;
    };
    const later = canWait ? wait : undefined;
    const putOff = (args: Args) => schedule(stage, action, begin.targets, phraseOf(action, what, args), args);
    if (danger === 'destroys') {
      const notes = [
        ...(able.length > 1 ? able.map((one) => placeOfShown(one, fleet)) : []),
        ...leavesOut.map((left) => `not ${left}`),
      ];
      const answers = await whileSame(stage, able, (until) =>
        confirmLosses(stage, action, able, question, notes, until, later),
      );
      if (answers) start(begin, chosen, answers);
      if (waiting) await putOff(waiting);
      return;
    }
    if (action.reads && able.length > 1) {
      message.say(`${title}: one ${oneOf(services.kinds, action.on)} at a time`, 'warning');
      return;
    }
    const of = endpointOf(first.id);
    const options = optionsOf(action, of, services);
    const reserved = reserveVolumes(stage, options, of);
    const form = {
      ...{ title, options, later, reserved, ...(action.reads && { reads: action.reads }) },
      leaves: (signal: AbortSignal) => {
        const connection = services.sessions.connection(of);
        return connection && action.leaves?.(connection, of, signal);
      },
    };
    const hasOptions = preset === undefined && options.length > 0;
    const ask = async (args: Args, until: AbortSignal): Promise<Consent> => {
      const differs = await differencesIn(action, args, MOST_COMPARED);
      if (differs?.length === 0) {
        message.say(`${title}: nothing was changed`);
        return 'no';
      }
      const details = [...(differs?.map(clean) ?? [chosenOptions(form, args)]), action.loses?.(args)].filter(
        (line) => line !== undefined,
      );
      const asked = { title, question, until, hasOptions, canWait, details };
      if (chosen.length > 1 || (consent === 'none' && !chooser.isSeen(first.id)))
        return stage.dialogs.plan({ ...asked, ...many });
      return consent === 'none' && !differs ? 'yes' : stage.dialogs.consent(asked);
    };
    const fillIn = async (until: AbortSignal): Promise<Settings | undefined> => {
      const read = await readFirst(action, first, stage, until);
      if (read === undefined) return undefined;
      // What is read now counts more than what was read then.
      let args: Settings | undefined = { ...preset, ...filled, ...read };
      // What can't be done without a name, and what makes something, is asked for it before anything else.
      if (needsOptions(form, args) || ((action.reads || isMaker(action)) && options.length > 0))
        args = await askOptions(stage, form, of, question, args, until);
      for (;;) {
        if (args !== undefined) args = { ...read, ...args };
        if (args === undefined || waiting !== undefined || until.aborted) return undefined;
        const answer = await ask(args, until);
        if (answer === 'later') waiting = args;
        if (answer !== 'options') return answer === 'yes' ? args : undefined;
        args = (await askOptions(stage, form, of, question, args, until)) ?? args;
      }
    };
    await reservedFor(reserved, async () => {
      const args = await whileSame(stage, able, fillIn);
      if (args) start({ ...begin, filled: args, ...(reserved && { reserved }) }, chosen, args);
      return args !== undefined;
    });
    if (!waiting) return;
    // The key and the button for that lead past the count.
    const counts = (until: AbortSignal) => stage.dialogs.plan({ title: `${title} at a time`, ...many, until });
    if (many.typed === undefined || (await whileSame(stage, able, counts)) === 'yes') await putOff(waiting);
  };

  return {
    run,
    async again(task) {
      const known = started.get(task.id);
      const open = new Set<string>(
        task.items.flatMap(({ id, state }) => (state === 'failed' || state === 'cancelled' ? [id] : [])),
      );
      if (open.size === 0) message.say('nothing of this task has failed, so there is nothing to repeat', 'warning');
      else if (!known) message.say(`${task.title}: fill in its form again to repeat it`, 'warning');
      else
        await run(
          known.action,
          known.targets.filter(({ id }) => open.has(id)),
          known.chooser,
          undefined,
          known.filled,
        );
    },
  };
}

function refusalsOf(action: ObjectAction, chosen: readonly Shown[], { services }: Stage) {
  return chosen.flatMap((shown) => {
    const no = whyAnother(shown, services) ?? whyNotObject(action, shown, services);
    return no === undefined ? [] : [{ shown, no }];
  });
}

const placeAndState = (shown: Shown, fleet: Fleet): string =>
  shown.kind === 'vm'
    ? `${placeOfShown(shown, fleet)} (${stateNow(fleet.find(shown.kind, shown.id))})`
    : placeOfShown(shown, fleet);

/** `work` answers whether it has started what releases these when it ends; else they are released now, also where it throws. */
async function reservedFor(reserved: ReservedVolumes | undefined, work: () => Promise<boolean>): Promise<void> {
  let hasStarted = false;
  try {
    hasStarted = await work();
  } finally {
    if (!hasStarted) void reserved?.release();
  }
}

/** What the options start from, where that is read; undefined when it can't be, which is said. */
async function readFirst(
  action: ObjectAction,
  { kind, id }: Shown,
  { services, message }: Stage,
  until: AbortSignal,
): Promise<Settings | undefined> {
  if (!action.reads) return {};
  try {
    const { object, connection } = permitted(action, kind, id, services);
    return await action.reads(connection, object, until);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    if (!until.aborted) message.trouble(`${action.title}: ${error.message}`, error.fix);
    return undefined;
  }
}

/** How a task ended, in the message line. */
function say({ message, keymap }: Stage, task: Task, { action }: Started): void {
  const tasks = keymap.keysOf('view.tasks')[0] ?? 'the tasks view';
  const [only, ...others] = task.items;
  if (only && others.length === 0) {
    const again = only.state === 'failed' && isMaker(action) ? `${tasks}, then f: its form as it was` : undefined;
    if (only.state === 'done' && !only.kept) message.say(only.text, 'good');
    else message.trouble(only.text, only.fix ?? again);
    return;
  }
  const count = (state: string) => task.items.filter((item) => item.state === state).length;
  const parts = (['done', 'failed', 'cancelled', 'unknown'] as const).flatMap((state) =>
    count(state) > 0 ? [`${count(state)} ${state}`] : [],
  );
  const kept = task.items.flatMap((item) => item.kept ?? []).length;
  const text = `${task.title}: ${[...parts, ...(kept > 0 ? [`${kept} files kept`] : [])].join(', ')}`;
  if (task.state === 'done' && kept === 0) message.say(text, 'good');
  else message.trouble(text, `${tasks} says why, f there repeats what failed`);
}
