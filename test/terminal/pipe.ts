/** A named pipe in the place of a terminal: it takes what a pipe holds, and no more until it is read. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TerminalPipe {
  /** What is written to the terminal goes here. */
  readonly fd: number;
  /** Takes all that is there now, a character for each byte. */
  read(): string;
  close(): void;
}

export function openTerminalPipe(): TerminalPipe {
  const folder = mkdtempSync(join(tmpdir(), 'drover-pipe-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  return {
    fd,
    read() {
      const buffer = Buffer.alloc(1024 * 1024);
      let text = '';
      for (;;) {
        try {
          const length = readSync(reader, buffer);
          if (length === 0) return text;
          text += buffer.toString('latin1', 0, length);
        } catch {
          return text; // EAGAIN: nothing more for now
        }
      }
    },
    close() {
      closeSync(reader);
      closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  };
}
