import type { TLSSocket } from 'node:tls';
import { FleetError } from '../../../errors.ts';
import { noAnswer } from '../../transport/connect-error.ts';
import { type Patience, within } from '../../transport/deadline.ts';

const GREETING_MS = 10_000;
const ACCEPTED = 1;

/** libvirtd looks at the client's certificate after the handshake, and says with a byte that it will do. */
export function certificateAccepted(socket: TLSSocket, target: string, patience: Patience): Promise<void> {
  return within(
    GREETING_MS,
    patience,
    () => noAnswer(target, GREETING_MS / 1000),
    async ({ signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const look = () => {
        const byte: Buffer | null = socket.read(1);
        if (byte) resolve(byte[0] ?? 0);
      };
      const refused = () => reject(rejected(target));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      socket.on('readable', look).once('end', refused).once('error', refused);
      try {
        if ((await promise) !== ACCEPTED) throw rejected(target);
      } catch (error) {
        socket.destroy();
        throw error;
      } finally {
        socket.off('readable', look).off('end', refused).off('error', refused);
      }
    },
  );
}

const rejected = (target: string): FleetError =>
  new FleetError('auth.rejected', `${target} refused the client certificate`, {
    fix: "check `cert` and `client-key`, and the host's tls_allowed_dn_list",
  });
