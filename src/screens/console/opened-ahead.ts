import type { ConsoleSessionOptions } from '../../console/console-session.ts';

export type OpenConsole = ConsoleSessionOptions['open'];

export interface OpenedAhead {
  /** The first time it answers the way that is opened already. */
  readonly open: OpenConsole;
  /** Closes that way where it was not taken. */
  drop(): void;
}

/** The way to a guest is opened while what shows it is still made and loaded: the first answer of the guest waits for neither. */
export function openedAhead(open: OpenConsole, signal: AbortSignal): OpenedAhead {
  let first: ReturnType<OpenConsole> | undefined = open({ force: false, signal });
  // An error is reported to the console that takes it.
  first.catch(() => {});
  return {
    open(options) {
      const ahead = options.force ? undefined : first;
      if (ahead) first = undefined;
      return ahead ?? open(options);
    },
    drop() {
      first?.then(
        (attachment) => attachment.kind === 'stream' && attachment.stream.destroy(),
        () => {},
      );
      first = undefined;
    },
  };
}
