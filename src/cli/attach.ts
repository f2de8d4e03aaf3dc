import { spawn } from 'node:child_process';
import type { Duplex, Writable } from 'node:stream';
import { configuredKeymap } from '../actions/configured-keymap.ts';
import { DETACH_BYTE } from '../actions/keymap.ts';
import type { Clock } from '../clock.ts';
import type { OutputFile } from '../console/output-file.ts';
import { FleetError, sentence } from '../errors.ts';
import type { Attachment, ConsoleSize } from '../platforms/contract.ts';
import { consolePreferences } from '../state/config/console-preferences.ts';
import { controlByte } from '../state/keys/key-name.ts';
import { watchesAlternateScreen } from '../terminal/alternate-screen.ts';
import { askSize } from '../terminal/facts.ts';
import { createGuestFilter, type GuestFilter } from '../terminal/guest-filter.ts';
import { untilAnswered } from '../terminal/late-answers.ts';
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

/** What comes of it beside the terminal, and how it comes there. */
export interface AttachMore {
  /** drover has painted it, so that nothing of it is kept from the terminal. */
  readonly isPainted?: boolean;
  /** Get all bytes as they come. */
  readonly files?: readonly OutputFile[];
}

/** The key that leads back to the shell; what a terminal sends for it. */
function detachKeyOf({ app }: CommandContext): { readonly key: string; readonly byte: number } {
  const key = configuredKeymap([], app.configPath, app.config().file).detachKey;
  return { key, byte: controlByte(key) ?? DETACH_BYTE };
}

/**
 * Connects the terminal, or the pipes that stand in its place, with an attachment until one side ends; answers the exit code.
 * `isShell`: on a terminal of its own it knows the end of input only as a key.
 */
export async function attach(
  attachment: Attachment,
  name: string,
  context: CommandContext,
  isShell = false,
  more: AttachMore = {},
): Promise<number> {
  if (attachment.kind === 'command') return runCommand(attachment.argv);
  const detach = context.interactive ? detachKeyOf(context) : undefined;
  if (detach) context.say(`attached to ${clean(name)}; ${detach.key} detaches`);
  const output = watchesAlternateScreen(context.stdout);
  await pipe(attachment, output, context, { isShell, detachByte: detach?.byte, ...more });
  if (context.interactive) context.say(`${recoverInPlace(output.alternate())}\r\ndetached from ${clean(name)}`);
  return attachment.exitCode?.() ?? EXIT.done;
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
  {
    isShell,
    detachByte,
    isPainted,
    files = [],
  }: AttachMore & { readonly isShell: boolean; readonly detachByte: number | undefined },
): Promise<void> {
  const { stream, resize } = attachment;
  const { stdin, stdout, signal } = context;
  let stopGoodbye = () => {};
  let hasEnded = false;
  return new Promise((resolve, reject) => {
    const onResize = () => {
      resize?.(sizeOf(context));
      for (const file of files) file.resized(sizeOf(context));
    };
    const onInput = (chunk: Buffer) => {
      const detach = detachByte === undefined ? -1 : chunk.indexOf(detachByte);
      const typed = detach < 0 ? chunk : chunk.subarray(0, detach);
      if (typed.length > 0 && stream.writable) stream.write(typed);
      if (detach >= 0) end();
    };
    const end = (error?: Error | null) => {
      if (hasEnded) return;
      hasEnded = true;
      stopGoodbye();
      stdin.off('data', onInput).off('end', onEndOfInput);
      stdout.off('resize', onResize);
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      const giveBack = () => {
        keys?.release();
        stdin.pause();
        if (error) reject(error);
        else resolve();
      };
      // What paints asks the terminal all the time.
      if (keys && isPainted && !signal.aborted) void untilAnswered(stdin, stdout, context.app.clock).then(giveBack);
      else giveBack();
    };
    const onEndOfInput = () => {
      if (isShell) stopGoodbye = sayGoodbye(stream, context.app.clock);
      else stopGoodbye = endWhenQuiet(stream, context.app.clock);
    };
    const onAbort = () => end();
    const keys = context.interactive
      ? takeRawKeys(stdin as typeof stdin & { setRawMode?(raw: boolean): unknown }, askSize)
      : undefined;
    stdin.on('data', onInput).once('end', onEndOfInput);
    stdout.on('resize', onResize);
    signal.addEventListener('abort', onAbort, { once: true });
    const isTerminal = context.interactive || (stdout as { readonly isTTY?: boolean }).isTTY === true;
    const filter =
      isTerminal && isPainted !== true ? createGuestFilter(consolePreferences(context.app.config()).allow) : undefined;
    forward(stream, output, files, filter);
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

/** So long nothing comes from a guest that has answered. */
const QUIET_MS = 2_000;
/** A guest that never is quiet. */
const QUIET_AT_LAST_MS = 60_000;

/**
 * What was piped in is typed, and a console has no end: it is left when the guest has written nothing for a while, or at last.
 * Answers how to stop.
 */
function endWhenQuiet(stream: Duplex, clock: Clock): () => void {
  let cancel = () => {};
  const wait = () => {
    cancel();
    cancel = clock.after(QUIET_MS, leave);
  };
  const stop = () => {
    cancel();
    cancelLast();
    stream.off('data', wait);
  };
  const leave = () => {
    stop();
    stream.end();
  };
  const cancelLast = clock.after(QUIET_AT_LAST_MS, leave);
  stream.on('data', wait);
  wait();
  return stop;
}

/** The host is held back while the terminal or a file is slow. */
function forward(
  stream: Duplex,
  output: Writable,
  files: readonly OutputFile[],
  filter: GuestFilter | undefined,
): void {
  stream.on('data', (chunk: Buffer) => {
    for (const file of files) file.write(chunk);
    const shown = filter?.push(chunk) ?? chunk;
    const isTaken = shown.length === 0 || output.write(shown);
    const waits = files.map((file) => file.taken());
    if (isTaken && waits.length === 0) return;
    stream.pause();
    const drained = isTaken ? undefined : new Promise((resolve) => output.once('drain', resolve));
    void Promise.all([...waits, drained]).then(() => stream.resume());
  });
}
