import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandContext } from './command.ts';

interface InGuest {
  readonly ip: string;
  /** Who logs in; empty leaves it to ssh. */
  readonly user: string;
  readonly command: string;
  /** Gets each line of ssh and of the command that is no output, as it came: it is the guest's. */
  readonly complained: (line: string) => void;
}

/** What ssh itself ends with when there is no login. */
export const SSH_FAILED = 255;

/** Longer lines are not read; the rest of such a line is dropped. */
const LINE_MAX = 1_000;

/**
 * Runs a command in the guest by this machine's own ssh, with the keys and the known hosts of the user; without a terminal it asks
 * nothing. Answers its exit code, null after a signal; what it prints is dropped.
 */
export function runInGuest(
  { ip, user, command, complained }: InGuest,
  { interactive }: Pick<CommandContext, 'interactive'>,
  signal: AbortSignal,
): Promise<number | null> {
  const how = interactive ? [] : ['-o', 'BatchMode=yes'];
  const login = user === '' ? [] : ['-l', user];
  return new Promise((resolve, reject) => {
    const argv = [...how, ...login, '-o', 'ConnectTimeout=10', '--', ip, command];
    // ssh asks on the terminal itself. What comes by stderr may be sequences for it, so it is not handed on.
    const child = spawn('ssh', argv, { stdio: [interactive ? 'inherit' : 'ignore', 'ignore', 'pipe'], signal });
    const endLines = readLines(child.stderr, complained);
    child.once('error', reject);
    child.once('exit', (code) => {
      // What it wrote before it ended is read by then; a process that it has left behind may keep the pipe open.
      setImmediate(() => {
        endLines();
        child.stderr.destroy();
        resolve(code);
      });
    });
  });
}

/** Calls back with each line; what is returned, for the last one without an end. */
function readLines(stream: Readable, line: (text: string) => void): () => void {
  let left = '';
  const say = (text: string) => {
    if (text.trim() !== '') line(text.slice(0, LINE_MAX));
  };
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${left}${text}`.split(/\r?\n/);
    left = (lines.pop() ?? '').slice(0, LINE_MAX);
    for (const one of lines) say(one);
  });
  return () => {
    say(left);
    left = '';
  };
}
