import type { FilterPromptOptions } from '../screens/dialogs/dialogs.ts';
import type { Typing } from './typing.ts';
import type { Voice } from './voice.ts';

/** Asks what to show; Enter alone shows all, Esc leaves it as it was. */
export async function askForFilter(voice: Voice, typing: Typing, { start, apply }: FilterPromptOptions): Promise<void> {
  const now = start === '' ? '' : ` Now ${start}.`;
  const text = await typing.ask(`Filter, such as name:db* state:running cpu>80.${now} Enter alone shows all:`);
  if (text === undefined) return;
  const problem = apply(text.trim());
  if (problem) voice.say(`at character ${problem.at + 1}: ${problem.message}`);
}
