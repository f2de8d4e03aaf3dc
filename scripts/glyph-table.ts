/**
 * Writes src/display/text/glyphs.ts: how each character looks in the fonts of text screens, as numbers that a glyph's bits are reduced
 * to. Fonts themselves are not kept. usage: node scripts/glyph-table.ts FONT.psf.gz … VGABIOS.bin
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { glyphNumber } from '../src/display/text/glyph-number.ts';

interface Glyph {
  readonly char: number;
  readonly height: number;
  /** Bytes of its rows. */
  readonly bits: Uint8Array;
}

/** Of the 256 characters of a PC, in their order. */
const CP437 =
  ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ';

/** https://www.win.tue.nl/~aeb/linux/kbd/font-formats-1.html: version 1, 8 pixels wide, and version 2. */
function readPsf(file: string): readonly Glyph[] {
  const data = gunzipSync(readFileSync(file));
  if (data.readUInt16LE(0) === 0x0436) {
    const height = data.readUInt8(3);
    const count = data.readUInt8(2) & 1 ? 512 : 256;
    const table = 4 + count * height;
    const glyphs: Glyph[] = [];
    // Behind 0xfffe come characters with marks of their own: sequences, not characters.
    let isAlone = true;
    for (let at = table, index = 0; at + 1 < data.length && index < count; at += 2) {
      const char = data.readUInt16LE(at);
      if (char === 0xffff) {
        index++;
        isAlone = true;
      } else if (char === 0xfffe) isAlone = false;
      else if (isAlone)
        glyphs.push({ char, height, bits: data.subarray(4 + index * height, 4 + (index + 1) * height) });
    }
    return glyphs;
  }
  const [, , head, , count, size, height] = Array.from({ length: 7 }, (_, at) => data.readUInt32LE(at * 4)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const glyphs: Glyph[] = [];
  let index = 0;
  let from = head + count * size;
  for (let at = from; at < data.length && index < count; at++) {
    if (data[at] !== 0xff) continue;
    const alone = data.subarray(from, at).toString('utf8').split('\ufffd')[0] ?? '';
    const bits = data.subarray(head + index * size, head + (index + 1) * size);
    for (const one of alone) glyphs.push({ char: one.codePointAt(0) ?? 0, height, bits });
    from = at + 1;
    index++;
  }
  return glyphs;
}

/** The BIOS of a graphics card has its font somewhere: 256 characters of 16 rows, found by its A. */
function readBios(file: string): readonly Glyph[] {
  const data = readFileSync(file);
  const at = data.indexOf(Buffer.from('000010386cc6c6fec6c6c6c600000000', 'hex'));
  if (at < 0) throw new Error(`no font in ${file}`);
  const first = at - 65 * 16;
  return Array.from({ length: 256 }, (_, index) => ({
    char: CP437.codePointAt(index) ?? 32,
    height: 16,
    bits: data.subarray(first + index * 16, first + (index + 1) * 16),
  }));
}

const chars = new Map<number, number>();
for (const file of process.argv.slice(2))
  for (const { char, bits } of file.endsWith('.bin') ? readBios(file) : readPsf(file)) {
    if (char < 32 || (char > 126 && char < 160) || bits.every((byte) => byte === 0)) continue;
    const number = glyphNumber(bits);
    const known = chars.get(number);
    // Several characters look the same in some fonts: the one that is typed is taken.
    if (known === undefined || char < known) chars.set(number, char);
  }
const sorted = [...chars].sort(([a], [b]) => a - b);
const packed = Buffer.alloc(sorted.length * 6);
for (const [at, [number, char]] of sorted.entries()) {
  packed.writeUInt32LE(number, at * 6);
  packed.writeUInt16LE(char, at * 6 + 4);
}
const lines = packed.toString('base64').match(/.{1,120}/g) ?? [];
writeFileSync(
  new URL('../src/display/text/glyphs.ts', import.meta.url),
  `// Written by scripts/glyph-table.ts: for each look of a character its number (4 bytes) and the character (2 bytes).
export const GLYPHS =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`,
);
process.stdout.write(`${sorted.length} looks\n`);
