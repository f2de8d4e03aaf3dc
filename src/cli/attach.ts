import { spawn } from 'node:child_process';
import type { Duplex, Writable } from 'node:stream';
import { DETACH_BYTE, DETACH_KEY } from '../actions/keymap.ts';
import type { Clock } from '../clock.ts';
import { FleetError, sentence } from '../errors.ts';
import type { Attachment, ConsoleSize } from '../platforms/contract.ts';
import { watchesAlternateScreen } from '../terminal/alternate-screen.ts';
import { askSize } from '../terminal/facts.ts';
import { recoverInPlace } from '../terminal/modes.ts';
import { takeRawKeys } from '../terminal/raw-keys.ts';
import { clean } from '../terminal/width.ts';
import { type CommandContext, EXIT } from './command.ts';

/** Of the terminal that stdout is. */
export const sizeOf = ({ stdout }: CommandContext): ConsoleSize => {
  const { columns, rows } = stdout as { columns?: number; rows?: number };
  // A serial line says that it has no columns at all.
  return { columns: columns || 80, rows: rows || 24 };
};

/**
 * Connects the terminal, or the pipes that stand in its place, with an attachment until one side ends; answers the exit code.
 * `isShell`: on a terminal of its own it knows the end of input only as a key.
 */
export async function attach(
  attachment: Attachment,
  name: string,
  context: CommandContext,
  isShell = false,
): Promise<number> {
  if (attachment.kind === 'command') return runCommand(attachment.argv);
  if (context.interactive) context.say(`attached to ${clean(name)}; ${DETACH_KEY} detaches`);
  const output = watchesAlternateScreen(context.stdout);
  await pipe(attachment, output, context, isShell);
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
  isShell: boolean,
): Promise<void> {
  const { stream, resize } = attachment;
  const { stdin, stdout, signal } = context;
  let stopGoodbye = () => {};
  return new Promise((resolve, reject) => {
    const onResize = () => resize?.(sizeOf(context));
    const onInput = (chunk: Buffer) => {
      const detach = context.interactive ? chunk.indexOf(DETACH_BYTE) : -1;
      const typed = detach < 0 ? chunk : chunk.subarray(0, detach);
      if (typed.length > 0 && stream.writable) stream.write(typed);
      if (detach >= 0) end();
    };
    const end = (error?: Error | null) => {
      stopGoodbye();
      stdin.off('data', onInput).off('end', onEndOfInput);
      stdout.off('resize', onResize);
      signal.removeEventListener('abort', onAbort);
      keys?.release();
      stdin.pause();
      stream.destroy();
      if (error) reject(error);
      else resolve();
    };
    const onEndOfInput = () => {
      if (isShell) stopGoodbye = sayGoodbye(stream, context.app.clock);
      else stream.end();
    };
    const onAbort = () => end();
    const keys = context.interactive
      ? takeRawKeys(stdin as typeof stdin & { setRawMode?(raw: boolean): unknown }, askSize)
      : undefined;
    stdin.on('data', onInput).once('end', onEndOfInput);
    stdout.on('resize', onResize);
    signal.addEventListener('abort', onAbort, { once: true });
    forward(stream, output);
    stream.once('close', () => end()).once('error', end);
    stdin.resume();
  });
}

const CTRL_D = '\x04';
const GOODBYE_AGAIN_MS = 500;
const GOODBYE_AT_LAST_MS = 30_000;

/**
 * Types ctrl-D until the shell has ended, which it may have done by itself: one that is still starting, or whose command takes
 * the terminal over, loses what was typed before. Less and less often, since a command may run for hours. Answers how to stop.
 */
function sayGoodbye(stream: Duplex, clock: Clock, nextMs = GOODBYE_AGAIN_MS): () => void {
  // One that has ended takes nothing more, and is closed soon.
  if (stream.writable) stream.write(CTRL_D);
  let stop = clock.after(nextMs, () => {
    stop = sayGoodbye(stream, clock, Math.min(nextMs * 2, GOODBYE_AT_LAST_MS));
  });
  return () => stop();
}

/** The host is held back while the terminal is slow. */
function forward(stream: Duplex, output: Writable): void {
  stream.on('data', (chunk: Buffer) => {
    if (output.write(chunk)) return;
    stream.pause();
    output.once('drain', () => stream.resume());
  });
}
