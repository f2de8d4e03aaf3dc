/** What the bits of a glyph are reduced to, 32 bits: FNV-1a over its rows, and how many bytes they are. */
export function glyphNumber(bits: Uint8Array): number {
  let number = 0x811c9dc5 ^ bits.length;
  for (let at = 0; at < bits.length; at++) number = Math.imul(number ^ (bits[at] ?? 0), 0x01000193);
  return number >>> 0;
}
