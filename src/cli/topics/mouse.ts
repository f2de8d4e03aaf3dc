import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const mouseTopic: Topic = {
  name: 'mouse',
  help: 'What the mouse does, and how to have it.',
  async blocks() {
    const key = createKeymap(actions).keymap.keysOf('view.mouse').join(' ');
    return [
      text(
        `The mouse is the terminal’s until it is switched on with ${key}, since texts are selected and copied with it. While it is on, hold shift to select (option on a Mac). The choice is kept in the configuration:`,
      ),
      example('mouse: on'),
      terms([
        ['click', 'goes to the row; on its sign folds it; on a tab or a key at the bottom, takes that'],
        ['two clicks', 'open what Enter opens'],
        ['right button', 'marks'],
        ['wheel', 'scrolls what is under it'],
        ['drag', 'moves the line between the list and the details'],
      ]),
    ];
  },
};
