import type { Args, ObjectAction } from '../../actions/action.ts';
import { commandWords } from '../../actions/command-words.ts';
import { fingerprintsFor } from '../../actions/fingerprint.ts';
import type { Shown, Target } from '../../actions/target.ts';
import { FleetError } from '../../errors.ts';
import { commandLine } from '../../shell-word.ts';
import { clean } from '../../terminal/width.ts';
import { scheduleCommand } from '../lists/add-schedule.ts';
import type { Stage } from '../stage.ts';

/**
 * Makes a schedule of what was chosen in the dialog of an action, in place of doing it now: asks when and what it is called.
 * `phrase` is what it does, as the question said it. What interrupts or destroys is asked about once more, since it will run
 * without a question. What it is done to is what was confirmed, also when its id stands for another object by then: the command
 * does nothing then.
 */
export async function scheduleAction(
  stage: Stage,
  action: ObjectAction,
  targets: readonly Target[],
  phrase: string,
  args: Args,
  run?: Parameters<typeof scheduleCommand>[2],
): Promise<void> {
  const ids = targets.map(({ id }) => id);
  const fingerprints = await fingerprintsFor(action, targets, stage.services).catch((error: unknown) => {
    if (error instanceof FleetError) return error;
    throw error;
  });
  const command =
    fingerprints instanceof FleetError ? { no: fingerprints.message } : commandWords(action, ids, args, fingerprints);
  if ('no' in command) {
    stage.message.say(`${action.title} at a time: ${command.no}`, 'warning');
    return;
  }
  const { words } = command;
  const does = [clean(phrase), clean(`drover ${commandLine(words)}`)];
  await scheduleCommand(stage, { words, does, name: nameFor(action, targets) }, run);
}

const LONGEST_NAME = 40;

/** `stop-web1`, `stop-3`: as a schedule may be called. */
function nameFor({ id }: ObjectAction, shown: readonly Shown[]): string {
  const [first] = shown;
  const what = shown.length === 1 && first ? first.name : String(shown.length);
  return `${id.slice(id.indexOf('.') + 1)}-${what}`.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, LONGEST_NAME);
}
