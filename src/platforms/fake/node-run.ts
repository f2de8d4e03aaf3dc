/** Commands on simulated nodes: those of their shell, and some that only end, as commands of real nodes do. */
import type { Clock } from '../../clock.ts';
import type { CommandOutput, NodeOps } from '../contract.ts';
import type { Calls } from './call.ts';
import { nodeHost } from './console.ts';
import type { FakeServer } from './server.ts';
import { COMMANDS } from './shell-commands.ts';

const NOT_FOUND = 127;
const TERM = 15;

export const createNodeRun =
  (server: FakeServer, calls: Calls): NonNullable<NodeOps['run']> =>
  (id, command, { tell, stop }, signal) =>
    calls.node('node.run', id, signal, async (node) => {
      const say = (from: CommandOutput['from'], text: string) => tell({ from, data: Buffer.from(text) });
      const [name = '', ...args] = command.trim().split(/\s+/);
      const ended = (code: number) => ({ warnings: [], code });
      if (name === 'exit') return ended(Number(args[0] ?? 0));
      if (name === 'true' || name === '') return ended(0);
      if (name === 'sleep') {
        const isOver = await slept(Number(args[0]) * 1000, server.clock, stop, signal);
        return ended(isOver ? 0 : 128 + TERM);
      }
      const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
      if (!known) {
        say('stderr', `sh: ${name}: command not found\n`);
        return ended(NOT_FOUND);
      }
      const running = known.run({
        host: nodeHost(server, node),
        who: 'root',
        args,
        print: (text) => say('stdout', text),
      });
      running?.stop();
      return ended(0);
    });

/** Whether it slept to its end: `stop` ends it before. Rejects when the signal aborts. */
function slept(ms: number, clock: Clock, stop: AbortSignal, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (then: () => void) => {
      stopClock();
      stop.removeEventListener('abort', stopped);
      signal.removeEventListener('abort', aborted);
      then();
    };
    const stopped = () => end(() => resolve(false));
    const aborted = () => end(() => reject(signal.reason));
    const stopClock = clock.after(ms, () => end(() => resolve(true)));
    stop.addEventListener('abort', stopped, { once: true });
    signal.addEventListener('abort', aborted, { once: true });
    if (stop.aborted) stopped();
  });
}
