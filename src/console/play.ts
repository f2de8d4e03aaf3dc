/** Plays a recording on a terminal, through the model that consoles are drawn from: what is in the file can reach no more. */
import type { Clock } from '../clock.ts';
import type { Depth } from '../display/paint/colours.ts';
import type { ConsoleSize } from '../platforms/contract.ts';
import { createCompositor } from '../terminal/compositor.ts';
import { clean, fit } from '../terminal/width.ts';
import type { Cast } from './asciicast.ts';
import { rowText } from './row-text.ts';
import { createScreenModel } from './screen-model.ts';

export interface PlayOptions {
  readonly cast: Cast;
  /** Twice as fast is 2. */
  readonly speed: number;
  readonly depth: Depth;
  readonly clock: Clock;
  readonly size: () => ConsoleSize;
  readonly write: (bytes: string) => void;
  readonly signal: AbortSignal;
}

export interface Player {
  /** By its name, as a keymap has it. */
  press(key: string): void;
  /** The window has another size. */
  resized(): void;
  /** Resolves when all was shown, or it was given up. */
  readonly ended: Promise<void>;
}

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const SKIPS_S = 10;
/** A pause that is longer is cut: a guest that does nothing is not watched. */
const LONGEST_S = 5;

export async function play(options: PlayOptions): Promise<Player> {
  const { cast, clock, write, signal } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let { speed } = options;
  let at = 0;
  let isPaused = false;
  let cancel = () => {};
  let showing = Promise.resolve();
  let isOver = false;
  let window = options.size();
  const compositor = createCompositor(window);
  const nothing = () => {};
  const model = await createScreenModel({
    size: cast.size,
    scrollback: 0,
    powers: new Set(),
    answer: nothing,
    bell: nothing,
    clipboard: nothing,
  });
  const scratch = model.terminal.buffer.active.getNullCell();
  const elapsed = () => (at === 0 ? 0 : seconds(at - 1));
  const seconds = (index: number) => cast.events[index]?.at ?? cast.events.at(-1)?.at ?? 0;

  function draw(): void {
    const columns = Math.min(window.columns, model.size().columns);
    const cursor = model.cursor();
    const rows = Array.from({ length: window.rows - 1 }, (_, row) => {
      const line = model.line(model.top() + row);
      if (!line || row >= model.size().rows) return '';
      const isInverted = (column: number) => cursor?.line === model.top() + row && cursor.column === column;
      return rowText(line, scratch, { from: 0, columns, depth: options.depth, isInverted });
    });
    const state = isPaused ? 'paused' : at >= cast.events.length ? 'the end' : `${speed}x`;
    const time = `${Math.floor(elapsed())} of ${Math.ceil(seconds(cast.events.length))} s`;
    const bar = ` ${clean(cast.title)}  ${state}  ${time}  space pauses  + - speed  right skips ${SKIPS_S} s  q ends`;
    write(compositor.paint([...rows, `\x1b[7m${fit(bar, window.columns)}\x1b[m`].join('\n')));
  }

  /** Shows all up to this time without a wait. */
  async function showNow(until: number): Promise<void> {
    for (let event = cast.events[at]; event && event.at <= until; event = cast.events[++at]) {
      if (event.kind === 'output') await model.write(Buffer.from(event.text));
      else model.resize(event.size);
      if (isOver) return;
    }
    draw();
    plan();
  }

  /** One after the other: a key may come while a piece is being shown. */
  function show(until: number): void {
    cancel();
    showing = showing.then(() => showNow(until));
  }

  function plan(): void {
    cancel();
    const next = cast.events[at];
    if (isPaused || !next || isOver) return;
    const wait = Math.min(LONGEST_S, next.at - elapsed());
    cancel = clock.after((wait * 1000) / speed, () => show(next.at));
  }

  function faster(by: 1 | -1): void {
    const nearest = SPEEDS.findIndex((one) => one >= speed);
    speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, nearest + by))] ?? 1;
  }

  const stop = () => {
    isOver = true;
    cancel();
    end();
  };
  signal.addEventListener('abort', stop, { once: true });
  draw();
  plan();
  return {
    ended: ended.finally(() => {
      signal.removeEventListener('abort', stop);
      model.close();
    }),
    press(key) {
      if (key === 'q' || key === 'esc' || key === 'ctrl-c') return stop();
      if (key === 'space') isPaused = !isPaused;
      else if (key === '+' || key === '=') faster(1);
      else if (key === '-') faster(-1);
      else if (key === 'right') {
        show(elapsed() + SKIPS_S);
        return;
      } else return;
      draw();
      plan();
    },
    resized() {
      window = options.size();
      compositor.invalidate(window);
      draw();
    },
  };
}
