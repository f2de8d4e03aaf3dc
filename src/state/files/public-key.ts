import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findHome } from './home-folder.ts';

/** The first that is there is taken, as kcli does it. */
const NAMES = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub'];
const FOLDERS = ['.kcli', '.ssh'];
const MOST = 16_384;

/** The user's own public SSH key, one line; undefined where there is none that can be read. */
export async function ownPublicKey(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const home = findHome(env);
  if (home === undefined) return undefined;
  for (const folder of FOLDERS) {
    for (const name of NAMES) {
      const text = await readFile(join(home, folder, name), 'utf8').catch(() => '');
      const [line = ''] = text
        .split('\n')
        .filter((one) => /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]{40,}={0,3}( |$)/.test(one));
      if (line !== '' && text.length <= MOST) return line.trim();
    }
  }
  return undefined;
}
