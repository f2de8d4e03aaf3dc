import { type Args, isMaker, type ObjectAction } from './action.ts';
import { textIn } from './text-in.ts';

/**
 * An action and what it is done to, as questions and tasks say it: `Start web1 on host3`, `Add disk to web1`, `Create VM web9 on
 * host1`, or `Create VM on host1` as long as it has no name.
 */
export function phraseOf(action: ObjectAction, what: string, args: Args = {}): string {
  const { phrase = '', title } = action;
  if (phrase !== '') return phrase.replace('…', () => what);
  if (!isMaker(action) || action.on !== 'endpoint') return `${title} ${what}`;
  const name = textIn(args, 'name');
  return `${title} ${name === '' ? '' : `${name} `}on ${what}`;
}
