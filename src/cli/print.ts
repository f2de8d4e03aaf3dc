import type { Writable } from 'node:stream';
import { FleetError } from '../errors.ts';
import { errnoOf, fileTrouble } from '../state/files/file-trouble.ts';

/** Where data goes: stdout. Messages go to stderr, never here. */
export interface Printer {
  /** Writes text and a line break. Resolves when it is out, or when the reader has closed the pipe: `| head -1` is no error. */
  print(text: string): Promise<void>;
  /** True when the reader has closed the pipe: more output would be dropped. */
  readonly unread: boolean;
}

/**
 * Wraps stdout. A closed pipe ends the output and nothing else: the command goes on, since a list without a reader is
 * harmless and a half-done action is not, and the exit code is that of the command. Other errors (a full disk behind `>`,
 * an output that was closed with `>&-`) reject with op.failed.
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
