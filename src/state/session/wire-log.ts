import type { WireLine } from '../../platforms/contract.ts';
import type { Redactor } from '../files/redactor.ts';

/** What was really sent, and what came of it: the newest lines, with every known secret blotted out. */
export interface WireLog {
  readonly push: (line: WireLine) => void;
  /** Oldest first. */
  readonly lines: () => readonly WireLine[];
}

const KEPT = 2_000;

/** `tell`: called with each line as it comes, as it can be read. */
export function createWireLog(redactor: Redactor, tell?: (line: WireLine) => void): WireLog {
  /** A ring: a busy fleet sends hundreds of lines a second, and the user may not be looking. */
  const ring: WireLine[] = [];
  let next = 0;
  const readable = (line: WireLine): WireLine => ({
    ...line,
    text: redactor.redact(line.text),
    ...(line.failed === undefined ? {} : { failed: redactor.redact(line.failed) }),
  });
  return {
    push(line) {
      ring[next] = line;
      next = (next + 1) % KEPT;
      tell?.(readable(line));
    },
    lines: () => [...ring.slice(next), ...ring.slice(0, next)].map(readable),
  };
}
