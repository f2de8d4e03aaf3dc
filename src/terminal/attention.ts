import { clean } from './width.ts';

const LONGEST = 200;

/**
 * What makes a terminal call its user: BEL, and a notification of the desktop by OSC 9 (iTerm2, Windows Terminal, foot and others) or OSC 99
 * (kitty). The text may come from a host: it is cleaned, so that it ends no sequence.
 */
export function attentionSequence(text: string, bell: boolean, desktop: 'osc9' | 'osc99' | undefined): string {
  const shown = clean(text).slice(0, LONGEST).toWellFormed();
  const notification =
    desktop === 'osc9' ? `\x1b]9;${shown}\x07` : desktop === 'osc99' ? `\x1b]99;i=drover;${shown}\x1b\\` : '';
  return `${notification}${bell ? '\x07' : ''}`;
}
