import { EventEmitter } from 'node:events';
import { createInput } from '../../../src/terminal/input.ts';
import type { InputEvent } from '../../../src/terminal/keys.ts';

/** The keyboard, with a time that stands still until it is moved. */
export interface Reader {
  /** One read of the terminal. */
  read(bytes: Buffer): void;
  pass(ms: number): void;
  /** What has come out, in the words of streams.ts. */
  readonly events: string[];
}

/** All at once, without promises: a hundred thousand of them are made in one test. */
export function createReader(escapeWait?: number): Reader {
  let now = 0;
  const due = new Set<{ readonly at: number; readonly call: () => void }>();
  const stdin = Object.assign(new EventEmitter(), { resume: () => {} });
  const events: string[] = [];
  const input = createInput(stdin as unknown as NodeJS.ReadStream, {
    onGone: () => {},
    marksPastes: true,
    clock: {
      now: () => now,
      ticks: () => now,
      after(ms, call) {
        const entry = { at: now + ms, call };
        due.add(entry);
        return () => due.delete(entry);
      },
    },
  });
  if (escapeWait !== undefined) input.setEscapeWait(escapeWait);
  input.listen((event) => void events.push(worded(event)));
  return {
    events,
    read: (bytes) => void stdin.emit('data', bytes),
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        due.delete(next);
        now = next.at;
        next.call();
      }
      now = end;
    },
  };
}

function worded(event: InputEvent): string {
  switch (event.kind) {
    case 'key':
      return `${event.ctrl ? 'ctrl-' : ''}${event.alt ? 'alt-' : ''}${event.shift ? 'shift-' : ''}${event.name}`;
    case 'paste':
      return `paste(${event.text})`;
    case 'mouse':
      return `${event.action}(${event.button ?? ''} ${event.column},${event.row})`;
    case 'focus':
      return event.focused ? 'focus in' : 'focus out';
  }
}
