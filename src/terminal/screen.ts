import { EventEmitter } from 'node:events';
import { type Clock, systemClock } from '../clock.ts';
import { clipboardDoubt, clipboardSequence, giveToTmux } from './clipboard.ts';
import type { ScreenSize } from './compositor.ts';
import { askSize } from './facts.ts';
import { createFramePainter } from './frame-painter.ts';
import { controlJob } from './job-control.ts';
import { type Loan, type LoanMode, lendTerminal } from './loan.ts';
import { MOUSE_OFF, MOUSE_ON } from './modes.ts';
import type { Terminal } from './terminal.ts';

/** What a console needs of the terminal. */
export interface ConsoleTerminal {
  size(): ScreenSize;
  /** Gives the normal screen to a console or another program until `use` is done, and takes it back then. */
  lend<T>(mode: LoanMode, use: (loan: Loan) => Promise<T>): Promise<T>;
}

/** The one way to the terminal while the screen is up. */
export interface Screen extends ConsoleTerminal {
  /** Stands in for process.stdout: takes whole frames, paints what changed. Emits `resize`. */
  readonly stdout: NodeJS.WriteStream;
  /** The terminal has not taken the last frame yet: what is drawn by the clock should skip a turn. */
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
   * Puts text on the user's clipboard (OSC 52); some terminals refuse it and don't say so. Answers what is known to be in its
   * way, a sentence.
   */
  copy(text: string): string | undefined;
  /** A sequence that shows nothing on the screen: a bell, a notification of the desktop. It waits while a console has the terminal. */
  signal(sequence: string): void;
  /** Shows the last frame, as far as the terminal takes it, and restores the terminal. */
  close(): Promise<void>;
}

/** Modes that a renderer switches by itself, cursor and paste: ours to decide. */
const ONLY_CONTROLS = /^(?:\x1b\[[?\d;]*[A-Za-z])+$/;

/** The terminal must have been entered; its content is taken as unknown. */
export function createScreen(terminal: Terminal, clock: Clock = systemClock): Screen {
  const painter = createFramePainter(terminal, clock);
  let mouse = false;

  const repaint = () => painter.repaint(mouse ? MOUSE_ON : '');

  /** The system reports another size only to the process in front, which a stopped program is not. */
  function repaintAll(): void {
    askSize();
    repaint();
  }

  const job = controlJob(terminal, clock, repaintAll);

  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    writable: true,
    columns: terminal.size().columns,
    rows: terminal.size().rows,
    /** As a stream's write: with an encoding, a callback, both or none. */
    write(text: string, ...rest: unknown[]): boolean {
      if (text !== '' && !ONLY_CONTROLS.test(text)) painter.show(text);
      const done = rest.at(-1);
      if (typeof done === 'function') painter.whenIdle(() => done());
      return true;
    },
  });
  stdout.setMaxListeners(0);

  terminal.onResize(() => {
    Object.assign(stdout, terminal.size());
    painter.resize(() => stdout.emit('resize'));
  });

  return {
    stdout: stdout as unknown as NodeJS.WriteStream,
    size: terminal.size,
    isBusy: painter.isBusy,
    repaint: repaintAll,
    suspend: job.suspend,
    setSpelling: painter.setSpelling,
    setMouse(on) {
      mouse = on;
      painter.send(on ? MOUSE_ON : MOUSE_OFF);
    },
    copy(text) {
      painter.send(clipboardSequence(text));
      giveToTmux(text);
      return clipboardDoubt();
    },
    whenShown: painter.whenShown,
    signal: painter.send,
    async lend(mode, use) {
      await painter.idle();
      return lendTerminal(terminal, clock, mode, use, repaint);
    },
    async close() {
      await painter.idle();
      painter.stop();
      terminal.leave();
    },
  };
}
