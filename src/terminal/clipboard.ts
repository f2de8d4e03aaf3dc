import { spawn } from 'node:child_process';

/** What the program runs in, between itself and the terminal. */
type Env = Readonly<Record<string, string | undefined>>;

/** More than this terminals cut off or drop, without a word (100,000 bytes of OSC 52, of which base64 takes a quarter). */
export const CLIPBOARD_BYTES = 74_994;
/** screen drops a device control string that is longer than 768 bytes, with all that is around it. */
const SCREEN_TAKES = 700;

/**
 * OSC 52 (xterm's control sequences, "Manipulate Selection Data") with this text, so that it comes to the clipboard of
 * the user at the terminal, also over SSH. tmux and screen keep such sequences for themselves, so there it is sent as
 * one to pass through too.
 */
export function clipboardSequence(text: string, env: Env = process.env): string {
  const sequence = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
  if (env['TMUX']) return `${sequence}\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
  if (env['STY']) return (sequence.match(new RegExp(`[^]{1,${SCREEN_TAKES}}`, 'g')) ?? []).map(passed).join('');
  return sequence;
}

const passed = (bytes: string): string => `\x1bP${bytes}\x1b\\`;

/** Gives it to tmux itself, which has it in its own buffer then, and hands it on unless `set-clipboard` is off. */
export function giveToTmux(text: string, env: Env = process.env): void {
  if (!env['TMUX']) return;
  const tmux = spawn('tmux', ['load-buffer', '-w', '-'], { stdio: ['pipe', 'ignore', 'ignore'], timeout: 2_000 });
  // A tmux that is not found or too old for -w (before 3.2): the sequence is under way all the same.
  tmux.on('error', () => {});
  tmux.stdin.on('error', () => {});
  tmux.stdin.end(text);
}

/** What may stop a copy on its way, since no terminal answers; nothing where nothing is known to be in between. */
export function clipboardDoubt(env: Env = process.env): string | undefined {
  if (env['TMUX']) return 'tmux has it too (prefix ])';
  if (env['STY']) return 'whether screen hands it on, it does not say';
  // The other end of an SSH connection sees no more of them than the name of the terminal.
  const within = /^(tmux|screen)/.exec(env['TERM'] ?? '')?.[1];
  if (within === 'tmux') return 'tmux needs: set -g set-clipboard on';
  if (within === 'screen') return 'tmux needs: set -g set-clipboard on';
  if (env['TERM'] === 'linux') return 'the Linux console has no clipboard';
  return undefined;
}
