import { setTimeout as pause } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** Bytes that came in one read, and when, on performance.now()'s clock. */
export interface Chunk {
  readonly at: number;
  readonly bytes: number;
}

/** A program in a pty, and when it painted what. */
export interface TimedTerminal {
  readonly pid: number;
  readonly startedAt: number;
  readonly chunks: readonly Chunk[];
  type(text: string): void;
  /** Stops reading from the terminal, as a stalled link does. */
  stall(): void;
  unstall(): void;
  screen(): string;
  /** When the bytes came with which the screen fitted first. Rejects after the deadline. */
  when(fits: (screen: string) => boolean, deadlineMs?: number): Promise<number>;
  /** Resolves when nothing has come for so long; at once, when that is so already. Rejects after 20 s. */
  quiet(forMs: number): Promise<void>;
  /** Resolves with the next chunk that comes; rejects after the deadline. */
  next(deadlineMs?: number): Promise<Chunk>;
  readonly exit: Promise<void>;
  close(): void;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

const LONGEST_MS = 20_000;

export function openTimed(
  argv: readonly [string, ...string[]],
  { columns, rows, env }: TerminalOptions,
): TimedTerminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const chunks: Chunk[] = [];
  const listeners = new Set<(chunk: Chunk) => void>();
  const painted = new Set<(at: number) => void>();
  const [file, ...args] = argv;
  const startedAt = performance.now();
  const pty = spawn(file, args, {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    encoding: null,
  });
  pty.onData((data) => {
    const at = performance.now();
    const bytes = data as unknown as Buffer; // with no encoding these are bytes, whatever the type says
    const chunk = { at, bytes: bytes.length };
    chunks.push(chunk);
    for (const listener of [...listeners]) listener(chunk);
    terminal.write(bytes, () => {
      for (const look of [...painted]) look(at);
    });
  });
  terminal.onData((answer) => pty.write(answer));

  const screen = (): string => {
    const { active } = terminal.buffer;
    const line = (row: number) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '';
    return Array.from({ length: rows }, (_, row) => line(row)).join('\n');
  };

  const before = <T>(
    deadlineMs: number,
    what: string,
    settle: (resolve: (value: T) => void) => () => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        stop();
        reject(new Error(`${argv.join(' ')}: no ${what} within ${deadlineMs} ms\n${screen()}`));
      }, deadlineMs);
      const stop = settle((value) => {
        clearTimeout(late);
        stop();
        resolve(value);
      });
    });

  return {
    pid: pty.pid,
    startedAt,
    chunks,
    type: (text) => pty.write(text),
    stall: () => pty.pause(),
    unstall: () => pty.resume(),
    screen,
    when: (fits, deadlineMs = LONGEST_MS) =>
      before(deadlineMs, 'such screen', (resolve) => {
        const look = (at: number) => fits(screen()) && resolve(at);
        painted.add(look);
        return () => painted.delete(look);
      }),
    async quiet(forMs) {
      const end = performance.now() + LONGEST_MS;
      for (;;) {
        const left = (chunks.at(-1)?.at ?? startedAt) + forMs - performance.now();
        if (left <= 0) return;
        if (performance.now() > end) throw new Error(`${argv.join(' ')} never was quiet for ${forMs} ms`);
        await pause(left);
      }
    },
    next: (deadlineMs = LONGEST_MS) =>
      before(deadlineMs, 'output', (resolve) => {
        listeners.add(resolve);
        return () => listeners.delete(resolve);
      }),
    exit: new Promise((resolve) => pty.onExit(() => resolve())),
    close() {
      try {
        pty.kill('SIGKILL');
      } catch {} // ended by itself
      terminal.dispose();
    },
  };
}
