import { example, type Topic, terms, text } from './topic.ts';

export const lineModeTopic: Topic = {
  name: 'plain',
  help: 'Line mode, for screen readers: no screen, no painting, no colours.',
  async blocks() {
    return [
      text(
        'Every line is written once and stays as it is. The keys, the commands and what may be done are those of the screen.',
      ),
      example('drover --plain', 'DROVER_PLAIN=1 drover', 'plain: true        # in the configuration'),
      terms([
        ['moving', 'says the row: its name, state and metrics; a held key says only where it stopped'],
        ['changes', 'of the state or the trouble of this row are said as they come, at most every two seconds'],
        ['enter', 'unfolds a branch, or reads all about a VM; ] and [ read the other tabs'],
        ['/', 'asks for a filter and says how many VMs match'],
        [':', 'takes a command by its name, or by some of its letters'],
        ['?', 'reads the keys'],
        ['questions', 'are answered by typing, then enter; esc gives up. What destroys asks for the name'],
        ['forms', 'read their fields with numbers: a number changes one, a word presses a button'],
        ['consoles', 'have the terminal for themselves until they are left with ctrl-]'],
      ]),
      text('What only a picture can show (themes, the mouse, choosing columns) says so.'),
    ];
  },
};
