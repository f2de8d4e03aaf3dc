import type { Clock } from '../clock.ts';
import { createCompositor } from './compositor.ts';
import type { Terminal } from './terminal.ts';
import { createWriter } from './writer.ts';

/**
 * The way of frames to the terminal. Only the newest one counts: what the terminal has no room for waits, and a frame that is
 * replaced meanwhile is never sent.
 */
export interface FramePainter {
  show(frame: string): void;
  /** Calls back once when the next frame that is shown is whole on the terminal, and what had been typed by then has been read. */
  whenShown(call: () => void): void;
  /** How a frame is written on this terminal, in as many columns; as it is unless this is called. */
  setSpelling(spell: (frame: string) => string): void;
  /** Sends sequences that are no part of a frame. */
  send(sequences: string): void;
  /** Paints all of the last frame over whatever is there, after sequences that set modes again. */
  repaint(modes: string): void;
  /** The terminal has another size. `draw` may show any number of frames: only the last is painted; without any, the old one. */
  resize(draw: () => void): void;
  isBusy(): boolean;
  whenIdle(call: () => void): void;
  /** When the terminal has taken all that was sent; not for long when it is slow. */
  idle(): Promise<void>;
  stop(): void;
}

/** How long a slow terminal may take to show the last frame. */
const LAST_FRAME_MS = 100;

/** What is on the terminal is taken as unknown. */
export function createFramePainter(terminal: Terminal, clock: Clock): FramePainter {
  const compositor = createCompositor(terminal.size());
  let frame = '';
  let isNew = false;
  let commands = '';
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

  function paint(): void {
    writer.wake();
    if (underWay.length > 0) writer.whenIdle(callBack);
  }

  function callBack(): void {
    // While a console has the terminal nothing is painted; the frame comes when that has ended.
    if (isNew) return;
    const calls = underWay;
    underWay = [];
    // The keyboard is read before this turn of the event loop ends.
    setImmediate(() => {
      for (const call of calls) call();
    });
  }

  function invalidate(): void {
    compositor.invalidate(terminal.size());
    isNew = true;
  }

  return {
    show(text) {
      frame = text;
      isNew = true;
      underWay.push(...awaited);
      awaited = [];
      if (!resizing) paint();
    },
    whenShown: (call) => void awaited.push(call),
    setSpelling(next) {
      spell = next;
    },
    send(sequences) {
      commands += sequences;
      writer.wake();
    },
    repaint(modes) {
      invalidate();
      commands += modes;
      paint();
    },
    resize(draw) {
      invalidate();
      // The renderer answers at once with what it has, and then with what the program makes of the new size.
      resizing = true;
      draw();
      setImmediate(() => {
        resizing = false;
        paint();
      });
    },
    isBusy: writer.isBusy,
    whenIdle: writer.whenIdle,
    idle: () =>
      new Promise((resolve) => {
        const cancel = clock.after(LAST_FRAME_MS, resolve);
        writer.whenIdle(() => {
          cancel();
          resolve();
        });
      }),
    stop: writer.stop,
  };
}
