import { describe, expect, it } from 'vitest';
import { readIso } from './read-iso.ts';
import { writeIso } from './write-iso.ts';

const FILES = ['user-data', 'meta-data', ...Array.from({ length: 60 }, (_, i) => `file-number-${i} ☕`)].map(
  (name) => ({
    name,
    content: Buffer.from(name.repeat(100)),
  }),
);
const IMAGE = writeIso({ label: 'cidata', files: FILES, date: new Date(0) });
const changed = (change: (image: Buffer) => unknown) => {
  const image = Buffer.from(IMAGE);
  change(image);
  return readIso(image);
};
/** The Joliet descriptor, and the record of its root. */
const JOLIET = 17 * 2048;
const ROOT = JOLIET + 156;

describe('an ISO that is read', () => {
  it('has the label and the files that it was written with', () => {
    const { label, files } = readIso(IMAGE) ?? {};
    expect(label).toBe('cidata');
    expect(Object.fromEntries(files ?? [])).toEqual(
      Object.fromEntries(FILES.map(({ name, content }) => [name, content])),
    );
  });

  it('is none where it is something else, or leads out of itself', () => {
    expect(readIso(Buffer.alloc(0))).toBeUndefined();
    expect(readIso(Buffer.alloc(60_000))).toBeUndefined();
    expect(readIso(IMAGE.subarray(0, -4096))).toBeUndefined();
    expect(changed((image) => image.writeUInt32LE(0xffff_ffff, ROOT + 10))).toBeUndefined();
    expect(changed((image) => image.writeUInt32LE(0xffff_ffff, ROOT + 2))).toBeUndefined();
    const folder = IMAGE.readUInt32LE(ROOT + 2) * 2048;
    expect(changed((image) => image.writeUInt8(5, folder))).toBeUndefined();
  });

  it('is none without a Joliet tree', () => {
    expect(changed((image) => image.write('%/X', JOLIET + 88))).toBeUndefined();
  });
});
