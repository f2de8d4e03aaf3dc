import type { InputEvent } from './keys.ts';
import { clean, lastCharacter, width } from './width.ts';

/** A line that is typed where the cursor stands, on a terminal that echoes nothing by itself. */
export interface TypedLine {
  readonly text: string;
  /** What of it is on the terminal, to write it again behind the question: nothing of a secret. */
  readonly seen: string;
  /** Changes it, and echoes the change. `full`: there is no room for so much, and nothing of it was taken. */
  take(event: InputEvent): 'full' | undefined;
}

/** Characters (UTF-16 units): a private key in one line has room, a file that was pasted by mistake has not. */
export const LONGEST_LINE = 16_384;

/** `echo` undefined: what is typed is not shown. Enter, Esc and the like are for its owner. */
export function createTypedLine(echo: ((text: string) => void) | undefined): TypedLine {
  let text = '';

  const add = (typed: string): 'full' | undefined => {
    const added = clean(typed);
    if (text.length + added.length > LONGEST_LINE) return 'full';
    text += added;
    echo?.(added);
    return undefined;
  };

  /** Goes back over the end of the line, from this character on. */
  const cutTo = (length: number) => {
    const columns = width(text.slice(length));
    text = text.slice(0, length);
    echo?.(`${'\b'.repeat(columns)}${' '.repeat(columns)}${'\b'.repeat(columns)}`);
  };

  return {
    get text() {
      return text;
    },
    get seen() {
      return echo ? text : '';
    },
    take(event) {
      if (event.kind === 'paste') return add(event.text);
      if (event.kind !== 'key') return undefined;
      if (event.ctrl && event.name === 'u') cutTo(0);
      else if (event.name === 'backspace') cutTo(text.length - lastCharacter(text).length);
      else if (event.text !== '') return add(event.text);
      return undefined;
    },
  };
}
