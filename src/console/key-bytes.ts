import type { Key, Paste } from '../terminal/keys.ts';
import type { KeyModes } from './screen-model.ts';

/** Arrows, home and end as the terminal sends them to drover, which never asks for the other way. */
const CURSOR_KEY = /^\x1b(?:\[|O)([A-DFH])$/;
/** Of a terminal that no guest has set up yet. */
export const USUAL_MODES: KeyModes = { cursorKeys: false, marksPastes: false };
const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** What a terminal that is set up as the guest wants it sends for a key or a paste. */
export function keyBytes(event: Key | Paste, { cursorKeys, marksPastes }: KeyModes): string {
  if (event.kind === 'paste') {
    const typed = event.text.replaceAll('\n', '\r');
    return marksPastes ? PASTE_BEGIN + typed + PASTE_END : typed;
  }
  const cursor = CURSOR_KEY.exec(event.raw)?.[1];
  return cursor === undefined ? event.raw : `\x1b${cursorKeys ? 'O' : '['}${cursor}`;
}
