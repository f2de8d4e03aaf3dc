import type { Action } from '../actions/action.ts';
import { makesHere } from '../screens/actions/run-meant.ts';
import { isAbout } from '../screens/actions/subject.ts';
import { whyNotNow } from '../screens/actions/why-not-now.ts';
import type { FleetState } from '../screens/fleet/fleet-state.ts';
import { isForAllBelow } from '../screens/frame/hints.ts';
import { problemSentences } from '../screens/problems.ts';
import { ranked } from '../screens/prompts/rank.ts';
import type { Stage } from '../screens/stage.ts';
import type { Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/** As many as one can keep in mind. */
const MOST_OFFERED = 9;

/** Runs an action by its name; of several that fit, one is chosen. */
export async function askForCommand(
  stage: Stage,
  state: FleetState,
  typing: Typing,
  voice: Voice,
  run: (action: Action) => void,
): Promise<void> {
  const typed = (await typing.ask('Command:'))?.trim();
  if (!typed) return;
  const found = ranked(stage.actions, typed, ({ id, title, aliases = [] }) => [id, title, ...aliases]);
  const [first] = found;
  if (!first) return voice.say(`no action has such a name: ${typed}`);
  const wholly = [first.id, first.title.toLowerCase(), first.id.replace('.', ' ')].includes(typed.toLowerCase());
  const offered = found.slice(0, MOST_OFFERED);
  const chosen =
    wholly || found.length === 1
      ? first
      : await stage.dialogs.pick({
          title: 'Which one',
          choices: () =>
            offered.map((action) => {
              const no = whyNotNow(action, stage.services, state);
              return { label: `${action.title}${no === undefined ? '' : `, not now: ${no}`}`, value: action };
            }),
        });
  if (chosen) run(chosen);
}

/** The keys of this row and of moving about, one a line. */
export function readKeys(stage: Stage, state: FleetState, voice: Voice): void {
  const row = state.view.current();
  const here = stage.actions.filter(
    (action) =>
      isAbout(action, row) || isForAllBelow(action, state) || makesHere(action, stage, state) || action.kind === 'view',
  );
  voice.say(
    ...here.flatMap((action) => {
      const { id, title, help } = action;
      const keys = stage.keymap.keysOf(id);
      const what = isForAllBelow(action, state) ? `${title} all VMs below this row` : title;
      return keys.length === 0 ? [] : [`${keys.join(' or ')}: ${what}. ${help}`];
    }),
  );
}

/** Everything that is wrong with the configuration, one a line. */
export function readProblems(stage: Stage, voice: Voice): void {
  const problems = problemSentences(stage);
  if (problems.length === 0) voice.say('Nothing is wrong with the configuration.');
  voice.say(...problems.map(({ text, fix }) => (fix === undefined ? text : `${text}. ${stage.advice.onScreen(fix)}`)));
}
