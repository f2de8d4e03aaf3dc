import { expect, it } from 'vitest';
import { checksumListOf, cloudImages } from './cloud-images.ts';

const titled = (arch: string) => new Map(cloudImages(arch).map((one) => [one.name, one]));

it('F-167 has the cloud images of vendors as the first catalog, with their versions', () => {
  const titles = [...titled('x86_64').values()].map(({ title }) => title);
  for (const title of [
    'Ubuntu 24.04',
    'openSUSE Leap 15.6',
    'CentOS 9 Stream',
    'Debian 13',
    'openEuler 24.03',
    'Arch Linux',
  ])
    expect(titles).toContain(title);
});

it('knows where Debian, Ubuntu and AlmaLinux publish checksums', () => {
  const list = (name: string) => {
    const one = titled('aarch64').get(name);
    return one && checksumListOf(one);
  };
  expect(list('debian12')).toEqual({
    list: 'https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS',
    file: 'debian-12-generic-arm64.qcow2',
  });
  expect(list('ubuntu2404')?.list).toBe('https://cloud-images.ubuntu.com/releases/24.04/release/SHA256SUMS');
  expect(list('almalinux9')?.list).toBe('https://repo.almalinux.org/almalinux/9/cloud/aarch64/images/CHECKSUM');
  expect(list('fedora43')).toBeUndefined();
});
