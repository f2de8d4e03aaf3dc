import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { within } from '../../transport/deadline.ts';
import type { Run } from '../host/host-files.ts';

export const SYSTEM_COMMAND = "sed -n 's/^PRETTY_NAME=//p' /etc/os-release";
/** A command line waits for it before it prints. */
const DEADLINE_MS = 3_000;

/** The operating system of a host, in its own words: `Debian GNU/Linux 12 (bookworm)`. Undefined where a shell there does not tell. */
export async function readHostSystem(run: Run, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  const late = () => new FleetError('op.timeout', 'the shell of the host does not answer');
  const read = within(DEADLINE_MS, { clock, signal }, late, (deadline) => run(SYSTEM_COMMAND, deadline.signal));
  // The host is shown without it as well.
  const answer = await read.catch(() => '');
  return systemIn(answer.split('\n', 1)[0]);
}

/** Of a line that the command printed: os-release(5) puts what has blanks in quotes, double ones or single ones. */
export const systemIn = (line = ''): string | undefined => /^(["']?)(.*)\1$/.exec(line.trim())?.[2] || undefined;
