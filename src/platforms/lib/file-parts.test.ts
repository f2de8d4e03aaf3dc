import { describe, expect, it } from 'vitest';
import { bytes } from '../../units.ts';
import { receiveParts } from './file-parts.ts';

const FILE = Buffer.from('0123456789');

function memoryFile(before: string) {
  let content = Buffer.from(before);
  return {
    name: 'here',
    size: async () => bytes(content.length),
    tail: async (length: number) => content.subarray(content.length - length),
    async write(piece: Uint8Array) {
      content = Buffer.concat([content, piece]);
    },
    async clear() {
      content = Buffer.alloc(0);
    },
    text: () => content.toString(),
  };
}

describe('a file that is received in parts', () => {
  it.each([
    [
      'begins where nothing is there',
      '',
      [
        [0, 4],
        [4, 4],
        [8, 2],
      ],
    ],
    [
      'goes on behind its beginning',
      '01234',
      [
        [0, 5],
        [5, 4],
        [9, 1],
      ],
    ],
    ['is only compared where it is whole', '0123456789', [[0, 10]]],
    [
      'takes the place of another file',
      'abc',
      [
        [0, 3],
        [0, 4],
        [4, 4],
        [8, 2],
      ],
    ],
    [
      'takes the place of a longer file',
      '0123456789a',
      [
        [0, 4],
        [4, 4],
        [8, 2],
      ],
    ],
  ])('%s', async (_what, before, asked) => {
    const to = memoryFile(before);
    const reads: number[][] = [];
    const read = async (from: number, length: number) => {
      reads.push([from, length]);
      return FILE.subarray(from, from + length);
    };
    await receiveParts({ size: FILE.length, part: 4, read }, to);
    expect({ text: to.text(), reads }).toEqual({ text: FILE.toString(), reads: asked });
  });
});
