/** The thread that makes a key out of a passphrase: that takes 300 ms at least, and seconds for keys with many rounds. */
import { createPrivateKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { ParsedKey } from 'ssh2';
import type { LockedKey, UnlockedKey } from './key-unlock.ts';
import { loadSsh2 } from './ssh2.ts';

const { text, passphrase }: LockedKey = workerData;

async function unlocked(): Promise<UnlockedKey> {
  if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) {
    try {
      const key = createPrivateKey({ key: text, passphrase });
      return { kind: 'open', pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
    } catch {
      return { kind: 'wrong' };
    }
  }
  const { utils } = await loadSsh2();
  const result: ParsedKey | ParsedKey[] | Error = utils.parseKey(text, passphrase);
  const key = Array.isArray(result) ? result[0] : result;
  if (key instanceof Error) return /unsupported/i.test(key.message) ? { kind: 'unusable' } : { kind: 'wrong' };
  return key?.isPrivateKey() ? { kind: 'open', pem: key.getPrivatePEM() } : { kind: 'wrong' };
}

parentPort?.postMessage(await unlocked());
