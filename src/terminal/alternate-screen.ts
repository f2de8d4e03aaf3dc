import { Writable } from 'node:stream';

const SWITCH = /\x1b\[\?(?:1049|1047|47)([hl])/g;
/** Longer than the sequence that may be cut in two. */
const TAIL = 16;

/** What goes to a terminal from a console. */
export interface Watched extends Writable {
  /** Whether the console has switched to the alternate screen, and not back. */
  alternate(): boolean;
}

export function watchesAlternateScreen(terminal: NodeJS.WritableStream): Watched {
  let tail = '';
  let alternate = false;
  const output = new Writable({
    write(bytes: Buffer, _encoding, done) {
      tail += bytes.toString('latin1');
      for (const [, letter] of tail.matchAll(SWITCH)) alternate = letter === 'h';
      tail = tail.slice(-TAIL);
      terminal.write(bytes, () => done());
    },
  });
  return Object.assign(output, { alternate: () => alternate });
}
