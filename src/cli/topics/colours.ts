import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { themeNames } from '../../state/theme/theme.ts';
import { COLOUR_WORDS } from '../../state/theme/theme-file.ts';
import { example, type Topic, terms, text } from './topic.ts';

const THEME_KEYS = createKeymap(actions).keymap.keysOf('view.theme').join(' ');

export const coloursTopic: Topic = {
  name: 'colours',
  help: 'Themes, and terminals with fewer colours or none.',
  async blocks() {
    return [
      text(
        `${THEME_KEYS} shows the themes, each on the screen itself, and keeps the one that is taken in the configuration: ${(await themeNames()).join(', ')}. Nothing is said by colour alone: states have a sign and a word too.`,
      ),
      example('theme: light'),
      terms([
        ['COLORTERM=truecolor', 'all colours of the theme as they are'],
        ['TERM=…-256color', 'the nearest of 256 colours'],
        ['other TERM', 'the 16 colours of the terminal'],
        ['NO_COLOR=1', 'no colours; the focus is shown by inverse text'],
      ]),
      text(
        'A theme of your own is a file in the folder themes beside the configuration, named there like any other. It has the words that it changes; the others come from its base:',
      ),
      example(
        '# themes/mine.yaml',
        'base: light',
        'words:',
        "  running: { colour: '#005f00', ansi: green }",
        "  cursor: { colour: '#ffffff', on: '#5f0000', plain: [inverse] }",
      ),
      text(
        'Signs are drawn with ASCII characters where the locale is not UTF-8 and on Linux’ own console. These are the words:',
      ),
      text(COLOUR_WORDS.join(', ')),
    ];
  },
};
