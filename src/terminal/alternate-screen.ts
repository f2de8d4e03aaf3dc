import { Writable } from 'node:stream';

const SWITCH = /\x1b\[\?(?:1049|1047|47)([hl])/g;
/** Longer than the sequence that may be cut in two. */
const TAIL = 16;

/** Reads what goes to a terminal for switches between its two screens. */
export interface AlternateWatch {
  see(bytes: Uint8Array): void;
  /** Whether it was switched to the alternate screen, and not back. */
  isAlternate(): boolean;
}

export function watchAlternate(): AlternateWatch {
  let tail = '';
  let alternate = false;
  return {
    see(bytes) {
      tail += Buffer.from(bytes).toString('latin1');
      for (const [, letter] of tail.matchAll(SWITCH)) alternate = letter === 'h';
      tail = tail.slice(-TAIL);
    },
    isAlternate: () => alternate,
  };
}

/** What goes to a terminal from a console. */
export interface Watched extends Writable {
  /** Whether the console has switched to the alternate screen, and not back. */
  alternate(): boolean;
}

export function watchesAlternateScreen(terminal: NodeJS.WritableStream): Watched {
  const watch = watchAlternate();
  const output = new Writable({
    write(bytes: Buffer, _encoding, done) {
      watch.see(bytes);
      terminal.write(bytes, () => done());
    },
  });
  return Object.assign(output, { alternate: watch.isAlternate });
}
