/** The screen of a console as the guest has painted it, with what was scrolled off. It is kept whether or not it is shown. */
import type { IBufferLine, Terminal } from '@xterm/headless';
import type { ConsoleSize } from '../platforms/contract.ts';
import { createGuestFilter, type GuestPower } from '../terminal/guest-filter.ts';
import type { MouseModes } from './mouse-bytes.ts';
import { unicodeWidths } from './unicode-widths.ts';

export interface ScreenModelOptions {
  readonly size: ConsoleSize;
  /** Lines that are kept of what was scrolled off. */
  readonly scrollback: number;
  readonly powers: ReadonlySet<GuestPower>;
  /** What the guest asked the terminal for is answered by the model, not by the terminal of the user. */
  readonly answer: (text: string) => void;
  readonly bell: () => void;
  /** Called only where the configuration lets the guest do that. */
  readonly clipboard: (text: string) => void;
}

/** What the guest has switched its terminal to, as far as it changes what keys send. */
export interface KeyModes {
  readonly cursorKeys: boolean;
  readonly marksPastes: boolean;
}

/** Lines as they were numbered when this began. */
export interface Followed {
  /** How many were dropped at the beginning since then; all of them when nothing of then is left. */
  dropped(): number;
  end(): void;
}

export interface ScreenModel {
  /** Resolves when the model has taken it: the writer waits for that, so that nothing piles up. */
  write(bytes: Uint8Array): Promise<void>;
  resize(size: ConsoleSize): void;
  size(): ConsoleSize;
  /** All lines that are kept: what was scrolled off, then the screen. In a full-screen program, the screen alone. */
  lines(): number;
  line(at: number): IBufferLine | undefined;
  /** Where the screen begins among the lines. */
  top(): number;
  /** Column, and the number of its line; undefined while it is hidden. */
  cursor(): { readonly column: number; readonly line: number } | undefined;
  follow(): Followed;
  modes(): KeyModes;
  mouse(): MouseModes;
  /** Set by the guest where the configuration lets it; not cleaned. */
  title(): string;
  readonly terminal: Terminal;
  close(): void;
}

const CURSOR_MODE = 25;
const [SGR_MOUSE, PIXEL_MOUSE] = [1006, 1016];
/** How the mouse is reported: in UTF-8, as above, urxvt's way, and in pixels. */
const MOUSE_ENCODINGS = [1005, SGR_MOUSE, 1015, PIXEL_MOUSE];

export async function createScreenModel(options: ScreenModelOptions): Promise<ScreenModel> {
  const { default: xterm } = await import('@xterm/headless');
  const terminal = new xterm.Terminal({
    cols: options.size.columns,
    rows: options.size.rows,
    scrollback: options.scrollback,
    allowProposedApi: true,
    logLevel: 'off',
  });
  terminal.unicode.register(unicodeWidths);
  terminal.unicode.activeVersion = unicodeWidths.version;
  // The terminal of the user is not asked, so all that is asked may come to the model.
  const filter = createGuestFilter(new Set([...options.powers, 'queries']));
  let isCursorShown = true;
  const mice = new Set<number>();
  let title = '';
  for (const final of ['h', 'l'])
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
      if (parameters.includes(CURSOR_MODE)) isCursorShown = final === 'h';
      for (const mode of MOUSE_ENCODINGS) if (parameters.includes(mode)) mice[final === 'h' ? 'add' : 'delete'](mode);
      return false;
    });
  terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
    isCursorShown = true;
    return false;
  });
  terminal.parser.registerOscHandler(52, (content) => {
    options.clipboard(Buffer.from(content.slice(content.indexOf(';') + 1), 'base64').toString());
    return true;
  });
  terminal.onTitleChange((text) => {
    title = text;
  });
  terminal.onData(options.answer);
  terminal.onBell(options.bell);
  const { buffer } = terminal;

  return {
    terminal,
    write(bytes) {
      const text = filter.push(bytes);
      return text === '' ? Promise.resolve() : new Promise((resolve) => terminal.write(text, resolve));
    },
    resize({ columns, rows }) {
      if (columns !== terminal.cols || rows !== terminal.rows) terminal.resize(columns, rows);
    },
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    lines: () => buffer.active.length,
    line: (at) => buffer.active.getLine(at),
    top: () => buffer.active.baseY,
    cursor: () =>
      isCursorShown
        ? {
            column: Math.min(buffer.active.cursorX, terminal.cols - 1),
            line: buffer.active.baseY + buffer.active.cursorY,
          }
        : undefined,
    follow() {
      const then = buffer.active;
      const marker = terminal.registerMarker(0);
      const first = marker?.line ?? 0;
      const all = then.length;
      return {
        dropped: () =>
          !marker || marker.isDisposed || buffer.active.type !== then.type ? all : Math.max(0, first - marker.line),
        end: () => marker?.dispose(),
      };
    },
    modes: () => ({
      cursorKeys: terminal.modes.applicationCursorKeysMode,
      marksPastes: terminal.modes.bracketedPasteMode,
    }),
    mouse() {
      const { mouseTrackingMode: mode } = terminal.modes;
      // Programs switch on all that they speak; the one in pixels wins over this one, in the terminals that know it.
      const isSgr = mice.has(SGR_MOUSE) && !mice.has(PIXEL_MOUSE);
      return {
        reports: mode === 'none' || mode === 'x10' ? 'none' : mode === 'vt200' ? 'clicks' : 'drags',
        encoding: isSgr ? 'sgr' : mice.size > 0 ? 'other' : 'bytes',
      };
    },
    title: () => title,
    close: () => terminal.dispose(),
  };
}
