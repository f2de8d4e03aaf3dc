import { createInput } from '../terminal/input.ts';
import { NOT_STOPPED_MS } from '../terminal/job-control.ts';
import type { Key } from '../terminal/keys.ts';
import { takeRawKeys } from '../terminal/raw-keys.ts';
import { createTypedLine, LONGEST_LINE } from '../terminal/typed-line.ts';
import type { CliHost } from './cli-host.ts';

export interface TerminalQuestion {
  /** Printed as it is: cleaned before. */
  readonly question: string;
  /** What is typed is not shown. */
  readonly secret: boolean;
}

/**
 * Asks on stderr, since stdout carries data only; standard input must be a terminal. What was typed before the question was
 * printed is no answer to it. After ctrl-Z and `fg` it is printed again, with what was typed so far. Undefined when it was
 * given up with ctrl-C or ctrl-D, the terminal is gone, or the signal aborted.
 */
export async function askTerminal(
  { question, secret }: TerminalQuestion,
  { stdin, stderr, clock, interrupt: signal }: Pick<CliHost, 'stdin' | 'stderr' | 'clock' | 'interrupt'>,
): Promise<string | undefined> {
  if (signal.aborted || !stdin.isTTY) return undefined;
  const { promise, resolve: answer } = Promise.withResolvers<string | undefined>();
  const giveUp = () => answer(undefined);
  const line = createTypedLine(secret ? undefined : (text) => void stderr.write(text));
  const show = () => void stderr.write(`${question}${line.seen}`);
  let dontResume = () => {};
  const suspend = () => {
    keys.set(false);
    stderr.write('\n');
    process.kill(0, 'SIGTSTP');
    // Without a shell above that could stop us, nothing says that we go on.
    dontResume();
    dontResume = clock.after(NOT_STOPPED_MS, () => keys.set(true));
  };
  const onControl = ({ name }: Key) => {
    if (name === 'z') suspend();
    else if (name === 'd' && line.text === '') giveUp();
    else if (name === 'c' || name === '\\') {
      keys.set(false);
      process.kill(process.pid, name === 'c' ? 'SIGINT' : 'SIGQUIT');
      giveUp();
    }
  };

  const keys = takeRawKeys(stdin, () => {
    stderr.write('\r');
    show();
  });
  const input = createInput(stdin, { onGone: giveUp, clock, marksPastes: true });
  input.listen(() => {});
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await whatWasTyped();
    input.listen((event) => {
      if (event.kind === 'key' && event.name === 'enter') answer(line.text);
      else if (event.kind === 'key' && event.ctrl && 'zdc\\'.includes(event.name)) onControl(event);
      else if (line.take(event) === 'full') {
        stderr.write(`\nat most ${LONGEST_LINE} characters have room; nothing was added\n`);
        show();
      }
    });
    show();
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    dontResume();
    input.close();
    keys.release();
    stderr.write('\n');
  }
}

/** Resolves when all that the terminal had for us has been read: a read of the event loop lies between two of these. */
async function whatWasTyped(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** One read takes up to 64 kB; a terminal keeps 4 kB. */
const TURNS = 3;
