import { DETACH_BYTE } from '../../actions/keymap.ts';
import { FleetError } from '../../errors.ts';
import type { Attachment } from '../../platforms/contract.ts';
import { controlByte } from '../../state/keys/key-name.ts';
import { createGuestFilter, type GuestPower } from '../../terminal/guest-filter.ts';
import type { Input } from '../../terminal/input.ts';
import { passThrough } from '../../terminal/pass-through.ts';
import { runCommand } from '../../terminal/run-command.ts';
import type { ConsoleTerminal } from '../../terminal/screen.ts';

/**
 * Gives the whole terminal to a console or a shell until its stream ends or the user detaches, and takes it back.
 * Rejects with the stream's error or the signal's reason.
 */
export type Attach = (
  attachment: Attachment,
  options: {
    readonly notice: string;
    readonly signal: AbortSignal;
    /** A guest or a host writes it: what could reach beyond the screen is kept from the terminal. */
    readonly isGuest?: true;
  },
) => Promise<'detached' | 'closed'>;

/**
 * `detachKey` is one that a terminal sends as a single byte; `powers`: what a guest may do outside of its screen.
 */
export const createAttach =
  (
    screen: ConsoleTerminal,
    input: Input,
    detachKey: string,
    powers: () => ReadonlySet<GuestPower> = () => new Set(),
  ): Attach =>
  async (attachment, { notice, signal, isGuest }) => {
    if (attachment.kind === 'command') {
      const { argv } = attachment;
      const code = await runCommand({ screen, input, argv, signal });
      if (code === 0) return 'closed';
      throw new FleetError('op.failed', `${argv[0]} ended with exit code ${code}`);
    }
    const { stream, resize } = attachment;
    try {
      return await passThrough({
        screen,
        input,
        stream,
        // What an earlier console left below the cursor would stand between the lines of this one.
        notice: `\x1b[J${notice}; ${detachKey} detaches`,
        signal,
        detachByte: controlByte(detachKey) ?? DETACH_BYTE,
        ...(resize && { resize }),
        ...(isGuest && { filter: createGuestFilter(powers()) }),
      });
    } finally {
      stream.destroy();
    }
  };
