import type { Link } from '../../console/console-session.ts';
import { type Awaited, typeInto, typeTo } from '../../console/consoles.ts';
import { keyBytes, USUAL_MODES } from '../../console/key-bytes.ts';
import { MOST_EARLY_BYTES } from '../../console/typed-early.ts';
import type { Key, Paste } from '../../terminal/keys.ts';
import type { Stage } from '../stage.ts';

/**
 * What is typed while a console is in front: for it, or for all that are typed into at once, if it is one of them. Of those a
 * guest without a link gets nothing, also not later: they are named as long as it is so, and would not be in step any more.
 */
export function typeInFront({ consoles, message }: Stage, event: Key | Paste): void {
  const { front, group } = consoles;
  if (!front) return;
  const isEnter = event.kind === 'key' && event.name === 'enter';
  const link = front.link();
  if (isEnter && (link.kind === 'closed' || link.kind === 'waiting')) {
    void consoles.reopen(front).catch(message.fail);
    return;
  }
  const refused = group.has(front) ? typeInto(group, event) : typeTo(front, event) ? [] : [front];
  if (refused.length > 0)
    message.say(`not sent to ${refused.map(({ label }) => label).join(', ')}: ${whyRefused(link)}`, 'warning');
}

/** What is typed before there is a console to be shown. */
export function typeEarly({ message }: Stage, { early, name }: Awaited, event: Key | Paste): void {
  if (early?.keep(keyBytes(event, USUAL_MODES))) return;
  message.say(`not sent: ${early ? `${TOO_MUCH} of ${name}` : `${name} has not begun`}`, 'warning');
}

const TOO_MUCH = `more than ${MOST_EARLY_BYTES / 1024} kB were typed before the opening`;
const whyRefused = (link: Link): string => (link.kind === 'opening' && link.keepsTyped ? TOO_MUCH : 'no link');
