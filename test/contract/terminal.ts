import { once } from 'node:events';
import type { Duplex } from 'node:stream';

/** A terminal at the other end of a stream: reads what it shows, and types. */
export interface Terminal {
  shown(): string;
  type(text: string): void;
  /** Until it shows the pattern; `nudge` is typed soon and every second, since a prompt may wait for Enter. */
  see(pattern: RegExp, nudge?: string, deadlineMs?: number): Promise<void>;
  readonly ended: Promise<unknown>;
}

const PATIENCE_MS = 90_000;

export function openTerminal(stream: Duplex): Terminal {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  stream.on('error', () => {});
  const ended = once(stream, 'close');
  return {
    shown: () => text,
    type: (keys) => void stream.write(keys),
    async see(pattern, nudge, deadlineMs = PATIENCE_MS) {
      const deadline = AbortSignal.timeout(deadlineMs);
      const timer = nudge === undefined ? undefined : setInterval(() => stream.write(nudge), 1000);
      const soon = nudge === undefined ? undefined : setTimeout(() => stream.write(nudge), 100);
      try {
        while (!pattern.test(text)) await once(stream, 'data', { signal: deadline });
      } catch (error) {
        throw new Error(`${pattern} was never shown, but: ${JSON.stringify(text)}`, { cause: error });
      } finally {
        clearInterval(timer);
        clearTimeout(soon);
      }
    },
    ended,
  };
}
