/** Texts for man(7): paragraphs, tagged lists, examples. */
import type { Block } from '../../src/cli/topics/topic.ts';

/** Nothing in it is taken for a request or an escape; a dash can be copied as the dash it is. */
export function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('’', "'");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

export const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
/** A title in a macro's argument. */
export const quoted = (text: string): string => `"${plain(text).replaceAll('"', '\\(dq')}"`;

export const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${plain(text)}`;

export function roff(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `.SS ${quoted(block.text)}`;
    case 'text':
      return `.PP\n${plain(block.text)}`;
    case 'example':
      return ['.PP', '.RS 4', '.nf', ...block.lines.map(plain), '.fi', '.RE'].join('\n');
    case 'terms':
      return block.rows.map(([term, meaning]) => tagged(bold(term), meaning)).join('\n');
  }
}
