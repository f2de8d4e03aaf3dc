import { EventEmitter } from 'node:events';
import type { Key, Paste } from './keys.ts';

/** A stdin for a renderer whose widgets parse keys themselves: gets only the events that are meant for them. */
export interface KeyStream {
  readonly stdin: NodeJS.ReadStream;
  feed(event: Key | Paste): void;
}

/**
 * Each event is read as a chunk of its own, so that `jjj` stays three keys, and in a turn of its own: a widget handles
 * a key with what it last rendered, and would drop the first two of three that come at once.
 */
export function createKeyStream(): KeyStream {
  const waiting: string[] = [];
  let chunk: string | null = null;
  let delivering = false;

  const unchanged = () => stdin;
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    read(): string | null {
      const next = chunk;
      chunk = null;
      return next;
    },
    // The terminal's owner decides about these.
    setRawMode: unchanged,
    setEncoding: unchanged,
    ref: unchanged,
    unref: unchanged,
  });
  stdin.setMaxListeners(0);

  function deliver(): void {
    chunk = waiting.shift() ?? null;
    delivering = chunk !== null;
    if (!delivering) return;
    stdin.emit('readable');
    setImmediate(deliver);
  }

  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    feed(event) {
      waiting.push(event.kind === 'key' ? event.raw : `\x1b[200~${event.text}\x1b[201~`);
      if (!delivering) deliver();
    },
  };
}
