import type { DescribeImagesCommandInput, Image } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { createCatalog } from '../catalog.ts';
import { CLOUD, scriptedApi } from '../testkit/scripted-calls.ts';
import { findImage } from './images.ts';

const about = { subject: 'web1', signal: new AbortController().signal };
const made = (id: string, CreationDate: string): Image => ({ ImageId: id, Name: `debian-${id}`, CreationDate });

/** Pages of images by the owner that is asked for. */
function open(pages: Readonly<Record<string, readonly (readonly Image[])[]>>) {
  const asked: DescribeImagesCommandInput[] = [];
  const { api } = scriptedApi({
    DescribeImages(input: DescribeImagesCommandInput) {
      asked.push(input);
      const all = pages[input.Owners?.join() ?? ''] ?? [[]];
      const at = Number(input.NextToken ?? 0);
      return { Images: all[at], ...(at + 1 < all.length && { NextToken: String(at + 1) }) };
    },
  });
  const region = {
    api,
    catalog: createCatalog(api),
    touched: () => {},
    clock: createTestClock(),
    endpoint: CLOUD,
    region: 'eu-test-1',
  };
  return { asked, find: (word: string, arch = 'x86_64') => findImage(region, word, arch, about) };
}

describe('the image of a new instance', () => {
  it('is the newest of all pages, whichever it is on', async () => {
    const { find, asked } = open({
      '136693071363': [
        [made('ami-1', '2025-01-01T00:00:00.000Z'), made('ami-2', '2026-02-01T00:00:00.000Z')],
        [made('ami-3', '2026-03-01T00:00:00.000Z'), { ImageId: 'ami-4' }],
        [made('ami-5', '2024-01-01T00:00:00.000Z')],
      ],
    });
    expect(await find('136693071363/debian-*', 'arm64')).toMatchObject({ id: 'ami-3', name: 'debian-ami-3' });
    const Filters = [
      { Name: 'name', Values: ['debian-*'] },
      { Name: 'state', Values: ['available'] },
      { Name: 'architecture', Values: ['arm64'] },
    ];
    const which = { MaxResults: 1000, Owners: ['136693071363'], Filters };
    expect(asked).toEqual([which, { ...which, NextToken: '1' }, { ...which, NextToken: '2' }]);
  });

  it('is one of the account before those of Amazon and of sellers that it has verified', async () => {
    const mine = made('ami-1', '2020-01-01T00:00:00.000Z');
    const theirs = { 'amazon,aws-marketplace': [[made('ami-2', '2026-01-01T00:00:00.000Z')]] };
    expect(await open({ self: [[mine]], ...theirs }).find('debian-*')).toMatchObject({ id: 'ami-1' });
    expect(await open(theirs).find('debian-*')).toMatchObject({ id: 'ami-2' });
    await expect(open(theirs).find('self/debian-*')).rejects.toMatchObject({
      code: 'image.not-found',
      message: 'cloud has no image "self/debian-*"',
    });
  });
});
