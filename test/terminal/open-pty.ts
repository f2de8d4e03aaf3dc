import { readFileSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { PATIENCE } from '../patience.ts';

export interface PtyOptions {
  readonly argv: readonly [string, ...string[]];
  readonly columns?: number;
  readonly rows?: number;
  /** Added to a small environment of its own; nothing of the test's goes in but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program in a real terminal, and what a person sees there. */
export interface Pty {
  readonly pid: number;
  /** The lines of the screen, without blanks at their ends and empty lines at the bottom. */
  screen(): string;
  /** Everything that the program wrote, as bytes. */
  bytes(): Buffer;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** Waits until the screen shows it; throws with the screen after the deadline, with patience. */
  until(wanted: string | RegExp | ((screen: string) => boolean), deadlineMs?: number): Promise<string>;
  /** How the terminal is switched now. */
  modes(): TerminalModes;
  /** Stops reading from the terminal, as a stalled link does. */
  stall(): void;
  unstall(): void;
  /** When the program has ended and all it wrote is on the screen. */
  readonly exit: Promise<{ readonly code: number; readonly signal: number }>;
  close(): void;
}

export interface TerminalModes {
  readonly alternateScreen: boolean;
  readonly cursor: boolean;
  readonly mouse: boolean;
  readonly paste: boolean;
  readonly focus: boolean;
  readonly wrap: boolean;
}

/** How a terminal is before a program comes, and must be after it. */
export const UNTOUCHED: TerminalModes = {
  alternateScreen: false,
  cursor: true,
  mouse: false,
  paste: false,
  focus: false,
  wrap: true,
};

/** Generous: a deadline is for a test that would hang, not a measurement. */
const DEADLINE_MS = 15_000;

export function openPty(options: PtyOptions): Pty {
  const { argv, columns = 80, rows = 24, cwd = process.cwd(), env } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  const [file, ...parameters] = argv;
  const pty = spawn(file, parameters, {
    // It writes TERM with this, whatever the environment says.
    name: env?.['TERM'] ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    encoding: null,
  });
  const chunks: Buffer[] = [];
  const watchers = new Set<() => void>();

  function changed(): void {
    for (const watcher of watchers) watcher();
  }

  pty.onData((data) => {
    const bytes = data as unknown as Buffer;
    chunks.push(bytes);
    terminal.write(bytes, changed);
  });
  terminal.onData((answer) => pty.write(answer));

  const exit = new Promise<{ code: number; signal: number }>((resolve) => {
    pty.onExit(({ exitCode, signal }) =>
      terminal.write('', () => {
        resolve({ code: exitCode, signal: signal ?? 0 });
        changed();
      }),
    );
  });

  function screen(): string {
    const { active } = terminal.buffer;
    const lines = Array.from(
      { length: terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true, 0, terminal.cols) ?? '',
    );
    return lines.join('\n').trimEnd();
  }

  function until(wanted: string | RegExp | ((screen: string) => boolean), deadlineMs = DEADLINE_MS): Promise<string> {
    const isThere =
      typeof wanted === 'function'
        ? wanted
        : (text: string) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`not on the screen within ${deadlineMs * PATIENCE} ms: ${String(wanted)}\n${screen()}`));
      }, deadlineMs * PATIENCE);
      function look(): void {
        const text = screen();
        if (!isThere(text)) return;
        clearTimeout(deadline);
        watchers.delete(look);
        resolve(text);
      }
      watchers.add(look);
      look();
    });
  }

  return {
    pid: pty.pid,
    screen,
    bytes: () => Buffer.concat(chunks),
    type: (text) => pty.write(text),
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    until,
    modes: () => ({
      alternateScreen: terminal.buffer.active.type === 'alternate',
      cursor: lastSwitch(chunks, 25) !== 'l',
      mouse: terminal.modes.mouseTrackingMode !== 'none',
      paste: terminal.modes.bracketedPasteMode,
      focus: terminal.modes.sendFocusMode,
      wrap: terminal.modes.wraparoundMode,
    }),
    stall: () => pty.pause(),
    unstall: () => pty.resume(),
    exit,
    close() {
      try {
        pty.kill('SIGKILL');
      } catch {}
      terminal.dispose();
    },
  };
}

/** The last `h` or `l` of a private mode; the terminal's model does not tell about its cursor. */
function lastSwitch(chunks: readonly Buffer[], mode: number): string | undefined {
  const text = Buffer.concat(chunks).toString('latin1');
  return [...text.matchAll(new RegExp(`\\x1b\\[\\?${mode}([hl])`, 'g'))].at(-1)?.[1];
}

/** Whether a process is of the group that has the terminal: pgrp and tpgid of proc(5). */
export function hasTerminal(pid: number): boolean {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields[2] === fields[5];
}
