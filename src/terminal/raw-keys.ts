/** What can be asked for its keys one by one: standard input, where it is a terminal. */
interface Keyboard {
  setRawMode?(raw: boolean): unknown;
}

export interface RawKeys {
  set(raw: boolean): void;
  /** Gives the keys back, for good. */
  release(): void;
}

/**
 * Keys come one by one from now on, unechoed. When the process goes on after a stop, the shell has set the terminal as it
 * likes it: it is set again, and `onReturn` is called.
 */
export function takeRawKeys(keyboard: Keyboard, onReturn: () => void = () => {}): RawKeys {
  const set = (raw: boolean) => {
    // Throws once the terminal is gone, when there is nothing left to set.
    try {
      keyboard.setRawMode?.(raw);
    } catch {}
  };
  const onContinue = () => {
    // What is not changed first is not set again.
    set(false);
    set(true);
    onReturn();
  };
  set(true);
  process.on('SIGCONT', onContinue);
  return {
    set,
    release() {
      process.off('SIGCONT', onContinue);
      set(false);
    },
  };
}
