/**
 * A display as bytes of a terminal: what is read from it paints, what is written to it are keys and the mouse. So it is attached
 * like any other console.
 */
import { Duplex, PassThrough } from 'node:stream';
import type { Clock } from '../clock.ts';
import { clipboardSequence } from '../terminal/clipboard.ts';
import { createInput } from '../terminal/input.ts';
import type { InputEvent, Key } from '../terminal/keys.ts';
import { MOUSE_ON } from '../terminal/modes.ts';
import { type CanvasOptions, createCanvas } from './canvas.ts';
import { createConfirmation } from './confirmation.ts';
import { BEGIN_FIND, type Find, findAfter, findLine, NO_TEXT } from './finder.ts';
import { type Chord, chordOf } from './keys.ts';
import { MENU_KEY, MENU_LINE, menuOf } from './menu.ts';
import { createMouse } from './mouse.ts';
import type { Display } from './rfb/session.ts';
import { textOf } from './screenshot.ts';
import { createSteadyDisplay, type WayBack } from './steady-display.ts';
import { createTypist } from './typist.ts';

export interface DisplayStreamOptions extends CanvasOptions {
  readonly clock: Clock;
  /** The display is opened again when its link drops; without it that is the end. */
  readonly back?: WayBack;
}

export interface DisplayStream {
  readonly stream: Duplex;
  resize(size: { readonly columns: number; readonly rows: number }): void;
}

/** Another screen, no cursor, marked pastes, the mouse: what takes a console back takes these back too. */
const BEGIN = `\x1b[?1049h\x1b[?25l\x1b[?2004h${MOUSE_ON}\x1b[m\x1b[2J`;

/** The display is closed with the stream. What it can't go on with ends the stream with that error. */
export function createDisplayStream(first: Display, options: DisplayStreamOptions): DisplayStream {
  const { clock, back, ...terminal } = options;
  const canvas = createCanvas(terminal);
  const { viewer } = canvas;
  const typed = new PassThrough();
  const input = createInput(typed, { clock, marksPastes: true, onGone: () => {} });
  /** What stands in the last line, over the picture: the menu, or why a paste was not typed. */
  let line: string | undefined;
  /** The terminal takes more: what comes while it does not is asked for later, as one picture. */
  let wakeReader: (() => void) | undefined;
  let isWanted = false;

  /** The pointer was moved while the terminal had no room for that. */
  let hasMoved = false;

  const display = back
    ? createSteadyDisplay(first, {
        ...back,
        clock,
        dropped: () => typist.stop(),
        say: (text) => say(text),
        unsay: (text) => line === text && say(undefined),
      })
    : first;

  const onTaken = () => {
    if (hasMoved) movePointer();
    wakeReader?.();
  };
  const confirmation = createConfirmation(clock, onTaken);

  /** `confirmed`: nothing more is shown before the terminal has shown it. */
  const paint = (confirmed = false): void => {
    const bytes = canvas.question() + canvas.paint(display.frame(), line, display.pointer());
    // An empty one would be the end.
    if (bytes !== '') isWanted = stream.push(confirmed ? bytes + confirmation.question() : bytes);
  };

  /** Nothing has changed in the picture, so that the display says nothing of it. */
  function movePointer(): void {
    hasMoved = !isWanted || confirmation.isWaiting();
    if (!hasMoved && display.pointer()) paint(true);
  }

  async function untilTaken(): Promise<void> {
    while (!isWanted || confirmation.isWaiting())
      await new Promise<void>((resolve) => {
        wakeReader = resolve;
      });
  }

  async function show(): Promise<void> {
    try {
      for (;;) {
        // Asked for not before it can be shown: a picture that has waited is an old one.
        await untilTaken();
        await display.update();
        await untilTaken();
        paint(true);
      }
    } catch (error) {
      stream.destroy(error as Error);
    }
  }

  const press = (chord: Chord): void => {
    for (const keysym of chord) display.key(keysym, true);
    for (const keysym of [...chord].reverse()) display.key(keysym, false);
  };
  const typist = createTypist(press, clock);

  const point = createMouse(display, viewer);

  /** What is looked for, while a user does. */
  let find: Find | undefined;
  function look(next: Find | undefined): void {
    find = next;
    viewer.find(next);
    line = next && findLine(next, display.frame());
    paint();
  }

  function withText(how: 'copy' | 'find'): void {
    const text = textOf(display.frame());
    if (text === undefined) say(NO_TEXT);
    else if (how === 'find') look(BEGIN_FIND);
    else {
      isWanted = stream.push(clipboardSequence(text));
      say(` ${text.split('\n').length} lines are copied `);
    }
  }

  function choose(key: Key): void {
    line = undefined;
    const choice = menuOf(key);
    if (choice?.chord) press(choice.chord);
    if (choice?.view) viewer.change(choice.view);
    paint();
    if (choice?.text) withText(choice.text);
  }

  function say(text: string | undefined): void {
    if (line === text) return;
    line = text;
    paint();
  }

  input.listen((event: InputEvent) => {
    if (event.kind === 'mouse') return point(event) ? movePointer() : undefined;
    if (event.kind === 'paste') return say(typist.type(event.text));
    if (event.kind !== 'key') return;
    typist.stop();
    if (find) return look(findAfter(find, event));
    if (line === MENU_LINE) return choose(event);
    if (event.ctrl && event.name === MENU_KEY) return say(MENU_LINE);
    say(undefined);
    const chord = chordOf(event);
    if (chord) press(chord);
  });

  const stream = new Duplex({
    // One picture waits for the terminal, not as many as fit into a buffer.
    readableHighWaterMark: 1,
    read() {
      isWanted = true;
      onTaken();
    },
    write(bytes: Buffer, _encoding, done) {
      confirmation.learn(bytes);
      if (canvas.learn(bytes)) paint();
      typed.write(bytes, done);
    },
    destroy(error, done) {
      typist.stop();
      confirmation.stop();
      input.close();
      display.close();
      done(error);
    },
  });
  stream.push(canvas.question() + BEGIN);
  void show();
  return {
    stream,
    resize({ columns, rows }) {
      canvas.resize({ columns, rows });
      paint();
    },
  };
}
