import { FleetError } from '../../../errors.ts';
import { within } from '../../transport/deadline.ts';
import type { Host } from '../host/host-call.ts';
import type { Volume } from '../rpc/protocol.ts';
import { send } from '../transfer/send.ts';

/** For a seed, which has some 60 KB. */
const UPLOAD_MS = 60_000;

/** Fills a volume. Resolves when the daemon has said that all is written; rejects with its LibvirtError, or when the link ends. */
export async function upload(host: Host, volume: Volume, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const { clock } = host;
  const late = () =>
    new FleetError('op.timeout', `${volume.name} could not be written within ${UPLOAD_MS / 1000} s`, { retry: true });
  await within(UPLOAD_MS, { clock, signal }, late, ({ signal: ending }) => send(host, volume, 0, [bytes], ending));
}
