import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { clipboardDoubt, clipboardSequence, giveToTmux } from './clipboard.ts';
import { createCompositor, type ScreenSize } from './compositor.ts';
import { askSize } from './facts.ts';
import { controlJob } from './job-control.ts';
import { MOUSE_OFF, MOUSE_ON, RECOVER } from './modes.ts';
import type { Terminal } from './terminal.ts';
import { createWriter } from './writer.ts';

/** What a console needs of whoever has the terminal. */
export interface ConsoleTerminal {
  size(): ScreenSize;
  /**
   * Gives the normal screen to somebody else until `use` is done, and takes it back then. `raw` for bytes of a console,
   * `cooked` for a program that finds the terminal as our own shell left it.
   */
  lend<T>(mode: 'raw' | 'cooked', use: (loan: Loan) => Promise<T>): Promise<T>;
}

/** The one way to the terminal while the screen is up. */
export interface Screen extends ConsoleTerminal {
  /** Stands in for process.stdout: takes whole frames, paints what changed. Emits `resize`. */
  readonly stdout: NodeJS.WriteStream;
  /** The terminal has not taken the last frame yet: whoever draws by the clock should skip a turn. */
  isBusy(): boolean;
  /** ctrl-L: asks for the size and paints everything again. */
  repaint(): void;
  /** ctrl-Z. */
  suspend(): void;
  setMouse(on: boolean): void;
  /**
   * Calls back once when the next frame that is handed over is whole on the terminal, and what had been typed by then has been
   * read: keys of later reads (`Input.lastRead`) can be an answer to what that frame shows.
   */
  whenShown(call: () => void): void;
  /** How a frame is written on this terminal, in as many columns; as it is unless this is called. */
  setSpelling(spell: (frame: string) => string): void;
  /**
   * Puts text on the clipboard of whoever sits at the terminal (OSC 52); some terminals refuse it and don't say so. Answers
   * what is known to be in its way, a sentence.
   */
  copy(text: string): string | undefined;
  /** Shows the last frame, as far as the terminal takes it, and restores the terminal. */
  close(): Promise<void>;
}

export interface Loan {
  /** Bytes go to the terminal as they are. Slow when the terminal is: pipe into it. */
  readonly output: Writable;
  onResize(call: (size: ScreenSize) => void): () => void;
}

/** How long a slow terminal may take to show the last frame. */
const LAST_FRAME_MS = 100;
/** Modes that a renderer switches by itself, cursor and paste: ours to decide. */
const ONLY_CONTROLS = /^(?:\x1b\[[?\d;]*[A-Za-z])+$/;

/** The terminal must have been entered; its content is taken as unknown. */
export function createScreen(terminal: Terminal, clock: Clock = systemClock): Screen {
  const compositor = createCompositor(terminal.size());
  let frame = '';
  let isNew = false;
  let commands = '';
  let mouse = false;
  let resizing = false;
  /** For the next frame; for the one that is on its way. */
  let awaited: (() => void)[] = [];
  let underWay: (() => void)[] = [];
  let spell = (frame: string): string => frame;

  const writer = createWriter({
    fd: terminal.fd,
    clock,
    produce() {
      if (!terminal.hasEntered()) return '';
      const bytes = commands + (isNew ? compositor.paint(spell(frame)) : '');
      commands = '';
      isNew = false;
      return bytes;
    },
    onGone: () => process.kill(process.pid, 'SIGHUP'),
  });

  function repaint(): void {
    compositor.invalidate(terminal.size());
    isNew = true;
    if (mouse) commands += MOUSE_ON;
    paint();
  }

  /** The system reports another size only to the process in front, which a stopped program is not. */
  function repaintAll(): void {
    askSize();
    repaint();
  }

  const job = controlJob(terminal, clock, repaintAll);

  function show(text: string): void {
    if (text === '' || ONLY_CONTROLS.test(text)) return;
    frame = text;
    isNew = true;
    underWay.push(...awaited);
    awaited = [];
    if (!resizing) paint();
  }

  function paint(): void {
    writer.wake();
    if (underWay.length > 0) writer.whenIdle(tellShown);
  }

  function tellShown(): void {
    // While a console has the terminal nothing is painted; the frame comes when that has ended.
    if (isNew) return;
    const calls = underWay;
    underWay = [];
    // The keyboard is read before this turn of the event loop ends.
    setImmediate(() => {
      for (const call of calls) call();
    });
  }

  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    writable: true,
    columns: terminal.size().columns,
    rows: terminal.size().rows,
    /** As a stream's write: with an encoding, a callback, both or none. */
    write(text: string, ...rest: unknown[]): boolean {
      show(text);
      const done = rest.at(-1);
      if (typeof done === 'function') writer.whenIdle(() => done());
      return true;
    },
  });
  stdout.setMaxListeners(0);

  terminal.onResize(() => {
    Object.assign(stdout, terminal.size());
    compositor.invalidate(terminal.size());
    isNew = true;
    // The renderer answers at once with what it has, and then with what the program makes of the new size: only the
    // last is shown; without any, the old frame.
    resizing = true;
    stdout.emit('resize');
    setImmediate(() => {
      resizing = false;
      paint();
    });
  });

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(LAST_FRAME_MS, resolve);
      writer.whenIdle(() => {
        cancel();
        resolve();
      });
    });

  async function lend<T>(mode: 'raw' | 'cooked', use: (loan: Loan) => Promise<T>): Promise<T> {
    await idle();
    terminal.leave();
    terminal.setRaw(mode === 'raw');
    terminal.setLent(mode === 'raw');
    terminal.ignoreTypedSignals(mode === 'cooked');
    const loan = createLoan(terminal, clock);
    try {
      return await use(loan);
    } finally {
      loan.end();
      terminal.setLent(false);
      terminal.writeNow(RECOVER);
      terminal.ignoreTypedSignals(false);
      terminal.setRaw(false);
      terminal.enter();
      repaint();
    }
  }

  return {
    stdout: stdout as unknown as NodeJS.WriteStream,
    size: terminal.size,
    isBusy: writer.isBusy,
    repaint: repaintAll,
    suspend: job.suspend,
    setSpelling(next) {
      spell = next;
    },
    setMouse(on) {
      mouse = on;
      commands += on ? MOUSE_ON : MOUSE_OFF;
      writer.wake();
    },
    copy(text) {
      commands += clipboardSequence(text);
      writer.wake();
      giveToTmux(text);
      return clipboardDoubt();
    },
    whenShown: (call) => void awaited.push(call),
    lend,
    async close() {
      await idle();
      writer.stop();
      terminal.leave();
    },
  };
}

/** `end`: nothing of what is still waiting comes to the terminal any more. */
function createLoan(terminal: Terminal, clock: Clock): Loan & { end(): void } {
  let chunk: Uint8Array = new Uint8Array();
  const writer = createWriter({
    fd: terminal.fd,
    clock,
    produce() {
      const bytes = chunk;
      chunk = new Uint8Array();
      return bytes;
    },
    onGone: () => process.kill(process.pid, 'SIGHUP'),
  });
  const output = new Writable({
    write(bytes: Buffer, _encoding, done) {
      chunk = bytes;
      writer.wake();
      writer.whenIdle(done);
    },
  });
  return {
    output,
    onResize: (call) => terminal.onResize(() => call(terminal.size())),
    end() {
      writer.stop();
      output.destroy();
    },
  };
}
