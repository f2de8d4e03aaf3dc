import type { Writable } from 'node:stream';
import { FleetError } from '../errors.ts';
import { errnoOf, fileTrouble } from '../state/files/file-trouble.ts';

/** Where data goes: stdout. Messages go to stderr, never here. */
export interface Printer {
  /** Writes text and a line break. Resolves when it is out, or when nobody reads any more: `| head -1` is no error. */
  print(text: string): Promise<void>;
  /** True when the reader has gone: there is no use in making more. */
  readonly unread: boolean;
}

/**
 * Wraps stdout. A pipe that was closed ends the output and nothing else: the command goes on, since a list that nobody reads
 * is harmless and a half-done action is not, and its exit code says how the command went. Other trouble (a full disk behind
 * `>`, an output that was closed with `>&-`) rejects with op.failed.
 */
export function createPrinter(stream: Writable): Printer {
  let unread = false;
  // Without a listener the stream's own error event would end the process.
  stream.on('error', (error) => {
    if (errnoOf(error) === 'EPIPE') unread = true;
  });
  return {
    get unread() {
      return unread;
    },
    print: (text) =>
      new Promise((resolve, reject) => {
        if (unread || text === '') {
          resolve();
          return;
        }
        stream.write(`${text}\n`, (error) => {
          if (!error) resolve();
          else if (errnoOf(error) === 'EPIPE') {
            unread = true;
            resolve();
          } else reject(unwritable(error));
        });
      }),
  };
}

function unwritable(error: Error): FleetError {
  // bin/drover gives a closed output back as one that is open for reading.
  const why = errnoOf(error) === 'EBADF' ? 'it is closed' : fileTrouble(error);
  return new FleetError('op.failed', `the output can't be written: ${why}`, { cause: error });
}
