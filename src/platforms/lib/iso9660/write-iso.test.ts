import { describe, expect, it } from 'vitest';
import { writeIso } from './write-iso.ts';

const DATE = new Date(Date.UTC(2026, 10, 29, 8, 30, 5));
const file = (name: string, content: string | Buffer) => ({ name, content: Buffer.from(content) });
const iso = (...files: ReturnType<typeof file>[]) => writeIso({ label: 'cidata', files, date: DATE });

interface Record {
  readonly name: Buffer;
  readonly flags: number;
  readonly content: Buffer;
}

/** Reads the folder of a descriptor as ECMA-119 has it: from the root's record to the records in its extent. */
function folder(image: Buffer, descriptor: number): readonly Record[] {
  const root = image.subarray(descriptor * 2048 + 156);
  const start = root.readUInt32LE(2) * 2048;
  const all: Record[] = [];
  for (let at = start; at < start + root.readUInt32BE(14); ) {
    const length = image[at] ?? 0;
    if (length === 0) {
      at = (Math.floor(at / 2048) + 1) * 2048;
      continue;
    }
    const from = image.readUInt32LE(at + 2) * 2048;
    expect(image.readUInt32BE(at + 6) * 2048).toBe(from);
    all.push({
      name: image.subarray(at + 33, at + 33 + (image[at + 32] ?? 0)),
      flags: image[at + 25] ?? 0,
      content: image.subarray(from, from + image.readUInt32LE(at + 10)),
    });
    at += length;
  }
  return all;
}
const joliet = (image: Buffer) =>
  folder(image, 17)
    .slice(2)
    .map(({ name, content }) => [Buffer.from(name).swap16().toString('utf16le'), content.toString()]);
const plain = (image: Buffer) =>
  folder(image, 16)
    .slice(2)
    .map(({ name, content }) => [name.toString(), content.toString()]);

describe('an ISO', () => {
  it('has its files under their names, and under short ones', () => {
    const image = iso(file('user-data', '#cloud-config\n'), file('meta-data', ''), file('ü ☕.txt', 'x'));
    expect(joliet(image)).toEqual([
      ['meta-data', ''],
      ['user-data', '#cloud-config\n'],
      ['ü ☕.txt', 'x'],
    ]);
    expect(plain(image)).toEqual([
      ['META_DAT.;1', ''],
      ['USER_DAT.;1', '#cloud-config\n'],
      ['___.TXT;1', 'x'],
    ]);
  });

  it('has files of any length, each from the beginning of a sector', () => {
    const files = [0, 1, 2047, 2048, 2049, 10_000].map((length) => file(`f${length}`, 'x'.repeat(length)));
    const image = iso(...files);
    expect(new Map(joliet(image) as [string, string][])).toEqual(
      new Map(files.map(({ name, content }) => [name, content.toString()])),
    );
    expect(image.length).toBe(image.readUInt32LE(16 * 2048 + 80) * 2048);
    expect(image.length % 2048).toBe(0);
  });

  it('has more files than fit one sector', () => {
    const files = Array.from({ length: 60 }, (_, i) => file(`file-number-${i}`, `${i}`));
    const image = iso(...files);
    expect(joliet(image)).toHaveLength(60);
    expect(new Set(plain(image).map(([name]) => name)).size).toBe(60);
    expect(Object.fromEntries(joliet(image))).toMatchObject({ 'file-number-0': '0', 'file-number-59': '59' });
  });

  it('has its label in both trees, two descriptors and the end of them', () => {
    const image = iso(file('a', 'a'));
    const at = (sector: number, from: number, to: number) => image.subarray(sector * 2048 + from, sector * 2048 + to);
    expect(at(16, 0, 7).toString('latin1')).toBe('\x01CD001\x01');
    expect(at(17, 0, 7).toString('latin1')).toBe('\x02CD001\x01');
    expect(at(18, 0, 7).toString('latin1')).toBe('\xffCD001\x01');
    expect(at(16, 40, 72).toString()).toBe('cidata'.padEnd(32));
    expect(
      Buffer.from(at(17, 40, 72))
        .swap16()
        .toString('utf16le'),
    ).toBe('cidata'.padEnd(16));
    expect(at(17, 88, 91).toString()).toBe('%/E');
    expect(at(16, 813, 830).toString('latin1')).toBe('2026112908300500\0');
    for (const sector of [16, 17]) {
      const [little, big] = [at(sector, 140, 144).readUInt32LE(), at(sector, 148, 152).readUInt32BE()];
      expect(image.readUInt32LE(little * 2048 + 2)).toBe(image.readUInt32BE(big * 2048 + 2));
      expect(image.readUInt32LE(little * 2048 + 2)).toBe(at(sector, 158, 162).readUInt32LE());
    }
    for (const { flags } of folder(image, 16).slice(0, 2)) expect(flags).toBe(2);
    expect([...at(23, 18, 25)]).toEqual([126, 11, 29, 8, 30, 5, 0]);
  });

  it('gives short names that would be the same a number', () => {
    const names = ['network-config', 'network-conflict', 'NETWORK_.', 'a.b.longer', '.hidden'];
    expect(plain(iso(...names.map((name) => file(name, name)))).map(([name]) => name)).toEqual([
      'A_B.LON;1',
      'NETWORK1.;1',
      'NETWORK2.;1',
      'NETWORK_.;1',
      '_HIDDEN.;1',
    ]);
  });

  it.each(['', 'a/b', 'a:b', 'x'.repeat(65), 'a\n', '💾', '\ud800'])('has no file %j', (name) => {
    expect(() => iso(file(name, ''))).toThrow(RangeError);
  });
  it('has no two files of one name, and no label that is none', () => {
    expect(() => iso(file('a', ''), file('a', ''))).toThrow('two files of the same name');
    for (const label of ['', 'a b', 'x'.repeat(17)])
      expect(() => writeIso({ label, files: [], date: DATE })).toThrow(RangeError);
  });
});
