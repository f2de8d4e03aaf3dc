import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../../test/contract/memory-files.ts';
import { anOva, descriptorOf, tarOf, writeSum } from '../testkit/ova.ts';
import { readOva } from './ova.ts';

const DISK = Buffer.from('a disk of some bytes');
const OVA = { disk: DISK, network: 'lan' };
const read = (content: Buffer) => readOva(sourceOf(content));

describe('an OVA', () => {
  it('is read without its disks: where each file is, and what its manifest says of it', async () => {
    const content = anOva(OVA);
    const { descriptor, files, digests } = await read(content);
    expect(descriptor).toBe(descriptorOf(OVA));
    const disk = files.get('disk1.vmdk');
    expect(content.subarray(disk?.at, (disk?.at ?? 0) + (disk?.size ?? 0))).toEqual(DISK);
    expect(digests.get('disk1.vmdk')).toEqual({ algorithm: 'sha256', hex: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it.each<[string, Buffer, string]>([
    ['no tar', Buffer.alloc(2048, 'x'), 'it is no tar'],
    ['an empty file', Buffer.alloc(0), 'its first file is no descriptor, .ovf'],
    ['a tar of other files', tarOf([['disk1.vmdk', DISK]]), 'its first file is no descriptor, .ovf'],
    [
      'one that was cut off',
      anOva({ ...OVA, disk: Buffer.alloc(4096) }).subarray(0, -3000),
      'it ends in the middle of a file',
    ],
    [
      'one whose descriptor was changed',
      tarOf([
        ['a.ovf', Buffer.from('<Envelope/>')],
        ['a.mf', Buffer.from(`SHA1(a.ovf)= ${'0'.repeat(40)}`)],
      ]),
      'a.ovf is not what its manifest says',
    ],
  ])('is refused where it is %s', async (_what, content, why) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'op.refused',
      message: `/tmp/suite.img is no OVA that can be imported: ${why}`,
    });
  });

  it('has files of more than 8 GiB, whose sizes are binary', async () => {
    const content = tarOf([
      ['a.ovf', Buffer.from('<Envelope/>')],
      ['big.vmdk', Buffer.alloc(0)],
    ]);
    const header = content.subarray(1024, 1536);
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.writeBigUInt64BE(2n ** 34n, 128);
    writeSum(header);
    const source = { ...sourceOf(content), size: (2 ** 35) as ReturnType<typeof sourceOf>['size'] };
    const padded = {
      ...source,
      read: (at: number, length = 512) =>
        sourceOf(Buffer.concat([content, Buffer.alloc(1024)])).read(Math.min(at, content.length), length),
    };
    expect((await readOva(padded)).files.get('big.vmdk')).toEqual({ name: 'big.vmdk', at: 1536, size: 2 ** 34 });
  });
});
