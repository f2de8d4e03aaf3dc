/** Scripts of templates: they run on the node before the VM is made, and the VM is made only when they end with 0. */
import { FleetError } from '../../errors.ts';
import type { Node, Source } from '../../platforms/contract.ts';
import { shellWord } from '../../shell-word.ts';
import { PART_FILES } from '../../state/templates/library.ts';
import { spellTemplate } from '../../state/templates/template.ts';
import { bytes } from '../../units.ts';
import type { Asked, Report } from '../action.ts';
import { type NodeResult, runOnAll } from '../node/run.ts';
import { needed } from '../object-action.ts';
import { permitted } from '../permitted.ts';
import type { Services } from '../services.ts';
import { FILES, LOG, type ScriptInput, scriptCommand, scriptFiles } from './script-files.ts';

const writeAsked: Asked = { needs: 'node.writeFile', title: 'Run the script of a template' };

/** What a script may take where its template says nothing else, by the variable `provision_timeout` in seconds. */
const USUAL_SECONDS = 300;
const MOST_SECONDS = 86_400;
/** For the folder of the script: it is made and taken away at once. */
const STEP_MS = 30_000;
const LONGEST_SAID = 300;

/** What a script has written: its output, and what it has put into its log. Each is cut at 1 MiB. */
export interface ScriptEnd {
  readonly output: string;
  readonly log: string;
}

/** A script that did not end well. Nothing was made. */
export class ScriptError extends FleetError {
  readonly end: ScriptEnd;
  constructor(message: string, end: ScriptEnd, error: FleetError | undefined) {
    super(error?.code ?? 'op.failed', message, error ? { cause: error } : {});
    this.end = end;
  }
}

/**
 * Runs the script on this node. `report` hears each line that it writes. Rejects with ScriptError where it fails, takes too long
 * or is given up, and with a FleetError where it could not be started. Its folder on the node is taken away in each case; where
 * that fails, `left` is called with what is there, and the command that removes it. Undefined in a dry run.
 */
export async function runScript(
  node: Node,
  input: ScriptInput,
  services: Services,
  report: Report,
  left: (sentence: string) => void,
  signal: AbortSignal,
): Promise<ScriptEnd | undefined> {
  const run = (command: string, ms: number, until: AbortSignal, tell?: Report) =>
    only(
      runOnAll(
        [node],
        {
          command,
          timeoutMs: ms,
          atOnce: 1,
          ...(tell && { tell: (_node: unknown, _from: unknown, line: string) => tell(line.slice(0, LONGEST_SAID)) }),
        },
        services,
        until,
      ),
    );
  const seconds = secondsOf(input);
  const made = await run('umask 077; mktemp -d /tmp/drover-template-XXXXXXXXXX', STEP_MS, signal);
  if (!made.error && made.code === undefined) return undefined;
  const folder = made.stdout.trim();
  if (made.error || made.code !== 0 || !/^\/tmp\/drover-template-\w+$/.test(folder))
    throw (
      made.error ??
      new FleetError('op.failed', `${node.name} can't make a folder for the script: ${made.stderr.trim()}`)
    );
  try {
    await sendFiles(node, `${folder}/${FILES}.tar`, scriptFiles(input), services, signal);
    const unpack = `cd ${shellWord(folder)} && tar -xf ${FILES}.tar`;
    const ended = await run(`${unpack} && ${scriptCommand(folder, input.template)}`, seconds * 1000, signal, report);
    const log = await run(
      `head -c 1048576 ${shellWord(`${folder}/${LOG}`)} 2>/dev/null; true`,
      STEP_MS,
      AbortSignal.timeout(STEP_MS),
    );
    const end: ScriptEnd = { output: `${ended.stdout}${ended.stderr}`, log: log.stdout };
    if (ended.error || ended.code !== 0) throw failure(input, ended, end);
    return end;
  } finally {
    const removed = await run(`rm -rf ${shellWord(folder)}`, STEP_MS, AbortSignal.timeout(STEP_MS));
    if (removed.error || removed.code !== 0)
      left(`${folder} is left on ${node.name}: drover node run ${node.name} -- rm -rf ${folder} removes it`);
  }
}

async function only(results: Promise<readonly NodeResult[]>): Promise<NodeResult> {
  const [result] = await results;
  if (!result) throw new Error('a command on one node has no result');
  return result;
}

function secondsOf({ variables, template }: ScriptInput): number {
  const said = variables['provision_timeout'];
  if (said === undefined || said === '') return USUAL_SECONDS;
  const seconds = Number(said);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new FleetError(
    'usage',
    `${spellTemplate(template)}: provision_timeout must be seconds from 1 to ${MOST_SECONDS}`,
  );
}

function failure({ template }: ScriptInput, { code, error, stderr, stdout }: NodeResult, end: ScriptEnd): ScriptError {
  const script = `${PART_FILES.script} of ${spellTemplate(template)}`;
  if (error) return new ScriptError(`${script}: ${error.message}`, end, error);
  const last = (stderr || stdout).trimEnd().split('\n').at(-1) ?? '';
  const said = last === '' ? '' : `: ${last.slice(0, LONGEST_SAID)}`;
  return new ScriptError(`${script} ended with exit code ${code}${said}`, end, undefined);
}

async function sendFiles(
  node: Node,
  path: string,
  content: Buffer,
  services: Services,
  signal: AbortSignal,
): Promise<void> {
  const { connection } = permitted(writeAsked, 'node', node.id, services);
  const source: Source = {
    name: 'the files of the template',
    size: bytes(content.length),
    async *read(from, length = content.length - from) {
      yield content.subarray(from, from + length);
    },
  };
  await needed(connection, 'node.writeFile')(node.id, path, source, { overwrite: false, mode: 0o600 }, signal);
}
