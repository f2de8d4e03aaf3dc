import { systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { ObjectAction } from '../action.ts';
import { objectAction } from '../object-action.ts';
import { textIn } from '../text-in.ts';
import { type NodeResult, runWith } from './run.ts';

const LONGEST_SAID = 300;

/** For the screen: the form, and a task with an item for each node. The command line has a command of its own for the output. */
export const nodeRunAction: ObjectAction<'node'> = objectAction({
  id: 'node.run',
  noun: 'node',
  on: 'node',
  title: 'Run command',
  phrase: 'Run a command on …',
  help: 'Run a shell command on nodes; how it ended and what it wrote last is in the tasks.',
  keys: ['$'],
  danger: 'none',
  needs: 'node.run',
  aliases: ['node.exec'],
  options: [
    { key: 'command', label: 'Command', help: 'A line for the shell of the node.', kind: 'text', required: true },
    {
      key: 'timeout',
      label: 'Time-out',
      help: 'After so many seconds it is ended on the node; empty for never.',
      kind: 'count',
      min: 1,
      max: 86_400,
    },
  ],
  fits: () => true,
  asked: () => 'has run it',
  async send(run, node, args, signal, report) {
    const seconds = args['timeout'];
    const options = {
      command: textIn(args, 'command'),
      timeoutMs: typeof seconds === 'number' ? seconds * 1000 : undefined,
      tell: (_node: unknown, _from: unknown, line: string) => report(line.slice(0, LONGEST_SAID)),
    };
    const result = await runWith(run, node, options, systemClock, signal);
    if (result.error) throw result.error;
    if (result.code === undefined) return { dryRun: true, warnings: [] };
    const last = lastLineOf(result);
    if (result.code !== 0)
      throw new FleetError('op.failed', `exit code ${result.code}${last === '' ? '' : `: ${last}`}`, {
        fix: `the whole output: drover node run ${node.name} -- COMMAND`,
      });
    return { warnings: last === '' ? [] : [{ feature: 'output', detail: last }] };
  },
});

function lastLineOf({ stdout, stderr, code }: NodeResult): string {
  const lines = (code === 0 ? stdout : stderr || stdout).trimEnd().split('\n');
  return (lines.at(-1) ?? '').slice(0, LONGEST_SAID);
}
