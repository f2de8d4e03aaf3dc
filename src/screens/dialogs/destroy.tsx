import type { Args, ObjectAction } from '../../actions/action.ts';
import type { Shown } from '../../actions/target.ts';
import { sentence } from '../../errors.ts';
import { endpointOf, nativeOf } from '../../ids.ts';
import type { DeletePlan, EndpointField, Field } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import { createForm, type Form } from '../forms/form-state.ts';
import { toldColumns } from '../forms/told-columns.ts';
import type { Stage } from '../stage.ts';
import { AT_A_TIME } from './action-options.ts';
import { lossLines } from './loss-lines.ts';

const TYPED = 'typed';
const UNKNOWN = 'delete-unknown';
const SNAPSHOTS = 'snapshots';
/** The plans of more VMs are not read, and the dialog says so: a user would not read the disks of a thousand. */
const MOST_ASKED = 100;
const MOST_NOTES = 8;

/** In place of the paths that the command line takes: they stand in the list above. */
const DELETE_UNKNOWN: Field = {
  key: UNKNOWN,
  label: 'Delete unknown',
  help: 'Delete also the files of which it is not known whether another VM needs them.',
  kind: 'flag',
  default: false,
};

/**
 * Lists what will be lost and asks to type the name, or the count of many. Answers the options that were chosen,
 * undefined when it was given up or `until` aborts. Plans are asked of the platform; when they can't be read, that is said. `later`
 * gets the options in place of the answer when it is to be done at a time; the name is typed for that, too.
 */
export function confirmLosses(
  stage: Stage,
  action: ObjectAction,
  chosen: readonly Shown[],
  question: string,
  notes: readonly string[],
  until: AbortSignal,
  later?: (args: Args) => void,
): Promise<Args | undefined> {
  const { theme } = stage.look;
  const [first] = chosen;
  // What has no name that can be seen goes by what its platform calls it.
  const nameOf = ({ id, name }: Shown) => asSeen(name) || nativeOf(id);
  const word = chosen.length === 1 && first !== undefined ? nameOf(first) : String(chosen.length);
  let reading = new AbortController();
  let losses: readonly DeletePlan[] | undefined;
  let failed: string | undefined;
  const unasked = Math.max(0, chosen.length - MOST_ASKED);

  const proof: EndpointField = {
    key: TYPED,
    label: chosen.length === 1 ? 'Type its name' : 'Type the number',
    help: `${action.title} continues when you have typed ${word} here.`,
    kind: 'text',
    required: true,
    pattern: { source: asTyped(word), complaint: `that is not ${word}` },
  };
  const options = (action.options ?? []).filter(({ key }) => key !== UNKNOWN);
  const formWith = (fields: readonly Field[], start: Form | undefined): Form =>
    createForm({
      fields: [...fields, proof].map((field) => ({ ...field, writable: true })),
      before: {},
      ...(start && { start: start.values() }),
      startAt: TYPED,
      buttons: [{ id: 'go', label: action.title }, { id: 'cancel', label: 'Cancel' }, ...(later ? [AT_A_TIME] : [])],
    });
  let form = formWith(options, undefined);
  /** The options that the plan depends on. */
  const plannedBy = () => JSON.stringify((action.plannedBy ?? []).map((key) => form.values()[key]));
  let planned = plannedBy();

  return new Promise((resolve) => {
    const end = (answer: Args | undefined) => {
      reading.abort();
      stage.layers.close(dialog.layer);
      resolve(answer);
    };
    const painted = (text: string, colour: 'title' | 'dim' | 'warning') =>
      wrapped(text, toldColumns(stage)).map((line) => theme.paint(colour, line));
    const unknownPaths = () => losses?.flatMap(({ unknown = [] }) => unknown.map(({ path }) => path)) ?? [];
    const withSnapshots = () => !options.some(({ key }) => key === SNAPSHOTS) || form.values()[SNAPSHOTS] === true;
    const lossesNow = (): readonly string[] => {
      if (failed !== undefined) return painted(`What it would take along is not known: ${failed}`, 'warning');
      if (!losses) return [theme.paint('dim', 'Looking what would be lost…')];
      const { 'keep-disks': keep, [UNKNOWN]: unknown } = form.values();
      return lossLines(stage, losses, {
        keepDisks: keep === true,
        deleteUnknown: unknown === true,
        withSnapshots: withSnapshots(),
        unasked,
      });
    };
    const describe = () => {
      const lines = [
        ...painted(question, 'title'),
        ...notes.slice(0, MOST_NOTES).flatMap((note) => painted(note, 'dim')),
        ...(notes.length > MOST_NOTES ? [theme.paint('dim', `and ${notes.length - MOST_NOTES} more`)] : []),
        ...lossesNow(),
        '',
      ];
      dialog.tell(lines, losses || failed !== undefined ? undefined : 'more will come');
    };
    const dialog = stage.dialogs.form({
      title: action.title,
      destroys: true,
      form: () => form,
      edited() {
        if (plannedBy() !== planned) read();
        describe();
      },
      cancel: () => end(undefined),
      pressed(button) {
        if (button === 'cancel') return end(undefined);
        const { [TYPED]: proofGiven, [UNKNOWN]: unknown, ...args } = form.values();
        const cannotKeep =
          args['keep-disks'] === true && losses?.some(({ keepDisksRefused }) => keepDisksRefused !== undefined);
        const refused = losses?.find((plan) => plan.refused !== undefined)?.refused;
        if (refused !== undefined) stage.message.say(`${action.title}: ${refused}`, 'warning');
        else if (!withSnapshots() && losses?.some(({ snapshots = [] }) => snapshots.length > 0)) {
          stage.message.say('snapshots must go too, choose Snapshots: nothing was done', 'warning');
          form.goTo(SNAPSHOTS);
        } else if (cannotKeep) stage.message.say("disks can't be kept here: nothing was done", 'warning');
        else if (asSeen(String(proofGiven ?? '')) === word) {
          const answer = { ...args, ...(unknown === true && { [UNKNOWN]: unknownPaths() }) };
          if (button === AT_A_TIME.id) later?.(answer);
          end(button === AT_A_TIME.id ? undefined : answer);
        } else {
          stage.message.say(`that is not ${word}: nothing was done`, 'warning');
          form.goTo(TYPED);
        }
      },
    });
    describe();
    stage.layers.open(dialog.layer);
    until.addEventListener('abort', () => end(undefined), { once: true });

    const read = () => {
      reading.abort();
      reading = new AbortController();
      const { signal } = reading;
      planned = plannedBy();
      losses = undefined;
      failed = undefined;
      const asked = chosen.slice(0, MOST_ASKED).map(async ({ kind, id }): Promise<DeletePlan> => {
        const connection = stage.services.sessions.connection(endpointOf(id));
        const object = stage.services.store.fleet.find(kind, id);
        const plan = connection && object && action.plan?.(connection, object, form.values(), signal);
        if (!plan) throw new Error('this platform can not list it');
        return plan;
      });
      Promise.all(asked).then(
        (answers) => {
          if (signal.aborted) return;
          losses = answers;
          if (unknownPaths().length > 0) form = formWith([...options, DELETE_UNKNOWN], form);
          describe();
        },
        (error: unknown) => {
          if (signal.aborted) return;
          failed = sentence(error);
          describe();
        },
      );
    };
    read();
  });
}

/** The number of blanks in a name can't be seen. */
const asSeen = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();

/** A pattern of this text, whatever blanks stand in it. */
const asTyped = (text: string): string =>
  `^\\s*${text
    .split(' ')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('\\s+')}\\s*$`;
