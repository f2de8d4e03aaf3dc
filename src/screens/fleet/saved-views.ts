import {
  readViews,
  readyViews,
  spellView,
  type ViewSettings,
  viewNameComplaint,
  viewWords,
} from '../../state/config/views.ts';
import type { Stage } from '../stage.ts';
import type { FleetState } from './fleet-state.ts';

type Choice =
  | { readonly kind: 'take'; readonly name: string; readonly view: ViewSettings }
  | { readonly kind: 'save' | 'delete' };

/**
 * The views of the configuration and the ready-made ones, to take one, to save this one under a name, to delete one. They are in the configuration
 * and not in what the screen remembers, so that a team can share them and a command line can name them.
 */
export async function openSavedViews(stage: Stage, state: FleetState, changed: () => void): Promise<void> {
  const { services, message, dialogs } = stage;
  const views = () => readViews('', services.config().file);
  const { problems } = views();
  const all = () => [...views().views];
  const offered = () => [...all(), ...[...readyViews].filter(([name]) => !views().views.has(name))];

  const chosen = await dialogs.pick<Choice>({
    title: 'Views',
    lines: problems.map(({ message: words, at }) => `${at ? `line ${at.line}: ` : ''}${words}`),
    choices: () => [
      ...offered().map(([name, view]) => ({
        label: `${name}: ${spellView(view)}`,
        value: { kind: 'take', name, view } as const,
      })),
      { label: `Save this one: ${spellView(state.settings())}`, value: { kind: 'save' } },
      ...(all().length > 0 ? [{ label: 'Delete one …', value: { kind: 'delete' } as const }] : []),
    ],
  });
  if (chosen?.kind === 'take') {
    state.take(chosen.view);
    changed();
    message.say(`the view ${chosen.name}: ${spellView(chosen.view)}`);
  } else if (chosen?.kind === 'save') await save();
  else if (chosen?.kind === 'delete') await remove();

  async function save() {
    const name = await dialogs.prompt({
      title: 'Save this view',
      lines: [spellView(state.settings()), 'Its name:'],
      complaint: viewNameComplaint,
    });
    if (name === undefined) return;
    const former = views().views.get(name);
    const question = `There is a view ${name} already. Save this one in its place?`;
    if (former && !(await dialogs.confirm({ title: 'Save this view', question, details: [spellView(former)] }))) return;
    const written = await services.changeConfig({ kind: 'view-save', name, view: viewWords(state.settings()) });
    if (!written) message.say('nothing is written in this run', 'warning');
    else if (stage.run.demo) message.say(`kept as ${name} until this demo ends; nothing of a demo is saved`, 'warning');
    else message.say(`saved as ${name}`, 'good');
  }

  async function remove() {
    const name = await dialogs.pick({
      title: 'Delete a view',
      choices: () => all().map(([value, view]) => ({ label: `${value}: ${spellView(view)}`, value })),
    });
    if (name === undefined) return;
    if (!(await dialogs.confirm({ title: 'Delete a view', question: `Delete the view ${name}?` }))) return;
    const written = await services.changeConfig({ kind: 'view-remove', name });
    message.say(
      written ? `the view ${name} is deleted` : 'nothing is written in this run',
      written ? 'good' : 'warning',
    );
  }
}
