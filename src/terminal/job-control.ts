import type { Clock } from '../clock.ts';
import type { Terminal } from './terminal.ts';

export interface JobControl {
  /** ctrl-Z: gives the terminal back and stops the whole job, as the terminal itself does in its normal mode. */
  suspend(): void;
}

/** A process group without a shell above it can't be stopped; then the screen comes back after this. */
export const NOT_STOPPED_MS = 300;

/**
 * Stops and continues as a shell expects it: the terminal is restored before the stop, also when the stop comes from
 * outside, and taken again on SIGCONT. `onReturn` is called when it is ours again, with anything on it.
 */
export function controlJob(terminal: Terminal, clock: Clock, onReturn: () => void): JobControl {
  let stopped = false;
  let hadScreen = false;
  let hadConsole = false;

  function giveBack(): void {
    stopped = true;
    hadScreen = terminal.hasEntered();
    hadConsole = terminal.isLent();
    terminal.leave();
  }

  /** `who` is a process, or 0 for the group: npm and the shell that started it must stop too, or no prompt comes. */
  function stop(who: number): void {
    if (stopped) return;
    giveBack();
    process.off('SIGTSTP', onStop);
    process.kill(who, 'SIGTSTP');
    clock.after(NOT_STOPPED_MS, resume);
  }

  function onStop(): void {
    stop(process.pid);
  }

  function resume(): void {
    if (!stopped) return;
    stopped = false;
    process.on('SIGTSTP', onStop);
    if (hadConsole) {
      // Its keys must come raw again; the guest has to draw again what it showed.
      terminal.setRaw(true);
      terminal.setLent(true);
    } else if (hadScreen) {
      terminal.enter();
      onReturn();
    }
  }

  function onContinue(): void {
    // Before a SIGSTOP drover could not restore anything, and the shell has set the terminal's modes since.
    if (!stopped) giveBack();
    resume();
  }

  process.on('SIGTSTP', onStop);
  process.on('SIGCONT', onContinue);
  return { suspend: () => stop(0) };
}
