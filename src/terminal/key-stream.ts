import { EventEmitter } from 'node:events';
import type { Key, Paste } from './keys.ts';

/** A stdin for a renderer whose widgets parse keys themselves: gets only the events that are meant for them. */
export interface KeyStream {
  readonly stdin: NodeJS.ReadStream;
  feed(event: Key | Paste): void;
}

/** Each event is read as a chunk of its own, so that `jjj` stays three keys. Raw mode is nothing it decides about. */
export function createKeyStream(): KeyStream {
  let chunks: string[] = [];
  const unchanged = () => stdin;
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    read: (): string | null => chunks.shift() ?? null,
    setRawMode: unchanged,
    setEncoding: unchanged,
    ref: unchanged,
    unref: unchanged,
  });
  stdin.setMaxListeners(0);
  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    feed(event) {
      chunks.push(event.kind === 'key' ? event.raw : `\x1b[200~${event.text}\x1b[201~`);
      stdin.emit('readable');
      if (stdin.listenerCount('readable') === 0) chunks = [];
    },
  };
}
