/** How a file is compressed, by how it begins: its name may lie, and a server may have unpacked it. */
export type Packing = 'gzip' | 'xz' | 'zstd' | 'bzip2';

const BEGINNINGS: readonly (readonly [Packing, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['bzip2', Buffer.from('BZh')],
];

/** What must be there to tell. */
export const BEGINNING = 8;

export const packingOf = (start: Uint8Array): Packing | undefined =>
  BEGINNINGS.find(([, bytes]) => bytes.equals(start.subarray(0, bytes.length)))?.[0];
