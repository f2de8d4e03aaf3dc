/** One command on a host that is made ready: shown live, and not waited for any more when its time is over or the user gives it up. */
import { StringDecoder } from 'node:string_decoder';
import type { PermittedSetup } from '../../actions/node/set-up-host.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { CommandOutput, HostStep } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import type { CommandContext } from '../command.ts';

/** A progress bar that never ends its line must not fill the memory. */
const LONGEST_LINE = 4_096;

/** Throws op.failed with the last line that it wrote; op.timeout, op.cancelled and outcome.unknown where it may go on there. */
export async function runStep(
  { command, limitMs, alsoDone = [] }: HostStep,
  setup: PermittedSetup,
  { say, signal, app }: CommandContext,
): Promise<void> {
  const stopping = new AbortController();
  let ended: FleetError | undefined;
  const end = (error: FleetError) => {
    ended ??= error;
    stopping.abort(error);
  };
  const cancel = () => end(new FleetError('op.cancelled', 'cancelled'));
  const stopClock = app.clock.after(limitMs, () =>
    end(new FleetError('op.timeout', `it took more than ${limitMs / 1000} s`)),
  );
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const lines = createLines((line) => say(`  ${clean(line)}`));
  try {
    const how = { tell: lines.take, stop: stopping.signal };
    const code = await setup.run(command, how, new AbortController().signal).catch((error: unknown) => {
      if (!ended || error === ended) throw error;
      const fix = error instanceof FleetError ? error.fix : undefined;
      throw new FleetError(ended.code, `${ended.message}; ${sentence(error)}`, { ...(fix && { fix }), cause: error });
    });
    lines.end();
    if (alsoDone.includes(code)) say(`  exit code ${code}: done, with something to look at`);
    else if (code !== 0)
      throw new FleetError('op.failed', `exit code ${code}${lines.last() === '' ? '' : `: ${lines.last()}`}`);
  } finally {
    stopClock();
    signal.removeEventListener('abort', cancel);
  }
}

/** Whole lines of both outputs, as they come. */
function createLines(say: (line: string) => void) {
  const parts = {
    stdout: { decoder: new StringDecoder('utf8'), left: '' },
    stderr: { decoder: new StringDecoder('utf8'), left: '' },
  };
  let last = '';
  const tell = (line: string) => {
    if (line.trim() === '') return;
    last = clean(line);
    say(line);
  };
  return {
    take({ from, data }: CommandOutput) {
      const part = parts[from];
      // a progress bar goes back to the start of its line
      const lines = (part.left + part.decoder.write(Buffer.from(data))).split(/[\r\n]+/);
      part.left = lines.pop() ?? '';
      for (const line of lines) tell(line);
      if (part.left.length <= LONGEST_LINE) return;
      tell(part.left);
      part.left = '';
    },
    end() {
      for (const part of Object.values(parts)) tell(part.left);
    },
    last: () => last,
  };
}
