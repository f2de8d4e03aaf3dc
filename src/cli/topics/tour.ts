import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { tourLines } from '../../actions/tour.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const tourTopic: Topic = {
  name: 'tour',
  help: 'Five keys to begin with.',
  async blocks() {
    return [
      text(
        'At the first start the screen shows these until a key is pressed; “Show the tour” among the commands (:) brings them back.',
      ),
      terms(tourLines(createKeymap(actions).keymap)),
      text('To look around without any host:'),
      example('drover --demo'),
    ];
  },
};
