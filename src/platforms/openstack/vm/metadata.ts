/** The metadata of a server: pairs of Nova, of which some have settings of their own. */
import type { Pairs } from '../../contract.ts';
import { refused } from '../../lib/spec-values.ts';

/** What Nova keeps in one metadata item (its schema of requests, `parameter_types.metadata`). */
const KEY = /^[a-zA-Z0-9\-_:. ]{1,255}$/;
const MOST = 255;
/** kcli's own keys, which come from settings of their own. */
const OWN_KEYS: ReadonlySet<string> = new Set(['plan', 'profile', 'image', 'user', 'domain']);

/** Those without a setting of their own. */
export const pairsOf = (metadata: Pairs): Pairs =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => !OWN_KEYS.has(key)));

/** The same pairs. Throws op.refused for what Nova does not keep, and for keys that have a setting. */
export function checkedPairs(metadata: Pairs): Pairs {
  for (const [key, value] of Object.entries(metadata)) {
    if (OWN_KEYS.has(key)) throw refused(`the metadata ${key} comes from a setting of its own`, 'give it there');
    const shown = JSON.stringify(key.slice(0, 40));
    if (!KEY.test(key)) {
      const fix = `take at most ${MOST} letters, digits, spaces and any of -_:.`;
      throw refused(`${shown} is no key of the metadata of a server`, fix);
    }
    if (value.length > MOST) throw refused(`the metadata ${shown} is too long: Nova keeps ${MOST} characters`);
  }
  return metadata;
}
