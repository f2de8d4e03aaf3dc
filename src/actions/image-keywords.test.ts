import { describe, expect, it } from 'vitest';
import { imageKeywords, imageUrl } from './image-keywords.ts';

describe('words for images', () => {
  it('F-285 lead to the address of the vendor, for both architectures', () => {
    expect(imageUrl('debian12', 'x86_64')).toBe(
      'https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-generic-amd64.qcow2',
    );
    expect(imageUrl('debian12', 'aarch64')).toContain('generic-arm64');
    expect(imageUrl('rockylinux9', 'aarch64')).toContain('/images/aarch64/Rocky-9-GenericCloud.latest.aarch64.qcow2');
    expect(imageUrl('http://here/x.img', 'x86_64')).toBe('http://here/x.img');
  });

  it.each(Object.keys(imageKeywords))('%s is an address by https that says its architecture', (word) => {
    const url = new URL(imageUrl(word, 'x86_64'));
    expect([url.protocol, url.search]).toEqual(['https:', '']);
    expect(url.pathname).toMatch(/x86_64|amd64/);
    expect(url.pathname).not.toContain('{');
  });

  it.each([
    ['rhel9', 'asks for a login'],
    ['freebsd130', 'bsd-cloud-image.org'],
    ['debain12', 'did you mean debian12'],
    ['constructor', 'no word for an image'],
  ])('%s is refused with what to do', (word, said) => {
    expect(() => imageUrl(word, 'x86_64')).toThrow(said);
  });
});
