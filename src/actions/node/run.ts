/** A command on nodes: what each has written, and how it ended. */
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { CommandOutput, Method, Node } from '../../platforms/contract.ts';
import type { Asked } from '../action.ts';
import { needed } from '../object-action.ts';
import { permitted } from '../permitted.ts';
import type { Services } from '../services.ts';

/** What the policy and the rights are asked about. */
const runAsked: Asked = { needs: 'node.run', title: 'Run command' };

/** Of what one node writes so much is kept for programs and for the screen. */
const MOST_KEPT = 1024 ** 2;

export interface NodeOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** More was written than is kept. */
  readonly isCut: boolean;
}

export interface NodeResult extends NodeOutput {
  readonly node: Node;
  /** Undefined where it did not end by itself. */
  readonly code: number | undefined;
  readonly error?: FleetError;
}

/** Called with whole lines as they come, without their line breaks. */
export type TellLine = (node: Node, from: 'stdout' | 'stderr', line: string) => void;

export interface RunOptions {
  readonly command: string;
  readonly timeoutMs: number | undefined;
  readonly tell?: TellLine;
}

/** Rejects for nothing that a host does: what went wrong is in the result. */
async function runOn(node: Node, options: RunOptions, services: Services, signal: AbortSignal): Promise<NodeResult> {
  try {
    const { connection } = permitted(runAsked, 'node', node.id, services);
    return await runWith(needed(connection, 'node.run'), node, options, services.clock, signal);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { node, code: undefined, stdout: '', stderr: '', isCut: false, error };
  }
}

/** The same with the operation itself. */
export async function runWith(
  run: Method<'node.run'>,
  node: Node,
  { command, timeoutMs, tell }: RunOptions,
  clock: Clock,
  outer: AbortSignal,
): Promise<NodeResult> {
  const kept = { stdout: createText(), stderr: createText() };
  const lines = {
    stdout: createLines((line) => tell?.(node, 'stdout', line)),
    stderr: createLines((line) => tell?.(node, 'stderr', line)),
  };
  const result = (): NodeOutput => ({
    stdout: kept.stdout.text(),
    stderr: kept.stderr.text(),
    isCut: kept.stdout.isCut() || kept.stderr.isCut(),
  });
  const take = ({ from, data }: CommandOutput) => {
    kept[from].take(data);
    lines[from].take(data);
  };
  const limit = limitOf(timeoutMs, clock, outer);
  try {
    const how = { tell: take, stop: limit.stop };
    const { code } = await run(node.id, command, how, new AbortController().signal);
    for (const one of [lines.stdout, lines.stderr]) one.end();
    const ended = limit.why();
    return { node, code, ...result(), ...(ended && { error: ended }) };
  } catch (error) {
    const why = limit.why() ?? error;
    if (error instanceof FleetError) return { node, code: undefined, error, ...result() };
    if (why instanceof FleetError) return { node, code: undefined, error: why, ...result() };
    throw error;
  } finally {
    limit.close();
  }
}

interface Limit {
  readonly stop: AbortSignal;
  /** Why the command was ended, as what has become true; undefined where it was not. */
  why(): FleetError | undefined;
  close(): void;
}

/** Ends the command when its time is over, or the user gives it up. */
function limitOf(ms: number | undefined, clock: Clock, outer: AbortSignal): Limit {
  const stopping = new AbortController();
  let ended: FleetError | undefined;
  const end = (error: FleetError) => {
    ended ??= error;
    stopping.abort(error);
  };
  const cancel = () => end(new FleetError('op.cancelled', 'cancelled, and ended on the node'));
  const late = () =>
    end(new FleetError('op.timeout', `it took more than ${(ms ?? 0) / 1000} s, and was ended on the node`));
  const stopClock = ms === undefined ? () => {} : clock.after(ms, late);
  outer.addEventListener('abort', cancel, { once: true });
  if (outer.aborted) cancel();
  return {
    stop: stopping.signal,
    why: () => ended,
    close() {
      stopClock();
      outer.removeEventListener('abort', cancel);
    },
  };
}

function createText() {
  const pieces: Uint8Array[] = [];
  let had = 0;
  let isCut = false;
  return {
    take(data: Uint8Array) {
      const room = MOST_KEPT - had;
      if (data.length > room) isCut = true;
      if (room <= 0) return;
      pieces.push(data.subarray(0, room));
      had += Math.min(room, data.length);
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
    isCut: () => isCut,
  };
}

/** A line without an end must not fill the memory. */
const LONGEST_LINE = 64 * 1024;

function createLines(say: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let left = '';
  return {
    take(data: Uint8Array) {
      const lines = (left + decoder.write(Buffer.from(data))).split('\n');
      left = lines.pop() ?? '';
      for (const line of lines) say(line.replace(/\r$/, ''));
      if (left.length <= LONGEST_LINE) return;
      say(left);
      left = '';
    },
    end() {
      if (left !== '') say(left);
      left = '';
    },
  };
}

/** So many at a time. */
export async function runOnAll(
  nodes: readonly Node[],
  options: RunOptions & { readonly atOnce: number; readonly done?: (result: NodeResult) => void },
  services: Services,
  signal: AbortSignal,
): Promise<readonly NodeResult[]> {
  const results = new Map<Node, NodeResult>();
  const queue = [...nodes];
  const work = async () => {
    for (let node = queue.shift(); node; node = queue.shift()) {
      const result = signal.aborted
        ? { node, code: undefined, stdout: '', stderr: '', isCut: false, error: notSent() }
        : await runOn(node, options, services, signal);
      results.set(node, result);
      options.done?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.atOnce, nodes.length) }, work));
  return nodes.flatMap((node) => results.get(node) ?? []);
}

const notSent = () => new FleetError('op.cancelled', 'cancelled before it was sent');
