import { typeInto } from '../../console/consoles.ts';
import type { Key, Paste } from '../../terminal/keys.ts';
import type { Stage } from '../stage.ts';

/** What is typed while a console is in front: for it, or for all that are typed into at once, if it is one of them. */
export function typeInFront({ consoles, message }: Stage, event: Key | Paste): void {
  const { front, group } = consoles;
  if (!front) return;
  const isEnter = event.kind === 'key' && event.name === 'enter';
  const { kind } = front.link();
  if (isEnter && (kind === 'closed' || kind === 'waiting')) {
    void consoles.reopen(front).catch(message.fail);
    return;
  }
  const refused = typeInto(group.has(front) ? group : [front], event);
  if (refused.length > 0)
    message.say(`not sent to ${refused.map(({ label }) => label).join(', ')}: no link`, 'warning');
}
