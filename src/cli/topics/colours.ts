import { COLOUR_WORDS, themeNames } from '../../state/theme.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const coloursTopic: Topic = {
  name: 'colours',
  help: 'Themes, and terminals with fewer colours or none.',
  async blocks() {
    return [
      text(
        `The theme is named in the configuration: ${(await themeNames()).join(', ')}. Nothing is said by colour alone: states have a sign and a word too.`,
      ),
      example('theme: light'),
      terms([
        ['COLORTERM=truecolor', 'all colours of the theme as they are'],
        ['TERM=…-256color', 'the nearest of 256 colours'],
        ['other TERM', 'the 16 colours of the terminal'],
        ['NO_COLOR=1', 'no colours; the focus is shown by inverse text'],
      ]),
      text(
        'Signs are drawn with ASCII characters where the locale is not UTF-8 and on Linux’ own console. A theme gives colours to these words:',
      ),
      text(COLOUR_WORDS.join(', ')),
    ];
  },
};
