/** A command that must not be ended in the middle, such as an install: who asked for it hears what it says, and may go away. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { commandLine } from '../../../shell-word.ts';
import type { RunHow } from '../../contract.ts';
import type { Dialer } from '../link/dial.ts';
import { runCommand } from '../node/run-command.ts';

/**
 * `$0` in a session of its own, which writes to the file `$1`; what follows that file is what is ended with the link. The file goes when
 * all of it was heard. Where tail can't wait for a process, all comes at the end.
 */
const FOLLOWED = [
  'u=$(umask)',
  'umask 077',
  'set -C',
  ': >"$1" || exit 1',
  'set +C',
  'umask "$u"',
  's=setsid',
  'command -v setsid >/dev/null 2>&1 || s=',
  '$s sh -c "$0" </dev/null >>"$1" 2>&1 & p=$!',
  'heard=',
  'tail -n +1 -s 0.1 -f --pid=$p "$1" 2>/dev/null && heard=yes',
  'wait $p',
  'c=$?',
  '[ -n "$heard" ] || cat "$1"',
  'rm -f "$1"',
  'exit $c',
].join('\n');

/** Its exit code. Rejects with outcome.unknown where it may go on: when `stop`, `signal` or the link ends the wait. */
export async function runToEnd(
  dialer: Required<Pick<Dialer, 'command' | 'host'>>,
  command: string,
  how: RunHow,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const { stop } = how;
  const log = `/var/tmp/drover-setup-${randomUUID()}`;
  const goesOn = (cause?: unknown) =>
    new FleetError('outcome.unknown', `it may go on on ${dialer.host}, and is not ended there: it writes to ${log}`, {
      fix: `look with ps on ${dialer.host} whether it runs, and with tail -f ${log} what it says`,
      cause,
    });
  stop.throwIfAborted();
  const line = commandLine(['sh', '-c', FOLLOWED, command, log]);
  const { code } = await runCommand(dialer, line, how, clock, signal).catch((error: unknown) => {
    throw signal.aborted || (error instanceof FleetError && error.code === 'outcome.unknown') ? goesOn(error) : error;
  });
  if (code === undefined || (stop.aborted && code !== 0)) throw goesOn();
  return code;
}
