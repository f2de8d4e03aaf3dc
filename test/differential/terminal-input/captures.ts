/** True bytes: what tmux sends for keys that it is given by name, and what xterm.js answers when it is asked. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import type { Sent } from './streams.ts';

/** tmux' names of keys (tmux(1), KEY BINDINGS), and ours. */
const NAMES: Readonly<Record<string, string>> = {
  Up: 'up',
  Down: 'down',
  Left: 'left',
  Right: 'right',
  Home: 'home',
  End: 'end',
  PPage: 'pageup',
  NPage: 'pagedown',
  IC: 'insert',
  DC: 'delete',
  ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`F${at + 1}`, `f${at + 1}`])),
};
const PREFIXES = [
  ['', ''],
  ['S-', 'shift-'],
  ['C-', 'ctrl-'],
  ['M-', 'alt-'],
  ['C-S-', 'ctrl-shift-'],
] as const;
const OTHERS: Readonly<Record<string, string>> = {
  j: 'j',
  D: 'D',
  Enter: 'enter',
  Tab: 'tab',
  BTab: 'shift-tab',
  BSpace: 'backspace',
  Space: 'space',
  'C-a': 'ctrl-a',
  'M-x': 'alt-x',
  ä: 'ä',
};

/** f3 with modifiers has the form of a report of the cursor's place, and is given up for that. */
const isGivenUp = (name: string): boolean => /-F3$/.test(name);

/** Ends each key in the capture; nothing that a key sends. */
const MARK = '|';
const READY = 'ready';
const PATIENCE_MS = 30_000;

/** Throws where tmux is missing, with how to get it. */
export function tmuxKeys(): readonly Sent[] {
  const folder = mkdtempSync(join(tmpdir(), 'drover-tmux-'));
  const file = join(folder, 'bytes');
  const tmux = (...args: readonly string[]) => {
    const { status, stderr, error } = spawnSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '', LANG: 'C.UTF-8' },
    });
    if (error) throw new Error(`tmux is needed for this test: apt-get install tmux (${error.message})`);
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
  };
  const until = (isThere: (bytes: Buffer) => boolean): Buffer => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const bytes = spawnSync('cat', [file]).stdout;
      if (isThere(bytes)) return bytes;
      if (performance.now() > end) throw new Error(`tmux sent only ${JSON.stringify(bytes.toString('latin1'))}`);
    }
  };
  try {
    const keys = Object.entries(NAMES).flatMap(([name, ours]) =>
      PREFIXES.map(([prefix, word]) => [prefix + name, isGivenUp(prefix + name) ? [] : [word + ours]] as const),
    );
    const all = [...keys, ...Object.entries(OTHERS).map(([name, ours]) => [name, [ours]] as const)];
    // `cat` writes as it reads; the first word says that it reads by now.
    tmux('new-session', '-d', '-x', '80', '-y', '24', `stty raw -echo; printf ${READY} >${file}; exec cat >>${file}`);
    until((bytes) => bytes.toString() === READY);
    tmux(...all.flatMap(([name]) => ['send-keys', name, ';', 'send-keys', '-l', MARK, ';']).slice(0, -1));
    const captured = until((bytes) => bytes.toString().split(MARK).length === all.length + 1).toString();
    const pieces = captured.slice(READY.length).split(MARK);
    return all.map(([, meant], at) => ({ bytes: Buffer.from(pieces[at] ?? ''), meant }));
  } finally {
    spawnSync('tmux', ['-S', join(folder, 'socket'), 'kill-server']);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Questions of xterm's control sequences; each is answered, and no answer is a key. */
const QUESTIONS: readonly string[] = [
  '\x1b[c',
  '\x1b[>c',
  '\x1b[5n',
  '\x1b[6n',
  '\x1b[?6n',
  '\x1b[?2026$p',
  '\x1b[?1000$p',
  '\x1b[4$p',
  '\x1b[18t',
  '\x1bP$qm\x1b\\',
  '\x1bP$q"p\x1b\\',
];

export async function xtermAnswers(): Promise<readonly Sent[]> {
  const terminal = new xterm.Terminal({
    cols: 80,
    rows: 24,
    allowProposedApi: true,
    windowOptions: { getWinSizeChars: true },
  });
  const answers: string[] = [];
  terminal.onData((answer) => void answers.push(answer));
  for (const question of QUESTIONS) await new Promise<void>((resolve) => terminal.write(question, resolve));
  terminal.dispose();
  return answers.map((answer) => ({ bytes: Buffer.from(answer), meant: [] }));
}
