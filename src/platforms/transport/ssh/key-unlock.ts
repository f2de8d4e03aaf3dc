import { Worker } from 'node:worker_threads';
import { FleetError } from '../../../errors.ts';
import { type Patience, within } from '../deadline.ts';

export interface LockedKey {
  readonly text: string;
  readonly passphrase: string;
}

export type UnlockedKey =
  /** `pem` is the key without a passphrase. */
  { readonly kind: 'open'; readonly pem: string } | { readonly kind: 'wrong' } | { readonly kind: 'unusable' };

const UNLOCK_MS = 60_000;

/** In the checkout a file beside this one; in the package a file beside its chunk. */
const THREAD = import.meta.url.endsWith('.ts') ? './key-thread.ts' : './ssh-key-thread.js';

/** Decrypts a key in a thread of its own. `rounds` of its key derivation are for the sentence when it takes too long. */
export function unlockKey(
  key: LockedKey & { readonly path: string; readonly rounds: number | undefined },
  patience: Patience,
): Promise<UnlockedKey> {
  const { path, rounds, text, passphrase } = key;
  return within(
    UNLOCK_MS,
    patience,
    () =>
      new FleetError(
        'config.invalid',
        `the key ${path} could not be decrypted within ${UNLOCK_MS / 1_000} s${rounds === undefined ? '' : `: it has ${rounds} rounds`}`,
        { fix: `ssh-add ${path}` },
      ),
    ({ signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<UnlockedKey>();
      const data: LockedKey = { text, passphrase };
      const worker = new Worker(new URL(THREAD, import.meta.url), {
        workerData: data,
        execArgv: [],
        stdout: true,
        stderr: true,
      });
      worker.once('message', resolve).once('error', reject);
      worker.once('exit', () => reject(new Error('the thread for keys ended without an answer')));
      signal.addEventListener('abort', () => void worker.terminate(), { once: true });
      return promise.finally(() => worker.terminate());
    },
  );
}
