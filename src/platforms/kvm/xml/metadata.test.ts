import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKcliMetadata } from './metadata.ts';

describe("kcli's metadata", () => {
  it('F-291 reads plan, profile, image and the date from what libvirt gives back', async () => {
    const xml = readFileSync(new URL('../fixtures/kcli-metadata.xml', import.meta.url), 'utf8');
    expect(await readKcliMetadata(xml)).toEqual({
      plan: 'shop',
      profile: 'small',
      image: 'busybox',
      creationdate: Date.UTC(2026, 10, 21, 8, 30),
    });
  });

  it('reads the element with its prefix as well, and what older versions wrote', async () => {
    const xml = `<kvirt:info xmlns:kvirt="kvirt"><kvirt:plan>p</kvirt:plan><kvirt:creationdate>01-02-2020</kvirt:creationdate>
      <kvirt:ip >192.168.122.5</kvirt:ip></kvirt:info>`;
    expect(await readKcliMetadata(xml)).toEqual({ plan: 'p', ip: '192.168.122.5', creationdate: Date.UTC(2020, 1, 1) });
  });

  it.each(['', '<info/>', '<info>text</info>', '<info><plan><b/></plan></info>', '<other/>', '<info'])(
    'takes %j for nothing',
    async (xml) => expect(await readKcliMetadata(xml)).toEqual({}),
  );
});
