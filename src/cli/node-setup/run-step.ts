/** One command on a host that is made ready: shown live, ended when its time is over or the user gives it up. */
import { StringDecoder } from 'node:string_decoder';
import type { PermittedSetup } from '../../actions/node/set-up-host.ts';
import { FleetError } from '../../errors.ts';
import type { CommandOutput, HostStep } from '../../platforms/contract.ts';
import { clean } from '../../terminal/width.ts';
import type { CommandContext } from '../command.ts';

/** A progress bar that never ends its line must not fill the memory. */
const LONGEST_LINE = 4_096;

/** Throws op.failed with the last line that it wrote, op.timeout, op.cancelled, outcome.unknown. */
export async function runStep(
  { command, limitMs }: HostStep,
  setup: PermittedSetup,
  { say, signal, app }: CommandContext,
): Promise<void> {
  const stopping = new AbortController();
  let ended: FleetError | undefined;
  const end = (error: FleetError) => {
    ended ??= error;
    stopping.abort(error);
  };
  const cancel = () => end(new FleetError('op.cancelled', 'cancelled, and ended on the host'));
  const stopClock = app.clock.after(limitMs, () =>
    end(new FleetError('op.timeout', `it took more than ${limitMs / 1000} s, and was ended on the host`)),
  );
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const lines = createLines((line) => say(`  ${clean(line)}`));
  try {
    const code = await setup.run(command, { tell: lines.take, stop: stopping.signal }, new AbortController().signal);
    lines.end();
    if (ended) throw ended;
    if (code !== 0)
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
