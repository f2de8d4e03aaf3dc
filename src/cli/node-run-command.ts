/** `drover node run host1 host2 -- uptime`: a command on nodes, its output by node. */
import { type NodeResult, runOnAll, type TellLine } from '../actions/node/run.ts';
import { FleetError } from '../errors.ts';
import type { Node, Settings } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { findNode } from './find.ts';
import type { Flag } from './flags.ts';
import { renderDetails, renderList } from './output.ts';

const AT_ONCE: Flag = {
  key: 'at-once',
  label: 'At once',
  help: 'On how many nodes at the same time.',
  kind: 'count',
  min: 1,
  max: 1_000,
  default: 8,
};
const TIMEOUT: Flag = {
  key: 'timeout',
  label: 'Time-out',
  help: 'After so many seconds it is ended on the node; without it, it may run for ever.',
  kind: 'count',
  min: 1,
  max: 86_400,
  examples: ['SECONDS'],
};

export const nodeRunCommand: Command = {
  noun: 'node',
  verb: 'run',
  help: 'Run a command on nodes, and print what it writes, and how it ended, by node.',
  takes: 'NODE… -- COMMAND…',
  flags: () => [AT_ONCE, TIMEOUT],
  async run(context, { words, behind, values }) {
    if (!behind)
      throw new FleetError('usage', 'where does the command begin? Put -- before it', {
        fix: 'drover node run host1 host2 -- uptime',
      });
    return runOnNodes(words.slice(0, words.length - behind.length), behind, values, context);
  },
};

/** Several words are one line for the shell of the node, as ssh has it. */
export async function runOnNodes(
  names: readonly string[],
  command: readonly string[],
  values: Settings,
  context: CommandContext,
): Promise<number> {
  if (names.length === 0) throw new FleetError('usage', 'which nodes? Name them before --');
  if (command.length === 0) throw new FleetError('usage', 'which command? Write it behind --');
  const nodes: Node[] = [];
  for (const name of new Set(names)) nodes.push(await findNode(name, context));
  const seconds = values[TIMEOUT.key];
  const many = nodes.length > 1;
  const options = {
    command: command.join(' '),
    timeoutMs: typeof seconds === 'number' ? seconds * 1000 : undefined,
    atOnce: typeof values[AT_ONCE.key] === 'number' ? Number(values[AT_ONCE.key]) : Number(AT_ONCE.default),
    ...(context.format === 'table' && { tell: tellerOf(many, context) }),
    ...(context.format === 'table' && { done: (result: NodeResult) => sayEnd(result, many, context) }),
  };
  const results = await runOnAll(nodes, options, context.app, context.signal);
  if (context.format !== 'table') await printAll(results, many, context);
  return exitCodeOfAll(results, context);
}

/**
 * Lines of several nodes come with the name of theirs; errors of the command go to stderr. They are hostile, and cleaned for a
 * terminal; a file or a program gets what one node has written as it is.
 */
function tellerOf(many: boolean, { stdout, say }: CommandContext): TellLine {
  const isRaw = !many && (stdout as { isTTY?: boolean }).isTTY !== true;
  return (node, from, line) => {
    const shown = isRaw ? line : clean(`${many ? `${node.name}: ` : ''}${line.replaceAll('\t', TAB)}`);
    if (from === 'stdout') stdout.write(`${shown}\n`);
    else say(isRaw ? clean(line) : shown);
  };
}

const TAB = '    ';

function sayEnd({ node, code, error, isCut }: NodeResult, many: boolean, { say }: CommandContext): void {
  const name = clean(node.name);
  if (error) {
    say(clean(`${name}: ${error.message}`));
    if (error.fix !== undefined) say(`  ${clean(error.fix)}`);
  } else if (code === undefined) say(`${name}: nothing was sent`);
  else if (many || code !== 0) say(`${name}: exit code ${code}`);
  if (isCut) say(`${name}: it wrote more than is kept`);
}

async function printAll(results: readonly NodeResult[], many: boolean, context: CommandContext): Promise<void> {
  const rows = results.map(({ node, code, stdout, stderr, isCut, error }) => ({
    id: node.id,
    name: node.name,
    code,
    stdout,
    stderr,
    cut: isCut,
    error: error && { code: error.code, message: error.message },
  }));
  const [only] = rows;
  await context.printer.print(
    !many && only
      ? await renderDetails({ value: only, name: only.id, lines: [] }, context.format)
      : await renderList({ rows, columns: [], name: ({ name }) => name }, context.format, undefined),
  );
}

/** Of one node that of its command; of several 1 where one did not end with 0. */
function exitCodeOfAll(results: readonly NodeResult[], { signal }: CommandContext): number {
  if (signal.aborted) return EXIT.interrupted;
  const [only, ...others] = results;
  if (only && others.length === 0) return only.error ? exitCodeOf(only.error) : (only.code ?? EXIT.done);
  return results.every(({ code, error }) => !error && (code ?? 0) === 0) ? EXIT.done : EXIT.failed;
}
