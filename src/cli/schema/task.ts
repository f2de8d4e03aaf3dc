import { notificationKeys } from '../notification-command.ts';
import { taskKeys } from '../task-commands.ts';
import { propertiesOf } from './listed.ts';
import { list, maybe, object, text, word } from './schema.ts';

const properties = propertiesOf(taskKeys);

export const task = object('task', 'Something that was done, or is being done, by drover.', properties);

export const notification = object(
  'notification',
  'Something that failed, went away or came back.',
  propertiesOf(notificationKeys),
);

export const taskInfo = object('task info', 'A task with what became of each object.', {
  ...properties,
  results: list(
    object('task result', 'What became of one object.', {
      id: text('the object; of what was made: what it was made under'),
      name: text('its name'),
      state: word(['waiting', 'running', 'done', 'failed', 'cancelled', 'unknown'], 'how it ended'),
      text: text('what is true now, or why it failed, for people'),
      fix: maybe(text('what to do about it, for people')),
      code: maybe(text('why it failed, for programs: a code of drover')),
    }),
    'those that did not go well first',
  ),
});
