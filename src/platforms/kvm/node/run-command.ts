/** A shell command on the host that does not outlive the one who asked for it. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { shellWord } from '../../../shell-word.ts';
import type { CommandEnd, CommandOutput, RunHow } from '../../contract.ts';
import type { Dialer } from '../link/dial.ts';

/** After this the node has had SIGTERM, and SIGKILL five seconds later. */
const ENDED_MS = 10_000;

/**
 * `$0` in a session of its own, so that all that it starts is ended with it. What ends it is the end of the stdin that sshd
 * passes on: it comes when drover gives up, dies, or loses the link. One line, since the login shell need not be sh.
 */
const ENDED_WITH_STDIN = [
  'exec 3<&0',
  'if command -v setsid >/dev/null 2>&1; then setsid sh -c "$0" </dev/null 3<&- & else sh -c "$0" </dev/null 3<&- & fi',
  'p=$!',
  '(while read -r x; do :; done <&3; kill -TERM -$p || kill -TERM $p; sleep 5; kill -KILL -$p || kill -KILL $p) >/dev/null 2>&1 & w=$!',
  'exec 3<&-',
  'wait $p',
  'c=$?',
  'exec 2>/dev/null',
  'kill $w',
  'exit $c',
].join('; ');

/** The line that a login shell is given. */
const endedWithStdin = (command: string): string =>
  `exec sh -c ${shellWord(ENDED_WITH_STDIN)} ${command === '' ? "''" : shellWord(command)}`;

/** Rejects with outcome.unknown where it may still run. */
export async function runCommand(
  dialer: Required<Pick<Dialer, 'command' | 'host'>>,
  command: string,
  { tell, stop }: RunHow,
  clock: Clock,
  signal: AbortSignal,
): Promise<CommandEnd> {
  if (command.includes('\0')) throw new FleetError('op.refused', 'a command can have no NUL');
  stop.throwIfAborted();
  const running = await dialer.command(endedWithStdin(command), signal);
  const unknown = (why: string, cause?: unknown) =>
    new FleetError('outcome.unknown', `the command on ${dialer.host} may still run: ${why}`, { cause });
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  let stopClock = () => {};
  const endIt = () => {
    running.stdin.end();
    stopClock = clock.after(ENDED_MS, () => over.reject(unknown(`it has not ended within ${ENDED_MS / 1000} s`)));
  };
  const giveUp = () => over.reject(signal.reason);
  stop.addEventListener('abort', endIt, { once: true });
  signal.addEventListener('abort', giveUp, { once: true });
  if (stop.aborted) endIt();
  if (signal.aborted) giveUp();
  try {
    const read = Promise.all([tellAll(running.stdout, 'stdout', tell), tellAll(running.stderr, 'stderr', tell)]);
    const ended = Promise.all([running.ended, read]);
    const [code] = await Promise.race([ended, over.promise]);
    return { warnings: [], code };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError && error.code !== 'host.unreachable') throw error;
    throw unknown('the link broke', error);
  } finally {
    stopClock();
    stop.removeEventListener('abort', endIt);
    signal.removeEventListener('abort', giveUp);
    running.destroy();
  }
}

async function tellAll(stream: Readable, from: CommandOutput['from'], tell: RunHow['tell']): Promise<void> {
  for await (const data of stream as AsyncIterable<Uint8Array>) await tell({ from, data });
}
