import { spawn } from 'node:child_process';
import type { Duplex, Writable } from 'node:stream';
import { DETACH_BYTE, DETACH_KEY } from '../actions/keymap.ts';
import { shellAction } from '../actions/node.ts';
import { permitted } from '../actions/perform.ts';
import { consoleAction } from '../actions/vm.ts';
import { FleetError, sentence } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Attachment, ConsoleSize } from '../platforms/contract.ts';
import { watchesAlternateScreen } from '../terminal/alternate-screen.ts';
import { askSize } from '../terminal/facts.ts';
import { recoverInPlace } from '../terminal/modes.ts';
import { takeRawKeys } from '../terminal/raw-keys.ts';
import { clean } from '../terminal/width.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findNode, findVms } from './find.ts';

const CTRL_D = '\x04';

export const attachCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'console',
    help: consoleAction.help,
    takes: 'NAME',
    flags: () => consoleAction.options ?? [],
    async run(context, { words, values }) {
      const [vm] = await findVms(words.slice(0, 1), context);
      if (!vm) throw new FleetError('usage', 'which VM? Name one');
      const { connection } = permitted(consoleAction, vm.id, context.app);
      const attachment = await consoleAction
        .open(connection, vm.id, values, sizeOf(context), context.signal)
        .catch(withForce);
      return attach(attachment, vm.name, context);
    },
  },
  {
    noun: 'node',
    verb: 'shell',
    help: shellAction.help,
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      if (words.length !== 1) throw new FleetError('usage', 'which node? Name one');
      const node = await findNode(words[0] as string, context);
      const connection = context.app.sessions.connection(endpointOf(node.id));
      if (!connection) throw new FleetError('host.unreachable', `${endpointOf(node.id)} is not connected`);
      const why = connection.node.shell ? undefined : connection.whyNot['node.shell'];
      if (why !== undefined) throw new FleetError('op.unsupported', why);
      return attach(
        await shellAction.open(connection, node.id, sizeOf(context), context.signal),
        node.name,
        context,
        CTRL_D,
      );
    },
  },
];

/** A console that somebody else has: here the way to take it over is a flag. */
function withForce(error: unknown): never {
  if (!(error instanceof FleetError && error.code === 'op.conflict')) throw error;
  throw new FleetError('op.conflict', error.message, {
    fix: 'add --force to take it over; whoever has it now loses it',
    cause: error,
  });
}

const sizeOf = ({ stdout }: CommandContext): ConsoleSize => {
  const { columns, rows } = stdout as { columns?: number; rows?: number };
  // A serial line says that it has no columns at all.
  return { columns: columns || 80, rows: rows || 24 };
};

/** `goodbye`: what is typed when the input ends; a shell on a terminal of its own knows the end of input only as a key. */
async function attach(attachment: Attachment, name: string, context: CommandContext, goodbye = ''): Promise<number> {
  if (attachment.kind === 'command') return runCommand(attachment.argv);
  if (context.interactive) context.say(`attached to ${clean(name)}; ${DETACH_KEY} detaches`);
  const output = watchesAlternateScreen(context.stdout);
  await pipe(attachment, output, context, goodbye);
  if (context.interactive) context.say(`${recoverInPlace(output.alternate())}\r\ndetached from ${clean(name)}`);
  return EXIT.done;
}

/** The command has the terminal until it ends; its exit code is ours. */
function runCommand([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (cause) =>
      reject(new FleetError('op.failed', `${program} can't be started: ${sentence(cause)}`, { cause })),
    );
    child.on('close', (code) => resolve(code ?? EXIT.failed));
  });
}

/** Bytes both ways until the detach key, the end of the stream or of what is typed. Rejects when the stream breaks. */
function pipe(
  attachment: Extract<Attachment, { kind: 'stream' }>,
  output: Writable,
  context: CommandContext,
  goodbye: string,
): Promise<void> {
  const { stream, resize } = attachment;
  const { stdin, stdout, signal } = context;
  const terminal = stdin as typeof stdin & { setRawMode?: (raw: boolean) => void };
  return new Promise((resolve, reject) => {
    const onResize = () => resize?.(sizeOf(context));
    const onInput = (chunk: Buffer) => {
      const detach = context.interactive ? chunk.indexOf(DETACH_BYTE) : -1;
      const typed = detach < 0 ? chunk : chunk.subarray(0, detach);
      if (typed.length > 0) stream.write(typed);
      if (detach >= 0) end();
    };
    const end = (error?: Error | null) => {
      stdin.off('data', onInput).off('end', onEndOfInput);
      stdout.off('resize', onResize);
      signal.removeEventListener('abort', onAbort);
      keys?.release();
      stdin.pause();
      stream.destroy();
      if (error) reject(error);
      else resolve();
    };
    const onEndOfInput = () => stream.end(goodbye);
    const onAbort = () => end();
    const keys = context.interactive ? takeRawKeys(terminal, askSize) : undefined;
    stdin.on('data', onInput).once('end', onEndOfInput);
    stdout.on('resize', onResize);
    signal.addEventListener('abort', onAbort, { once: true });
    forward(stream, output);
    stream.once('close', () => end()).once('error', end);
    stdin.resume();
  });
}

/** The host is held back while the terminal is slow. */
function forward(stream: Duplex, output: Writable): void {
  stream.on('data', (chunk: Buffer) => {
    if (output.write(chunk)) return;
    stream.pause();
    output.once('drain', () => stream.resume());
  });
}
