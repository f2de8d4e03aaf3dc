import type { Clock } from '../../clock.ts';

/** The machine that a shell runs on, as far as its commands want to know. */
export interface Host {
  readonly name: string;
  readonly system: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  readonly clock: Clock;
  /** Epoch, ms. */
  bootedAt(): number;
  /** Shares, as of now. */
  load(): { readonly cpu: number; readonly memory: number };
  readonly files: readonly string[];
  powerOff(): void;
  reboot(): void;
  panic(): void;
}

/** A command that stays until a key is pressed; `key` answers false when it is over. */
export interface Foreground {
  key(key: string): boolean;
  stop(): void;
}

/** A command that was entered. */
export interface Invocation {
  readonly host: Host;
  readonly who: string;
  readonly args: readonly string[];
  /** `\n` ends a line. */
  print(text: string): void;
}
