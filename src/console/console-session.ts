/** One console that is kept open, seen or not: its link, its screen, and the files that get what it writes. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { FleetError, sentence } from '../errors.ts';
import { createRetries } from '../link/retries.ts';
import type { Attachment, ConsoleSize } from '../platforms/contract.ts';
import type { GuestPower } from '../terminal/guest-filter.ts';
import { createAudience } from './audience.ts';
import type { OutputFile } from './output-file.ts';
import { createScreenModel, type ScreenModel } from './screen-model.ts';
import { createSessionFiles, type FileKind, type SessionFiles } from './session-files.ts';
import { createSizing, usualOrMore } from './sizing.ts';
import { createTypedEarly, type TypedEarly } from './typed-early.ts';

/**
 * How the way to the guest is. `waiting`: the link dropped, and is tried again by itself; `closed`: it is not. `keepsTyped`: a
 * user has asked for it. Behind a dropped link nothing is kept, since the guest may be in the middle of anything.
 */
export type Link =
  | { readonly kind: 'opening'; readonly keepsTyped: boolean }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly why: string; readonly until: number }
  | { readonly kind: 'closed'; readonly why: string };

export interface ConsoleSessionOptions {
  /** Cleaned: `web1 on host3`. */
  readonly name: string;
  /** The same where there is little room: `web1`. */
  readonly label: string;
  readonly size: ConsoleSize;
  /** Opens the way to the guest, each time to the very machine that was chosen. */
  readonly open: (options: { readonly force: boolean; readonly signal: AbortSignal }) => Promise<Attachment>;
  /** A link that dropped is tried again: for guests; a shell that is gone is gone. */
  readonly reconnects: boolean;
  readonly scrollback: number;
  readonly powers: ReadonlySet<GuestPower>;
  readonly clock: Clock;
  /** Something of it looks different now. */
  readonly changed: () => void;
  /** It was closed from the other side, or its link is not tried again. */
  readonly closed: () => void;
  readonly copy: (text: string) => void;
  /** What was typed for it before it was there at all. */
  readonly early?: TypedEarly;
  /** A log or a recording that could not be written any more, and the like. */
  readonly tell: (error: FleetError) => void;
}

export interface ConsoleSession {
  /** Cleaned: `web1 on host3`. */
  readonly name: string;
  readonly label: string;
  readonly model: ScreenModel;
  link(): Link;
  /** False when nothing was sent, since there is no link, or the guest takes nothing. */
  send(bytes: Uint8Array | string): boolean;
  /** The same, but it is kept while a user waits for the link; false when it is neither sent nor kept. */
  type(text: string): boolean;
  /** Of the room that it has; the guest gets its size where that is possible. */
  resize(size: ConsoleSize): void;
  /** Opens it, at first or again. Rejects when that fails; then it is closed, and what was typed early is dropped. */
  open(force?: boolean): Promise<void>;
  /** Its guest is elsewhere, and it is called so from now on: the way there is opened, and tried again where that fails. */
  follow(name: string): void;
  /** It is in front of the user from now on, until the function that this answers is called. */
  attach(): () => void;
  isAttached(): boolean;
  /** The guest has written something while it was not shown. */
  hasNews(): boolean;
  file(kind: FileKind): OutputFile | undefined;
  /** What is written from now on goes to this file too. */
  writeTo(kind: FileKind, file: OutputFile): void;
  /** Resolves with its path when all of it is written; undefined when there was none. */
  stopWriting(kind: FileKind): Promise<string | undefined>;
  close(): Promise<void>;
}

const FIRST_BYTES_MS = 15;
/** More than this is not kept for a guest that takes nothing. */
const MOST_UNSENT = 1 << 20;

export async function createConsoleSession(options: ConsoleSessionOptions): Promise<ConsoleSession> {
  const { clock, changed, early = createTypedEarly() } = options;
  let { name } = options;
  let link: Link = { kind: 'opening', keepsTyped: true };
  let stream: Duplex | undefined;
  const audience = createAudience();
  let ended = false;
  /** Ends what is under way to open it; the next try that waits. */
  let attempt = new AbortController();
  let cancelWait = () => {};
  const retries = createRetries(clock);
  const files = createSessionFiles();

  const model = await createScreenModel({
    size: usualOrMore(options.size),
    scrollback: options.scrollback,
    powers: options.powers,
    // While it is not shown nothing is typed, not even an answer.
    answer: (text) => void (audience.isThere() && send(text)),
    bell: () => {},
    clipboard: (text) => void (audience.isThere() && options.copy(text)),
  });

  const sizing = createSizing(model, files, options.size);

  function setLink(next: Link): void {
    link = next;
    changed();
  }

  function send(bytes: Uint8Array | string): boolean {
    if (link.kind !== 'open' || !stream?.writable || stream.writableLength > MOST_UNSENT) return false;
    stream.write(bytes);
    return true;
  }

  /** What was under way before is given up. */
  function begin(keepsTyped: boolean): AbortController {
    cancelWait();
    attempt.abort();
    attempt = new AbortController();
    setLink({ kind: 'opening', keepsTyped });
    return attempt;
  }

  async function connect(force: boolean, { signal }: AbortController): Promise<void> {
    const { stream: own, resize } = stillWanted(await options.open({ force, signal }), name, signal);
    stream?.destroy();
    stream = own;
    retries.opened();
    sizing.setTeller(resize);
    link = { kind: 'open' };
    const typed = early.take();
    if (typed !== '') own.write(typed);
    // Most guests write at once, and that is drawn then: a frame before it would hold it up.
    clock.after(FIRST_BYTES_MS, changed);
    readAll(own, [model, files], () => void (audience.heard() && changed())).then(
      () => leftBy(own, undefined),
      (error: unknown) => leftBy(own, error),
    );
  }

  function end(why: string): void {
    setLink({ kind: 'closed', why });
    options.closed();
  }

  function leftBy(own: Duplex, error: unknown): void {
    own.destroy();
    if (stream !== own) return;
    stream = undefined;
    if (ended) return;
    if (error === undefined || isEarlyEnd(error)) end('closed from the other side');
    else dropped(error);
  }

  /** Tries again after a while what can be tried again. */
  function dropped(error: unknown): void {
    const why = sentence(error);
    const ms = options.reconnects ? retries.after(error) : undefined;
    if (ms === undefined) {
      end(why);
      return;
    }
    setLink({ kind: 'waiting', why, until: clock.ticks() + ms });
    cancelWait = clock.after(ms, connectAgain);
  }

  function connectAgain(): void {
    const mine = begin(false);
    connect(false, mine).catch((error: unknown) => {
      if (!mine.signal.aborted) dropped(error);
    });
  }

  return {
    get name() {
      return name;
    },
    label: options.label,
    model,
    link: () => link,
    send,
    type: (text) => (link.kind === 'opening' && link.keepsTyped ? early.keep(text) : send(text)),
    resize: sizing.resize,
    async open(force = false) {
      const mine = begin(true);
      retries.reset();
      try {
        await connect(force, mine);
      } catch (error) {
        if (mine.signal.aborted) throw error;
        setLink({ kind: 'closed', why: sentence(error) });
        throw early.take() === '' ? error : withoutTyped(error);
      }
    },
    follow(called) {
      name = called;
      // What the old way ends with is not reported any more.
      const old = stream;
      stream = undefined;
      old?.destroy();
      retries.reset();
      connectAgain();
    },
    attach: audience.attach,
    isAttached: audience.isThere,
    hasNews: audience.hasNews,
    file: files.get,
    writeTo(kind, file) {
      files.set(kind, file);
      changed();
    },
    async stopWriting(kind) {
      const stopped = files.stop(kind);
      changed();
      return stopped;
    },
    async close() {
      ended = true;
      cancelWait();
      attempt.abort();
      stream?.destroy();
      stream = undefined;
      link = { kind: 'closed', why: 'closed' };
      await files.close(options.tell);
      model.close();
    },
  };
}

/** What was opened, if it is a console; it is closed again when it is not wanted any more. */
function stillWanted(attachment: Attachment, name: string, signal: AbortSignal) {
  if (attachment.kind !== 'stream') throw new FleetError('op.unsupported', `${name} is no console of bytes`);
  if (!signal.aborted) return attachment;
  attachment.stream.destroy();
  throw new FleetError('op.cancelled', `${name} was closed`);
}

/** The same, for a user who has typed in the meantime. */
function withoutTyped(error: unknown): unknown {
  if (!(error instanceof FleetError)) return error;
  const { code, fix, retry, message } = error;
  return new FleetError(code, `${message}; what was typed is dropped`, { ...(fix && { fix }), retry, cause: error });
}

/** Until it ends: what comes goes to the model and to the files, and no more is read than they take. */
async function readAll(
  from: Duplex,
  [model, files]: readonly [ScreenModel, SessionFiles],
  heard: () => void,
): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    files.write(chunk);
    await Promise.all([model.write(chunk), files.taken()]);
    heard();
  }
}

/** A stream that was closed without its end is closed all the same. */
const isEarlyEnd = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
