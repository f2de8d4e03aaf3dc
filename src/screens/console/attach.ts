import { spawn } from 'node:child_process';
import { FleetError } from '../../errors.ts';
import type { Attachment } from '../../platforms/contract.ts';
import type { Input } from '../../terminal/input.ts';
import { passThrough } from '../../terminal/pass-through.ts';
import type { Screen } from '../../terminal/screen.ts';

/**
 * Gives the whole terminal to a console or a shell until its stream ends or somebody detaches, and takes it back.
 * Rejects with the stream's error or the signal's reason.
 */
export type Attach = (
  attachment: Attachment,
  options: { readonly notice: string; readonly signal: AbortSignal },
) => Promise<'detached' | 'closed'>;

/** ctrl-] */
const DETACH_BYTE = 0x1d;

export const createAttach =
  (screen: Screen, input: Input): Attach =>
  async (attachment, { notice, signal }) => {
    if (attachment.kind === 'command') {
      await screen.lend('cooked', () => runCommand(attachment.argv, input, signal));
      return 'closed';
    }
    const { stream, resize } = attachment;
    try {
      return await passThrough({ screen, input, stream, notice, signal, detachByte: DETACH_BYTE, ...(resize && { resize }) });
    } finally {
      stream.destroy();
    }
  };

/** The machine's own ssh, for example; it reads the keyboard itself. */
function runCommand([command, ...rest]: readonly [string, ...string[]], input: Input, signal: AbortSignal): Promise<void> {
  input.pause();
  return new Promise<void>((resolve, reject) => {
    const child = spawn(command, rest, { stdio: 'inherit', signal });
    child.once('error', (cause) => reject(new FleetError('op.failed', `${command} could not be started`, { cause })));
    child.once('exit', (code, killedBy) => {
      if (code === 0 || killedBy) resolve();
      else reject(new FleetError('op.failed', `${command} ended with exit code ${code}`));
    });
  }).finally(() => input.resume());
}
