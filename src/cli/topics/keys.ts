import type { Action } from '../../actions/action.ts';
import { actions } from '../../actions/index.ts';
import { DETACH_KEY, MENU_KEY } from '../../actions/keymap.ts';
import { keyPresets } from '../../state/keys/key-presets.ts';
import { chaptersOf, kinds } from '../../state/kinds.ts';
import { type Block, example, heading, type Topic, terms, text } from './topic.ts';

export interface KeyChapter {
  readonly title: string;
  readonly actions: readonly Action[];
}

/** All actions by what they are about, in the order of the help on the screen. */
export const keyChapters: readonly KeyChapter[] = [...chaptersOf(kinds)].map(([noun, title]) => ({
  title,
  actions: actions.filter((action) => action.noun === noun),
}));

/** How keys are changed; part of the topic and of the page on keys. */
export const remapping: readonly Block[] = [
  heading('Other keys'),
  text(
    'The keys section of the configuration gives an action other keys than its own: one, a list, or [] for none. What clashes, what no terminal sends and what is no action is reported at the start, with line and column.',
  ),
  example(
    'keys:',
    '  preset: arrows',
    '  vm.start: [s, f5]',
    "  view.filter: ['/', ctrl-f]",
    '  view.page-down: [pgdn]',
    '  view.range: []',
    `  console.detach: ctrl-t`,
  ),
  text(
    `A key is the character that it types, or one of space, enter, esc, tab, backspace, insert, delete, home, end, pgup, pgdn, up, down, left, right and f1 to f12, with ctrl-, alt- or shift- before it. console.detach is the key that leaves a console: ${DETACH_KEY}, or another one with ctrl; console.menu opens its menu: ${MENU_KEY}, likewise.`,
  ),
  text(
    'An escape that is followed by nothing for 30 ms is the Esc key. Over serial lines and IPMI, where the pieces of one key come further apart, a longer wait keeps them together:',
  ),
  example('escape-wait: 150ms'),
  heading('Presets'),
  terms(keyPresets.map(({ name, help }) => [name, help])),
];

export const keysTopic: Topic = {
  name: 'keys',
  help: 'The keys of the screen, and how to have others.',
  async blocks() {
    const chapters = keyChapters.flatMap(({ title, actions: own }): readonly Block[] => {
      const rows = own
        .filter(({ keys }) => keys.length > 0)
        .map(({ keys, title: does, id }) => [keys.join(' '), `${does} (${id})`] as const);
      return rows.length === 0 ? [] : [heading(title), terms(rows)];
    });
    return [
      text('The keys as they are unless the configuration says otherwise; ? on the screen shows yours.'),
      ...chapters,
      ...remapping,
    ];
  },
};
